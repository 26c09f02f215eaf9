"""The script in a real browser: nothing kept before consent, visible time, campaign labels, what goes out as a page closes."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlmodel import select

from bot.collecting import Collector, new_source
from bot.web.collect import collect_routes
from bot.wiring import House
from knowledge.journey.reading import Events
from knowledge.model import IdentityEdge, TouchEvent, utc_now
from tests.fakes.chromium import Browser, Tab, browsing, chromium
from tests.fakes.journey import without_events

pytestmark = pytest.mark.skipif(
    chromium() is None,
    reason="no Chromium here (Debian package `chromium`): the script is not seen in a browser",
)


@pytest.fixture
def demo_house(demo_house: House) -> House:
    return without_events(demo_house)


PERSON = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


@contextmanager
def served(app: FastAPI, port: int) -> Iterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_level="error", access_log=False, lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def scene(house: House, play: Callable[[Browser, Tab, str], Awaitable[None]], *, agent: str = PERSON) -> None:
    here, shop = free_port(), free_port()
    site = f"http://127.0.0.1:{shop}"
    row, key = new_source("shop", "web", (site,), house.clock())
    with house.store.session() as session:
        session.merge(row)
    collecting, pages = FastAPI(), FastAPI()
    clock: Callable[[], datetime] = utc_now  # the browser's clock is the real one
    collect_routes(collecting, Collector(house.store, house.identity_key, clock))

    @pages.get("/{path:path}")
    def page(path: str) -> HTMLResponse:
        script = f'<script src="http://127.0.0.1:{here}/collect.js" data-key="{key}" defer></script>'
        return HTMLResponse(f"<!doctype html><title>商品 {path}</title>{script}<p>{path}")

    async def run() -> None:
        async with browsing() as browser:
            tab = await browser.tab()
            if agent:
                await tab.call("Network.setUserAgentOverride", userAgent=agent)
            await play(browser, tab, site)
            assert tab.errors == []

    with served(collecting, here), served(pages, shop):
        asyncio.run(run())


def stored(house: House) -> list[TouchEvent]:
    with house.store.reading() as session:
        return list(session.exec(select(TouchEvent).order_by(TouchEvent.at, TouchEvent.name)))


async def until(house: House, count: int) -> list[TouchEvent]:
    for _ in range(400):
        if len(found := stored(house)) >= count:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{count} events did not come: {[one.name for one in stored(house)]}")


def test_a_visit_before_and_after_consent(demo_house: House) -> None:
    async def play(browser: Browser, tab: Tab, site: str) -> None:
        await tab.goto(f"{site}/price?utm_source=baidu&utm_campaign=spring&mail=a@example.com#top")
        (first,) = await until(demo_house, 1)
        assert (first.name, first.page) == ("page_view", f"{site[7:]}/price".partition(":")[0] + "/price")
        assert (first.utm_source, first.utm_campaign, first.title) == ("baidu", "spring", "商品 price")
        assert first.signature_id
        assert await tab.eval("document.cookie") == ""
        assert await tab.eval("localStorage.length") == 0
        await tab.eval("chengdan.consent({analytics: true, identity: true})")
        await tab.eval("chengdan.identify({user_id: 'u-1'}); chengdan.track('login')")
        await tab.eval("chengdan.track('form_submit', {form: 'demo'}, {value: 12.5})")
        await until(demo_house, 3)
        await asyncio.sleep(0.6)
        await tab.eval("history.pushState({}, '', '/second')")
        await tab.goto(f"{site}/third")
        found = {(one.name, one.page.rpartition("/")[2]) for one in await until(demo_house, 6)}
        assert {("page_leave", "price"), ("page_view", "second"), ("page_view", "third")} <= found
        assert await tab.eval("Object.keys(localStorage).sort().join()") == "cd_anon,cd_consent"
        await tab.eval("chengdan.consent({})")
        assert await tab.eval("localStorage.length") == 0

    scene(demo_house, play)
    with demo_house.store.reading() as session:
        touches = [
            one for one in Events(session).everything() if one.name in ("login", "form_submit", "page_leave")
        ]
        assert not any(
            one.bot for one in touches if one.name != "page_leave"
        )  # its beacon names headless Chrome
        form = next(one for one in touches if one.name == "form_submit")
        assert (form.value_fen, form.props, form.conversion) == (1250, {"form": "demo"}, True)
        left = [one for one in touches if one.name == "page_leave" and one.page.endswith("/price")]
        assert sum(one.visible_s or 0 for one in left) >= 0.5
        assert left[0].engaged is False


def test_a_headless_browser_is_known_as_one(demo_house: House) -> None:
    async def play(browser: Browser, tab: Tab, site: str) -> None:
        await tab.goto(f"{site}/")
        (one,) = await until(demo_house, 1)
        assert one.bot

    scene(demo_house, play, agent="")


def test_what_was_taken_back_is_told_and_forgotten(demo_house: House) -> None:
    async def play(browser: Browser, tab: Tab, site: str) -> None:
        await tab.goto(f"{site}/a")
        await tab.eval(
            "chengdan.consent({analytics: true, identity: true}); chengdan.identify({user_id: 'u-1'})"
        )
        await tab.eval("chengdan.track('login')")
        await until(demo_house, 2)
        with demo_house.store.reading() as session:
            assert len(session.exec(select(IdentityEdge)).all()) == 1
        await tab.eval("chengdan.consent({})")
        for _ in range(200):
            with demo_house.store.reading() as session:
                if not session.exec(select(IdentityEdge)).all():
                    break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("the link is still there")

    scene(demo_house, play)


def test_do_not_track_sends_nothing(demo_house: House) -> None:
    async def play(browser: Browser, tab: Tab, site: str) -> None:
        await tab.call(
            "Page.addScriptToEvaluateOnNewDocument",
            source="Object.defineProperty(navigator, 'doNotTrack', {value: '1'})",
        )
        await tab.goto(f"{site}/a")
        await tab.eval("chengdan.track('login')")
        await tab.eval("chengdan.consent({analytics: true}); chengdan.track('search', {words: 'x'})")
        found = await until(demo_house, 1)
        assert [one.name for one in found] == ["search"]
        assert json.dumps(found[0].props) == '{"words": "x"}'

    scene(demo_house, play)
