"""Nobody gets in without a code, nobody sees or presses what is another's, and no other site's page can act for them."""

from __future__ import annotations

import asyncio
import re
import stat
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from actions.binding import Binding
from bot.channels.web import Signer, open_web
from bot.web.console import console_app
from bot.web.door import HEADERS, POLICY
from bot.wiring import House
from knowledge.model import CardCopy, Person
from tests.bot.conftest import Run
from tests.fakes.web_console import ADMIN, Form, Stage, play


def cookie_of(http: httpx.AsyncClient) -> str:
    return http.cookies["chengdan"]


async def is_out(stage: Stage, cookie: str) -> bool:
    """Whether this cookie opens nothing."""
    stranger = stage.stranger(cookie=f"chengdan={cookie}")
    answer = await stranger.http.get("/", follow_redirects=False)
    return answer.status_code == 303 and answer.headers["location"] == "/login"


def test_every_route_without_a_session_leads_to_the_sign_in_page(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        stranger = stage.stranger()
        paths = routes(stage)
        assert {"/", "/approvals", "/cards/{copy_id}", "/events", "/say", "/account", "/logout"} <= {
            path for _, path in paths
        }
        for method, path in [*paths, ("GET", "/nowhere"), ("GET", "/sources/x/y"), ("DELETE", "/say")]:
            if path in ("/login", "/static/{name}", "/favicon.ico"):
                continue
            real = re.sub(r"\{.*?\}", "1", path)
            answer = await stranger.http.request(method, real, follow_redirects=False)
            if path == "/events":
                assert answer.status_code == 204
                continue
            assert (answer.status_code, answer.headers.get("location")) == (303, "/login"), (method, path)
        scripted = await stranger.http.get("/sources/1/1", headers={"x-console": "1"})
        assert scripted.status_code == 401

    play(demo_house, scene)


def routes(stage: Stage) -> list[tuple[str, str]]:
    app = console_app(stage.console).app  # type: ignore[attr-defined]
    found = []
    for route in flat(app.routes):
        found += [(method, route.path) for method in sorted(route.methods)]
    return found


def flat(routes: list[object]) -> list[APIRoute]:
    """Routes of included routers, too, however the framework nests them."""
    found: list[APIRoute] = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None:
            found += flat(inner.routes)
    return found


def test_every_answer_carries_the_policy_and_is_kept_by_no_cache(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, stranger = await stage.user("p-lina"), stage.stranger()
        for http, path in (
            (lina.http, "/"), (lina.http, "/approvals"), (lina.http, "/nowhere"), (stranger.http, "/login"),
            (stranger.http, "/static/console.js"),
        ):  # fmt: skip
            answer = await http.get(path)
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, (path, name)
            kept = "immutable" if "static" in path else "no-store"
            assert kept in answer.headers["cache-control"]
            assert "unsafe" not in POLICY
            assert not re.search(r"<script(?! src=\"/static/)|\son\w+=|style=|https?://", answer.text) or (
                "static" in path
            )
        assert (await stranger.http.get("/static/%2e%2e/console.py")).status_code in (303, 404, 200)
        assert "def " not in (await stranger.http.get("/static/..%2fconsole.py")).text

    play(demo_house, scene)


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        stranger = stage.stranger()
        code = stage.code("p-lina")
        answer = await stranger.http.post("/login", data={"code": code.lower()}, follow_redirects=False)
        assert answer.status_code == 303
        told = answer.headers["set-cookie"]
        for word in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=2592000"):
            assert word in told
        assert code not in told + answer.headers["location"] + answer.text
        again = await stage.stranger().sign_in(code)
        assert again.status_code == 403
        assert "已用过" in again.text

    play(demo_house, scene)


def test_a_forged_changed_or_ended_cookie_opens_nothing(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        good = cookie_of(lina.http)
        assert not await is_out(stage, good)
        token, ends, signature = good.split(".")
        later = f"{token}.{int(ends) + 10_000_000}"
        other = Signer(b"x" * 40)
        last = "B" if token[-1] == "A" else "A"
        for forged in (
            f"{token}.{ends}", f"{later}.{signature}", f"{later}.{other.sign('session', later)}",
            f"{token[:-1]}{last}.{ends}.{signature}", "..", "a.b.c", "\u00e9".encode("latin-1").decode("latin-1"),
        ):  # fmt: skip
            if forged.isascii():
                assert await is_out(stage, forged), forged
        form = await lina.form("/logout", "/account")
        await lina.submit(form)
        assert await is_out(stage, good)

    play(demo_house, scene)


def test_sessions_end_by_rest_by_age_everywhere_and_with_the_account(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        clock = demo_house.clock
        one, two = await stage.user("p-lina"), await stage.user("p-lina")
        page = await one.page("/account")
        assert page.count("最近使用") == 2
        everywhere = [
            form for form in [await one.form("/logout", "/account", everywhere="1")] if form.fields["token"]
        ]
        await one.submit(everywhere[0])
        assert await is_out(stage, cookie_of(two.http))
        rested = await stage.user("p-lina")
        clock.pass_(7 * 86400 + 1)  # type: ignore[attr-defined]
        assert await is_out(stage, cookie_of(rested.http))
        busy = await stage.user("p-lina")
        for _ in range(10):
            assert not await is_out(stage, cookie_of(busy.http))
            clock.pass_(timedelta(days=2.9).total_seconds())  # type: ignore[attr-defined]
        clock.pass_(timedelta(days=1.1).total_seconds())  # type: ignore[attr-defined]
        assert await is_out(stage, cookie_of(busy.http))
        unbound = await stage.user("p-lina")
        Binding(demo_house.gate).unbind(ADMIN, "web", "p-lina")
        assert await is_out(stage, cookie_of(unbound.http))
        gone = await stage.user("p-lina")
        with demo_house.store.session() as session:
            person = session.get(Person, "p-lina")
            assert person is not None
            person.active = False
            session.add(person)
        assert await is_out(stage, cookie_of(gone.http))

    play(demo_house, scene)


def test_guessing_ends_after_five_wrong_codes_for_an_hour(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        code = stage.code("p-lina")
        guesser = stage.stranger()
        for number in range(5):
            assert (await guesser.sign_in(f"ACDEFGH{number}")).status_code == 403
        refused = await guesser.sign_in(code)
        assert refused.status_code == 403
        assert "试错太多次" in refused.text
        demo_house.clock.pass_(3601)  # type: ignore[attr-defined]
        assert (await guesser.sign_in(code)).status_code == 200

    play(demo_house, scene)


def test_a_code_for_another_platform_does_not_open_the_console(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        code = Binding(demo_house.gate).code_for(ADMIN, "p-lina", "telegram")[1]
        assert (await stage.stranger().sign_in(code)).status_code == 403

    play(demo_house, scene)


def test_a_form_of_another_page_does_nothing(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, zhao = await stage.user("p-lina"), await stage.user("p-zhaolei")
        form = await lina.chat_form("/help")
        theirs = (await zhao.chat_form("/help")).fields["token"]
        for token in ("", "x", theirs):
            answer = await lina.submit(Form("/say", form.fields | {"token": token}))
            assert answer.status_code == 403
        for headers in (
            {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"}, {"origin": stage.url + "0"},
        ):  # fmt: skip
            for action in ("/say", "/logout", "/login"):
                answer = await lina.submit(Form(action, form.fields), headers=headers)
                assert answer.status_code == 403, (headers, action)
        assert "<article" not in await lina.page()
        fine = await lina.submit(form, headers={"origin": stage.url, "sec-fetch-site": "same-origin"})
        assert fine.status_code == 200

    play(demo_house, scene)


def test_everybody_sees_only_their_own(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, zhao, wu = [await stage.user(who) for who in ("p-lina", "p-zhaolei", "p-wuting")]
        await lina.say("给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%")
        page = await lina.say("发出去")
        source = re.findall(r'href="(/sources/\d+/\d+)"', page)[0]
        waiting = await zhao.until("/approvals", lambda page: "/cards/" in page)
        card = re.findall(r'href="(/cards/[a-z0-9]{16})"', waiting)[0]
        press = await zhao.form(f"{card}/ok", card)
        mine = await wu.chat_form("")
        for path in (
            source,
            card,
            "/files/1",
            "/cards/0000000000000000",
            "/cards/%00",
            "/sources/999999999999999999999/1",
        ):
            answer = await wu.http.get(path)
            assert answer.status_code == 404, path
            assert "没有这个页面,或者你看不到它" in answer.text
        stolen = Form(press.action, press.fields | {"token": mine.fields["token"]})
        assert (await wu.submit(stolen)).status_code == 404
        assert "华东医疗" not in await wu.page() + await wu.page("/approvals")
        with demo_house.store.reading() as session:
            copy = session.get(CardCopy, card.rpartition("/")[2])
        assert copy is not None
        assert copy.state == "open"

    play(demo_house, scene)


def test_the_key_is_kept_for_us_alone_and_processes_agree_on_it(demo_house: House) -> None:
    settings, store = demo_house.settings, demo_house.store
    one = open_web(settings, store, demo_house.clock, settings.var_dir)
    two = open_web(settings, store, demo_house.clock, settings.var_dir)
    assert one is not None
    assert two is not None
    cookie = one.sessions.open("p-lina", "test")
    assert two.sessions.seat(cookie) is not None
    key = settings.var_dir / "web" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert cookie not in repr(one)
    with pytest.raises(ValueError, match="WEB_SECRET"):
        Signer.from_setting("short", settings.var_dir / "web")
    key.write_text("half")
    with pytest.raises(ValueError, match="delete it"):
        Signer.from_setting("", settings.var_dir / "web")


def test_behind_https_the_cookie_is_bound_to_the_one_host(demo_house: House) -> None:
    demo_house.settings.web_public_url = "https://sales.example.com"

    async def scene(stage: Stage) -> None:
        stranger = stage.stranger()
        assert (await stranger.http.get("/login")).status_code == 421
        headers = {"host": "sales.example.com", "origin": "https://sales.example.com"}
        answer = await stranger.http.post(
            "/login", data={"code": stage.code("p-lina")}, headers=headers, follow_redirects=False
        )
        assert answer.status_code == 303
        assert answer.headers["set-cookie"].startswith("__Host-chengdan=")
        assert "Secure" in answer.headers["set-cookie"]

    play(demo_house, scene)


def test_signing_in_at_once_with_one_code_opens_once(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        code = stage.code("p-lina")
        answers = await asyncio.gather(*(stage.stranger().sign_in(code) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]

    play(demo_house, scene)


def test_an_administrator_prints_a_link_whose_code_no_server_sees(run: Run, demo_dir: Path) -> None:
    told = run("bind", "p-lina", "--channel", "web", "--as", ADMIN)
    assert re.search(r"http://127\.0\.0\.1:8640/login#[A-Z0-9]{8}$", told.out.strip())
