"""Live updates: what was missed is caught up on, from any process, by its owner alone, and no longer than they are signed in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.channels.web import Lines, open_web
from bot.street.words import Address, Fate, Load, Parcel
from bot.web import stream
from bot.wiring import House
from knowledge.migrate import upgrade
from knowledge.store import Store
from tests.fakes.clock import FakeClock
from tests.fakes.web_console import Stage, User, play

Event = tuple[str, str, dict[str, object]]


@asynccontextmanager
async def listening(user: User, path: str = "/events", **headers: str) -> AsyncIterator[asyncio.Queue[Event]]:
    """The events of that page as they come: (id, name, data)."""
    queue: asyncio.Queue[Event] = asyncio.Queue()

    async def read() -> None:
        async with user.http.stream(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        ) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            event = {"id": "", "event": "", "data": "{}"}
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                event[name] = value
                if not line and event["event"]:
                    queue.put_nowait((event["id"], event["event"], json.loads(event["data"])))
                    event = {"id": "", "event": "", "data": "{}"}

    reading = asyncio.create_task(read())
    try:
        yield queue
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def next_of(queue: asyncio.Queue[Event]) -> Event:
    return await asyncio.wait_for(queue.get(), 10)


def test_what_was_missed_is_caught_up_on(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, lines = await stage.user("p-lina"), stage.web.lines
        for key in ("a", "b", "c"):
            lines.write("p-lina", key, "text", f"text {key}")
        lines.write("p-zhaolei", "x", "text", "another's")
        lines.write("p-lina", "a", "text", "text a changed")
        async with listening(lina, Last_Event_ID="2") as queue:
            told = [await next_of(queue) for _ in range(2)]
            assert [one[0] for one in told] == ["3", "4"]
            assert "text c" in str(told[0][2]["html"])
            assert "text a changed" in str(told[1][2]["html"])
            lines.write("p-lina", "d", "text", "now")
            assert (await next_of(queue))[0] == "5"
            assert queue.empty()

    play(demo_house, scene)


def test_what_another_process_wrote_is_seen(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        other = open_web(demo_house.settings, demo_house.store, demo_house.clock, demo_house.settings.var_dir)
        assert other is not None
        async with listening(lina) as queue:
            await asyncio.sleep(0.1)
            sent = await other.send(
                Parcel(id="n1", load=Load.TEXT, address=Address(channel="web", to="p-lina"), text="from afar")
            )
            assert sent.fate is Fate.SENT
            assert "from afar" in str((await next_of(queue))[2]["html"])

    play(demo_house, scene)


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_writers_side_by_side_never_get_the_same_number(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each writer has a connection of its own, as processes have."""
    url = (
        f"sqlite:///{tmp_path}/web.db"
        if database == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )
    stores = [Store(url) for _ in range(4)]
    upgrade(stores[0])
    writers = [Lines(store, FakeClock()) for store in stores]

    def write(number: int) -> None:
        for turn in range(25):
            writers[number].write("p-lina", f"{number}-{turn}", "text", "x")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    seqs = [line.seq for line in writers[0].after("p-lina", 0)]
    for store in stores:
        store.close()
    assert seqs == list(range(1, 101))


def test_a_page_ends_when_its_session_does(demo_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PROVE_S", 0.1)
    monkeypatch.setattr(stream, "LOOK_S", 0.1)

    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        form = await lina.form("/logout", "/account")
        async with listening(lina) as queue:
            await asyncio.sleep(0.2)
            await lina.submit(form)
            assert (await next_of(queue))[1] == "over"
        assert stage.web.watching("p-lina") == 0

    play(demo_house, scene)


def test_too_many_open_pages_are_refused_and_closed_ones_are_forgotten(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        opened = [listening(lina) for _ in range(stream.MOST_PAGES)]
        for one in opened:
            await one.__aenter__()
        while stage.web.watching("p-lina") < stream.MOST_PAGES:
            await asyncio.sleep(0.01)
        assert (await lina.http.get("/events")).status_code == 429
        assert stage.web.health().figures == {"open_pages": stream.MOST_PAGES}
        for one in opened:
            await one.__aexit__(None, None, None)
        for _ in range(300):
            if stage.web.watching("p-lina") == 0:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("closed pages are still watched")

    play(demo_house, scene)


def test_drafts_change_in_place_and_never_come_after_the_answer(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        here = Address(channel="web", to="p-lina")
        for text in ("华", "华东"):
            await stage.web.send(Parcel(id="d", load=Load.DRAFT, address=here, text=text, turn="t9"))
        last = Parcel(id="r", load=Load.TEXT, address=here, text="华东医疗。", turn="t9", last=True)
        for parcel in (last, last):
            await stage.web.send(parcel)
        await stage.web.send(Parcel(id="d", load=Load.DRAFT, address=here, text="late", turn="t9"))
        lines, _ = stage.web.lines.page("p-lina", 10)
        assert [(line.kind, line.body) for line in lines] == [("text", "华东医疗。")]

    play(demo_house, scene)


def test_old_lines_sessions_and_uploads_are_forgotten(demo_house: House) -> None:
    web = open_web(demo_house.settings, demo_house.store, demo_house.clock, demo_house.settings.var_dir)
    assert web is not None
    web.lines.write("p-lina", "old", "text", "x")
    cookie = web.sessions.open("p-lina", "test")
    demo_house.clock.pass_(200 * 86400)  # type: ignore[attr-defined]
    web.lines.write("p-lina", "new", "text", "y")
    web._tidy()
    assert [line.key for line in web.lines.page("p-lina", 10)[0]] == ["new"]
    assert web.sessions.seat(cookie) is None
