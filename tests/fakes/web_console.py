"""The web console on a real server over loopback, and people who use it by its plain forms and links, without script."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
import uvicorn

from actions.binding import Binding
from bot.channels.web import Web, open_web
from bot.street.street import Street
from bot.web.app import web_app
from bot.web.console import console_of
from bot.web.visit import Console
from bot.wiring import House

ADMIN = "p-admin"
PATIENCE_S = 20.0


@dataclass
class Form:
    """One form of a page: where it goes and what it holds before anybody types."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = dict(attrs)
        if tag == "form":
            self.forms.append(Form(had.get("action") or ""))
        elif tag in ("input", "textarea", "button") and self.forms:
            name = had.get("name")
            if name and had.get("type") != "file":
                self.forms[-1].fields.setdefault(name, had.get("value") or "")


def forms_of(page: str) -> list[Form]:
    """Every form of a page, in order."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


@dataclass
class User:
    """Somebody with a browser that runs no script."""

    http: httpx.AsyncClient

    async def sign_in(self, code: str) -> httpx.Response:
        return await self.http.post("/login", data={"code": code})

    async def page(self, path: str = "/") -> str:
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
        return answer.text

    async def form(self, action: str, path: str = "/", **typed: str) -> Form:
        """The first form of that page that goes to `action`, filled in."""
        found = next(one for one in forms_of(await self.page(path)) if one.action == action)
        return Form(found.action, found.fields | typed)

    async def submit(self, form: Form, **more: Any) -> httpx.Response:
        return await self.http.post(form.action, data=form.fields, **more)

    async def say(self, text: str) -> str:
        """Send a message as the chat's form does; the page one is led to."""
        answer = await self.submit(await self.chat_form(text))
        assert answer.status_code == 200, answer.text[:400]
        return answer.text

    async def chat_form(self, text: str) -> Form:
        """The form at the foot of the chat (the suggestions above it are forms, too)."""
        found = [one for one in forms_of(await self.page()) if one.action == "/say"][-1]
        return Form(found.action, found.fields | {"text": text})

    async def until(self, path: str, true: Callable[[str], object], what: str = "") -> str:
        """Look at a page until it is so."""
        ends = time.monotonic() + PATIENCE_S
        while not true(page := await self.page(path)):
            assert time.monotonic() < ends, f"{what or path} did not happen: {page[-3000:]}"
            await asyncio.sleep(0.05)
        return page


@dataclass
class Stage:
    """A house with its street and its console served on `url`."""

    house: House
    street: Street
    web: Web
    console: Console
    url: str
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    def code(self, person_id: str) -> str:
        """A one-time code from the administrator."""
        return Binding(self.house.gate).code_for(ADMIN, person_id, "web")[1]

    def stranger(self, **headers: str) -> User:
        """A browser that is not signed in."""
        http = httpx.AsyncClient(base_url=self.url, headers=headers, follow_redirects=True, timeout=30)
        self._clients.append(http)
        return User(http)

    async def user(self, person_id: str) -> User:
        """A browser that this person has signed in with."""
        user = self.stranger()
        answer = await user.sign_in(self.code(person_id))
        assert answer.status_code == 200, answer.text
        return user

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def served(house: House) -> AsyncIterator[Stage]:
    """The console over this house on a port of its own. No test cards among the real ones: one of them would be pressed
    in place of the one that is meant."""
    house.settings.canary_every = 0
    web = open_web(house.settings, house.store, house.clock, house.settings.var_dir)
    assert web is not None
    async with Street(house, [web]) as street:
        console = console_of(street)
        assert console is not None
        console.patience_s = PATIENCE_S
        app = web_app(street, lambda: {"status": "ok"}, console)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
            server = uvicorn.Server(config)
            running = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            stage = Stage(house, street, web, console, url)
            try:
                yield stage
            finally:
                await stage.close()
                console.stopping.set()
                server.should_exit = True
                await running


def play(house: House, scene: Callable[[Stage], Any]) -> None:
    """Serve the console and let the scene happen."""

    async def run() -> None:
        async with served(house) as stage:
            await scene(stage)

    asyncio.run(run())
