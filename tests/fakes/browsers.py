"""A browser that runs no script, blocking and without a log of its own, and what it sees of the console's chat page."""

from __future__ import annotations

import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

import uvicorn

BOUNDARY = "one-part-after-the-other"


@dataclass(frozen=True)
class Told:
    """An answer, after every redirect."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Line:
    """A line of the chat. `prose` is what was said, `text` everything; `buttons` are words and where their form goes."""

    id: int
    kind: str
    prose: str = ""
    text: str = ""
    buttons: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """The chat page: its lines, and the fields of each form by where it goes (the last one counts)."""

    lines: list[Line] = field(default_factory=list)
    forms: dict[str, dict[str, str]] = field(default_factory=dict)

    def form(self, action: str) -> dict[str, str]:
        return dict(self.forms.get(action, {}))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._line: Line | None = None
        self._form = self._words = ""
        self._prose = self._button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "article":
            self._line = Line(int(had["id"].removeprefix("line-")), had["data-kind"])
            self.page.lines.append(self._line)
        elif tag == "form":
            self._form = had.get("action", "")
            self.page.forms[self._form] = {}
        elif tag in ("input", "textarea") and self._form and had.get("type") != "file" and "name" in had:
            self.page.forms[self._form][had["name"]] = had.get("value", "")
        elif tag == "p" and "prose" in had.get("class", "").split():
            self._prose = True
        elif tag == "button":
            self._button, self._words = True, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._line = None
        elif tag == "p":
            self._prose = False
        elif tag == "form":
            self._form = ""
        elif tag == "button":
            if self._line is not None:
                self._line.buttons[self._words.strip()] = self._form
            self._button = False

    def handle_data(self, data: str) -> None:
        if self._button:
            self._words += data
        if self._line is not None:
            self._line.text += data
            if self._prose:
                self._line.prose += data


def read(html: str) -> Page:
    """What stands on a chat page."""
    reader = _Reader()
    reader.feed(html)
    return reader.page


class Browser:
    """Keeps its cookies; follows where it is led."""

    def __init__(self, base: str) -> None:
        self._base, self._jar = base, CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar)
        )

    @property
    def cookie(self) -> str:
        """What proves who is signed in."""
        return next(one.value or "" for one in self._jar)

    def get(self, path: str) -> Told:
        return self._ask(urllib.request.Request(f"{self._base}{path}"))

    def page(self) -> Page:
        told = self.get("/")
        assert told.status == 200, told.text[:500]
        return read(told.text)

    def post(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Told:
        body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        return self.raw(path, body, kind, headers)

    def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes, mime: str) -> Told:
        """The form with one file."""
        parts = [
            f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode()
            for key, value in fields.items()
        ]
        head = (
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {mime}\r\n\r\n'
        )
        parts.append(head.encode() + content)
        body = b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self.raw(path, body + f"--{BOUNDARY}--\r\n".encode(), kind)

    def raw(self, path: str, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> Told:
        more = {"content-type": kind, **(headers or {})}
        return self._ask(urllib.request.Request(f"{self._base}{path}", data=body, headers=more))

    def _ask(self, request: urllib.request.Request) -> Told:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Told(answer.status, _low(answer.headers.items()), answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Told(refused.code, _low(refused.headers.items()), refused.read())


def _low(headers: Any) -> dict[str, str]:
    return {re.sub(r"\s", "", name).lower(): value for name, value in headers}


class _Telling(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def in_a_thread(app: Any) -> Iterator[str]:
    """`with in_a_thread(app) as base_url`: an app on a loopback port in a loop of its own, so that whoever blocks in the
    test's loop does not hold it up."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="warning", lifespan="off", ws="none", access_log=False, timeout_graceful_shutdown=1
    )
    server = _Telling(config)
    running = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    running.start()
    try:
        assert server.up.wait(20), "the server did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        running.join(10)
        listener.close()
