"""The collector over HTTP: who may send, what is said of what cannot be taken, and that a yes means stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from bot.collecting import LARGEST, MOST_EVENTS, Collector, Pace, new_source
from bot.web.collect import collect_routes
from bot.wiring import House
from knowledge.model import Consent, IdentityEdge, QuarantinedEvent, TouchEvent
from knowledge.store import Store, StoreError
from tests.fakes.journey import without_events


@pytest.fixture
def demo_house(demo_house: House) -> House:
    return without_events(demo_house)


SITE = "https://www.shop.example"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


@dataclass
class Site:
    """A page of our own that sends events."""

    http: httpx.AsyncClient
    key: str

    async def post(self, body: Any, **headers: str) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        wanted = {"origin": SITE, "user-agent": CHROME, "content-type": "text/plain"} | headers
        return await self.http.post("/collect", content=raw, headers=wanted)

    async def send(self, *events: dict[str, Any], **more: Any) -> httpx.Response:
        return await self.post({"key": self.key, "events": list(events)} | more)


def scene(
    house: House,
    play: Callable[[Site], Awaitable[None]],
    *,
    origins: tuple[str, ...] = (SITE,),
    pace: Pace | None = None,
    store: Store | None = None,
) -> None:
    row, key = new_source("site", "web" if origins else "order", origins, house.clock())
    with house.store.session() as session:
        session.merge(row)
    app = FastAPI()
    clock = lambda: 0.0  # noqa: E731
    collect_routes(
        app, Collector(store or house.store, house.identity_key, house.clock, pace or Pace(clock=clock))
    )

    async def run() -> None:
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://c.example") as http:
            await play(Site(http, key))

    asyncio.run(run())


def view(id_: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "name": "page_view",
        "anon_id": "x",
        "page": f"{SITE}/p?q=1",
        "consent": {"analytics": True},
    } | more


def events(house: House) -> dict[str, TouchEvent]:
    with house.store.reading() as session:
        return {row.id: row for row in session.exec(select(TouchEvent))}


def test_a_yes_means_stored_and_twice_is_once(demo_house: House) -> None:
    async def play(site: Site) -> None:
        answer = await site.send(view("1"), view("2", props={"product": "PACS", "odd": 1}))
        assert (answer.status_code, answer.json()["stored"], answer.json()["ignored_props"]) == (
            200,
            2,
            ["odd"],
        )
        assert answer.headers["access-control-allow-origin"] == SITE
        assert set(events(demo_house)) == {"1", "2"}
        again = await site.send(view("2"), view("3"))
        assert (again.json()["stored"], again.json()["known"]) == (1, 1)

    scene(demo_house, play)
    row = events(demo_house)["2"]
    assert (row.page, row.props, row.source, row.bot) == (
        "www.shop.example/p",
        {"product": "PACS"},
        "web",
        False,
    )


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{not json", 400, "JSON"),
        (b'{"events": [NaN]}', 400, "NaN"),
        (b"[" * 5000, 400, "JSON"),
        (b'"text"', 400, "events"),
        (b'{"events": []}', 400, "events"),
        (b"\xff\xfe", 400, "JSON"),
        (b"x" * (LARGEST + 1), 413, "KB"),
        (json.dumps([{"name": "page_view"}] * (MOST_EVENTS + 1)).encode(), 400, "100"),
        (b'{"key": "wk_wrong", "events": [{"name": "page_view"}]}', 401, "key"),
        (b'[{"name": "page_view"}]', 401, "key"),
    ],
)
def test_what_cannot_be_read_is_answered_in_words(
    demo_house: House, body: bytes, status: int, told: str
) -> None:
    async def play(site: Site) -> None:
        answer = await site.post(body)
        assert answer.status_code == status
        assert told in answer.json()["reason"]
        assert " / " in answer.json()["reason"]

    scene(demo_house, play)
    assert events(demo_house) == {}


def test_only_pages_of_the_source_may_send(demo_house: House) -> None:
    async def play(site: Site) -> None:
        body = {"key": site.key, "events": [view("1")]}
        for origin in ("https://evil.example", "null", SITE + ".evil.example"):
            answer = await site.post(body, origin=origin)
            assert (answer.status_code, "stored" in answer.json()) == (403, False)
            asked = await site.http.options("/collect", headers={"origin": origin})
            assert asked.status_code == 403
            assert "access-control-allow-origin" not in asked.headers
        asked = await site.http.options("/collect", headers={"origin": SITE})
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, SITE)

    scene(demo_house, play)
    assert events(demo_house) == {}


def test_a_closed_source_may_send_no_more(demo_house: House) -> None:
    async def play(site: Site) -> None:
        with demo_house.store.session() as session:
            from knowledge.library import journey

            row = journey.sources(session)[0]
            row.closed_at = demo_house.clock()
            session.add(row)
        assert (await site.send(view("1"))).status_code == 401

    scene(demo_house, play)


def test_a_page_speaks_for_no_customer_and_a_crawler_is_known(demo_house: House) -> None:
    async def play(site: Site) -> None:
        await site.send(view("1", account_id="A-001", source="order", bot=False))
        bot = {"user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"}
        await site.post({"key": site.key, "events": [view("2")]}, **bot)
        await site.post({"key": site.key, "events": [view("3")]}, **{"user-agent": ""})

    scene(demo_house, play)
    found = events(demo_house)
    assert (found["1"].account_id, found["1"].source) == ("", "web")
    assert [found[one].bot for one in "123"] == [False, True, True]


def test_a_server_of_ours_may_name_the_customer(demo_house: House) -> None:
    async def play(site: Site) -> None:
        paid = {
            "id": "o1",
            "name": "payment",
            "value": "1280000.00",
            "account_id": "A-001",
            "phone": "13712345678",
        }
        at = (demo_house.clock() - timedelta(hours=2)).isoformat()
        answer = await site.http.post("/collect", json=[paid | {"at": at}], headers={"x-write-key": site.key})
        assert (answer.status_code, answer.json()["stored"]) == (200, 1)
        assert (await site.post([paid], **{"x-write-key": site.key})).status_code == 403

    scene(demo_house, play, origins=())
    row = events(demo_house)["o1"]
    assert (row.value_fen, row.payment, row.account_id, row.bot) == (128000000, True, "A-001", False)


def test_unknown_events_wait_in_quarantine_and_faults_are_told(demo_house: House) -> None:
    async def play(site: Site) -> None:
        answer = await site.send(
            view("1", name="brand_new", props={"email": "a@example.com", "size": 3}),
            {"name": ""},
            view("2", value="-3"),
            view("3", consent={"analytics": False}),
            view("4"),
        )
        told = answer.json()
        assert (answer.status_code, told["stored"], told["quarantined"], told["dropped"]) == (200, 1, 1, 1)
        assert [(one["index"], one["code"]) for one in told["faults"]] == [
            (0, "unknown_event"), (1, "no_name"), (2, "value"), (3, "no_consent"),
        ]  # fmt: skip
        nothing = await site.send({"name": ""})
        assert nothing.status_code == 422

    scene(demo_house, play)
    with demo_house.store.reading() as session:
        (held,) = session.exec(select(QuarantinedEvent)).all()
        assert held.payload["event"]["props"] == {"email": "[masked]", "size": 3}
        assert "anon_id" not in held.payload["event"]
        assert len(held.payload["ids"]) == 1


def test_clocks_that_run_wrong_are_corrected(demo_house: House) -> None:
    now = demo_house.clock()
    ahead = now + timedelta(days=3)

    async def play(site: Site) -> None:
        ms = int((ahead - timedelta(minutes=10)).timestamp() * 1000)
        await site.send(view("skewed", at=ms), sent_at=int(ahead.timestamp() * 1000))
        await site.send(view("future", at=ahead.isoformat()))
        await site.send(view("late", at=(now - timedelta(days=2)).isoformat()), sent_at=now.isoformat())
        told = (await site.send(view("1970", at=0))).json()
        assert [one["code"] for one in told["faults"]] == ["clock"]
        assert (await site.send(view("zoneless", at="2026-11-20T10:00:00"))).status_code == 422

    scene(demo_house, play)
    found = events(demo_house)
    assert found["skewed"].at == now - timedelta(minutes=10)
    assert found["future"].at == now
    assert found["late"].at == now - timedelta(days=2)


def test_too_much_is_slowed_down(demo_house: House) -> None:
    moment = [0.0]
    pace = Pace(per_s=1, burst=5, clock=lambda: moment[0])

    async def play(site: Site) -> None:
        assert (await site.send(*[view(f"a{n}") for n in range(5)])).status_code == 200
        slow = await site.send(view("b"))
        assert (slow.status_code, slow.headers["retry-after"]) == (429, "1")
        moment[0] = 1.0
        assert (await site.send(view("b"))).status_code == 200

    scene(demo_house, play, pace=pace)


def test_what_cannot_be_stored_is_no_yes(demo_house: House) -> None:
    class Full(Store):
        def session(self, *, first: bool = False) -> Any:
            raise StoreError("磁盘满了", "the disk is full")

    async def play(site: Site) -> None:
        answer = await site.send(view("1"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

    full = Full(demo_house.store.url)
    scene(demo_house, play, store=full)
    full.close()
    assert events(demo_house) == {}


def test_a_withdrawal_on_the_page_takes_the_links_away(demo_house: House) -> None:
    both = {"analytics": True, "identity": True}

    async def play(site: Site) -> None:
        await site.send(view("1", user_id="u", consent=both), view("2", consent=both))
        none = {"analytics": False, "identity": False, "marketing": False}
        answer = await site.send({"id": "c", "name": "consent", "anon_id": "x", "consent": none})
        assert answer.json()["dropped"] == 1
        await site.send(view("3"))

    scene(demo_house, play)
    with demo_house.store.reading() as session:
        assert session.exec(select(IdentityEdge)).all() == []
        assert {row.granted for row in session.exec(select(Consent).where(Consent.how == "event:web"))} == {
            True,
            False,
        }
    assert set(events(demo_house)) == {"1", "2", "3"}


def test_the_script_is_there_for_every_page(demo_house: House) -> None:
    async def play(site: Site) -> None:
        answer = await site.http.get("/collect.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "document.cookie" not in answer.text

    scene(demo_house, play)
