"""The console in a real browser: what is typed, seen live, and pressed, with script; skipped where there is no Chromium."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from bot.street.words import Address, Load, Parcel
from bot.wiring import House
from tests.fakes.chromium import Browser, Tab, browsing, chromium
from tests.fakes.web_console import Stage, served

pytestmark = pytest.mark.skipif(
    chromium() is None,
    reason="no Chromium here (Debian package `chromium`): the pages are not seen in a browser",
)
WISH = "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%"
PICTURES = os.environ.get("CHENGDAN_PICTURES", "")
"""A folder for pictures of the pages, for people who change their looks."""


async def picture(tab: Tab, name: str) -> None:
    if PICTURES:
        await tab.picture(Path(PICTURES) / f"{name}.png")


async def sign_in(stage: Stage, tab: Tab, person_id: str) -> None:
    """By the link an administrator sends: the code stands behind the # and is not left in the address."""
    await tab.goto(f"{stage.url}/login#{stage.code(person_id)}")
    await tab.until("document.getElementById('code').value.length === 8")
    assert not await tab.eval("location.hash")
    await tab.click("form button")
    await tab.until("!!document.getElementById('lines')")


async def ask(tab: Tab, text: str, answers: int) -> None:
    await tab.type("#text", text)
    await tab.press("Enter", 13, "\r")
    await tab.until(f"document.querySelectorAll('.line.text').length >= {answers}", f"{answers} answers")


def quiet(stage: Stage, tab: Tab) -> None:
    """Nothing was asked of anybody else, and nothing went wrong."""
    assert [url for url in tab.asked if not url.startswith(stage.url)] == []
    assert tab.errors == []


def test_story_in_two_browsers(demo_house: House) -> None:
    async def scene(stage: Stage, browser: Browser) -> None:
        lina, zhao = await browser.tab(), await browser.tab()
        await sign_in(stage, lina, "p-lina")
        await sign_in(stage, zhao, "p-zhaolei")
        await picture(lina, "1-empty")
        await ask(lina, WISH, 1)
        await ask(lina, "发出去", 2)
        await picture(lina, "2-wish")
        await zhao.until("!!document.querySelector('.line.card .deeds button')", "the card, live")
        await picture(zhao, "3-card")
        await zhao.click(".deeds form button.primary")
        await zhao.until(
            "/赵磊.*\\d{2}:\\d{2}/.test(document.querySelector('.line.card .status')?.textContent)"
        )
        assert await zhao.eval("document.querySelectorAll('.deeds').length") == 0
        await picture(zhao, "4-settled")
        await lina.until("document.body.innerText.includes('赵磊批准')", "word for the rep, live")
        quiet(stage, lina)
        quiet(stage, zhao)

    in_browser(demo_house, scene)


def test_an_answer_runs_in_and_its_sources_open_in_place(demo_house: House) -> None:
    async def scene(stage: Stage, browser: Browser) -> None:
        lina = await browser.tab()
        await sign_in(stage, lina, "p-lina")
        here = Address(channel="web", to="p-lina")
        for text in ("华东", "华东医疗", "华东医疗上次"):
            await stage.web.send(Parcel(id="d", load=Load.DRAFT, address=here, text=text, turn="t900"))
            await lina.until(
                f"document.querySelector('.line.draft .prose')?.textContent === {json.dumps(text)}"
            )
        last = Parcel(
            id="r", load=Load.TEXT, address=here, text="华东医疗上次谈到价格。", turn="t900", last=True
        )
        await stage.web.send(last)
        await stage.web.send(Parcel(id="d", load=Load.DRAFT, address=here, text="late", turn="t900"))
        await lina.until(
            "document.querySelector('.line.text .prose')?.textContent === '华东医疗上次谈到价格。'"
        )
        assert await lina.eval("document.querySelectorAll('.line').length") == 1
        await ask(lina, "华东医疗那个单子,上次谈到哪了?", 2)
        await lina.click(".bubble .cite")
        await lina.until("!!document.querySelector('.opened blockquote')")
        assert await lina.eval("location.pathname") == "/"
        await picture(lina, "5-source")
        before = await lina.eval("document.querySelectorAll('.line.said').length")
        await lina.click(".chips button")
        await lina.until(f"document.querySelectorAll('.line.said').length === {before + 1}")
        quiet(stage, lina)

    in_browser(demo_house, scene)


def test_what_strangers_wrote_stays_text(demo_house: House) -> None:
    async def scene(stage: Stage, browser: Browser) -> None:
        lina = await browser.tab()
        await sign_in(stage, lina, "p-lina")
        hostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>{{7*7}} [1] \u202etxt'
        stage.web.lines.write("p-lina", "x1", "text", hostile, {"sources": [], "suggestions": [hostile]})
        stage.web.lines.write("p-lina", "x2", "file", "", {"file": {"name": hostile, "path": "", "mime": ""}})
        await lina.until("document.querySelectorAll('.line').length === 2")
        shown = await lina.eval("document.getElementById('lines').innerText")
        assert "<script>" in shown
        assert "{{7*7}}" in shown
        assert await lina.eval("document.querySelectorAll('#lines img, #lines script').length") == 0
        assert await lina.eval("window.hit") is None
        script = (
            "(() => { const s = document.createElement('script'); s.textContent = 'window.hit=2';"
            " document.body.append(s); return window.hit; })()"
        )
        assert await lina.eval(script) is None, "the policy lets no inline script run"

    in_browser(demo_house, scene)


def test_the_pages_fit_a_phone_by_day_and_night_and_a_keyboard(demo_house: House) -> None:
    async def scene(stage: Stage, browser: Browser) -> None:
        lina, zhao = await browser.tab(), await browser.tab()
        await lina.look(390, 780)
        await lina.goto(f"{stage.url}/login")
        await picture(lina, "6-phone-login")
        await sign_in(stage, lina, "p-lina")
        await ask(lina, WISH, 1)
        await ask(lina, "发出去", 2)
        await picture(lina, "7-phone-chat")
        await sign_in(stage, zhao, "p-zhaolei")
        await zhao.until("!!document.querySelector('.line.card')")
        for dark, width in ((False, 390), (True, 390), (True, 1100)):
            await zhao.look(width, 780, dark=dark)
            for path in ("/", "/approvals", "/account"):
                await zhao.goto(stage.url + path)
                wide = await zhao.eval("document.documentElement.scrollWidth - window.innerWidth")
                assert wide <= 0, (path, width, wide)
                await picture(zhao, f"8-{path.strip('/') or 'chat'}-{width}-{'dark' if dark else 'light'}")
        await zhao.goto(stage.url + "/approvals")
        order = []
        for _ in range(8):
            await zhao.press("Tab", 9)
            order.append(await zhao.eval("document.activeElement.getAttribute('href')"))
        assert order[0] == "#main"
        assert any((href or "").startswith("/cards/") for href in order)
        card = next(href for href in order if (href or "").startswith("/cards/"))
        await zhao.goto(stage.url + card)
        await picture(zhao, "9-card-page")
        await zhao.look(390, 780)
        await zhao.click(".deeds details summary")
        await picture(zhao, "9-card-phone")

    in_browser(demo_house, scene)


def test_a_page_that_lost_its_connection_catches_up(demo_house: House) -> None:
    async def scene(stage: Stage, browser: Browser) -> None:
        lina = await browser.tab()
        await sign_in(stage, lina, "p-lina")
        stage.web.lines.write("p-lina", "a", "text", "one")
        await lina.until("document.querySelectorAll('.line').length === 1")
        await lina.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0,
                        uploadThroughput=0)  # fmt: skip
        await lina.eval("rest()")
        for key in ("b", "a"):
            stage.web.lines.write("p-lina", key, "text", f"later {key}")
        await lina.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1,
                        uploadThroughput=-1)  # fmt: skip
        await lina.eval("listen()")
        await lina.until("document.querySelectorAll('.line').length === 2")
        texts = await lina.eval(
            "[...document.querySelectorAll('.line .prose')].map((one) => one.textContent)"
        )
        assert texts == ["later a", "later b"], json.dumps(texts)

    in_browser(demo_house, scene)


def in_browser(house: House, scene) -> None:  # type: ignore[no-untyped-def]
    async def run() -> None:
        async with served(house) as stage, browsing() as browser:
            await scene(stage, browser)

    asyncio.run(run())
