"""A real Chromium, driven by the Chrome DevTools protocol; pages are looked at and used as people do."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 20.0
FLAGS = (
    "--headless=new",
    "--no-first-run",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
)


def chromium() -> str | None:
    """The path of a Chromium on this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """One page of one browser profile. `asked` are the addresses it asked for, `errors` what went wrong in it."""

    browser: Browser
    session: str
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        return await self.browser.call(method, self.session, **params)

    async def goto(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def eval(self, script: str) -> Any:
        """The value of an expression in the page."""
        told = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    async def until(self, script: str, what: str = "") -> Any:
        """Wait until the expression is true; pages that change under it are waited for."""
        ends = time.monotonic() + PATIENCE_S
        while True:
            try:
                if value := await self.eval(script):
                    return value
            except (AssertionError, RuntimeError):  # the page is being replaced
                pass
            if time.monotonic() > ends:
                text = await self.eval("document.body.innerText")
                raise AssertionError(f"{what or script} did not happen; the page says: {text}")
            await asyncio.sleep(0.05)

    async def type(self, selector: str, text: str) -> None:
        await self.eval(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.call("Input.insertText", text=text)

    async def press(self, key: str, code: int, text: str = "") -> None:
        """One key, down and up."""
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more
            )

    async def click(self, selector: str) -> None:
        """A real mouse click in the middle of the element."""
        found = json.dumps(selector)
        await self.until(f"!!document.querySelector({found})", f"{selector} to click")
        await self.eval(f"document.querySelector({found}).scrollIntoView({{block: 'center'}})")
        at = await self.eval(
            f"(() => {{ const r = document.querySelector({found}).getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", clickCount=1
            )

    async def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """The size of the window, and whether it is dark outside."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=scheme)

    async def picture(self, path: Path) -> None:
        told = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(told["data"]))


@dataclass
class Browser:
    """One Chromium; each `tab()` has a profile of its own."""

    socket: ClientConnection
    _ids: itertools.count[int] = field(default_factory=itertools.count)
    _open: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _tabs: dict[str, Tab] = field(default_factory=dict)

    async def read(self) -> None:
        """Until the connection ends: answers go to whoever asked, events to their tab."""
        async for raw in self.socket:
            told = json.loads(raw)
            if "id" in told:
                future = self._open.pop(told["id"])
                if "error" in told:
                    future.set_exception(RuntimeError(told["error"]["message"]))
                else:
                    future.set_result(told["result"])
            elif (tab := self._tabs.get(told.get("sessionId", ""))) is not None:
                _note(tab, told["method"], told["params"])

    async def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._open[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params}
        await self.socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        return await asyncio.wait_for(self._open[number], PATIENCE_S)

    async def tab(self) -> Tab:
        """A page of a fresh profile: no cookie of any other."""
        profile = await self.call("Target.createBrowserContext")
        target = await self.call(
            "Target.createTarget", url="about:blank", browserContextId=profile["browserContextId"]
        )
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = Tab(self, attached["sessionId"])
        self._tabs[tab.session] = tab
        for domain in ("Page", "Network", "Runtime", "Log"):
            await tab.call(f"{domain}.enable")
        await tab.look(1100, 800)
        return tab


def _note(tab: Tab, method: str, params: dict[str, Any]) -> None:
    if method == "Network.requestWillBeSent":
        tab.asked.append(params["request"]["url"])
    elif method == "Runtime.exceptionThrown":
        tab.errors.append(str(params["exceptionDetails"]))
    elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
        tab.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A Chromium that is there as long as the block runs. Raises FileNotFoundError where there is none."""
    path = chromium()
    if path is None:
        raise FileNotFoundError("Chromium is not installed (Debian package `chromium`): pages are not seen")
    profile = await asyncio.to_thread(tempfile.mkdtemp, prefix="chengdan-chromium-")
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    process = subprocess.Popen(
        [path, *FLAGS, *sandbox, f"--user-data-dir={profile}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with connect(await _address(Path(profile), process), max_size=None, proxy=None) as socket:
            browser = Browser(socket)
            reading = asyncio.create_task(browser.read())
            try:
                yield browser
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)
        await asyncio.to_thread(shutil.rmtree, profile, ignore_errors=True)


async def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """Where it can be spoken to; it writes that down once it is up."""
    port = profile / "DevToolsActivePort"
    ends = time.monotonic() + PATIENCE_S
    while not (port.exists() and len(lines := port.read_text().split()) == 2):
        assert process.poll() is None, "Chromium ended at once"
        assert time.monotonic() < ends, "Chromium did not come up"
        await asyncio.sleep(0.05)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
