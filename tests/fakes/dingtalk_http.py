"""A very small HTTP server for fake platforms: every answer, and every way of not answering, is in the test's hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Call:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        record = json.loads(self.body or b"{}")
        assert isinstance(record, dict)
        return record

    def form(self) -> dict[str, tuple[str, bytes]]:
        """The fields of a multipart form: file name and bytes."""
        boundary = self.headers["content-type"].partition("boundary=")[2].encode()
        out: dict[str, tuple[str, bytes]] = {}
        for part in self.body.split(b"--" + boundary)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            said = dict(re.findall(r'(name|filename)="([^"]*)"', head.decode()))
            out[said["name"]] = (said.get("filename", ""), content.removesuffix(b"\r\n"))
        return out


@dataclass(frozen=True)
class Reply:
    """One answer; `hang` never answers, `drop` closes the connection instead."""

    status: int = 200
    body: bytes | dict[str, Any] = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False

    def wire(self) -> bytes:
        given = isinstance(self.body, dict)
        content = (
            json.dumps(self.body, ensure_ascii=False).encode() if isinstance(self.body, dict) else self.body
        )
        headers = {"content-type": "application/json" if given else "text/html"} | self.headers
        headers |= {"content-length": str(len(content)), "connection": "close"}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{key}: {value}" for key, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + content


Answer = Callable[[Call], Awaitable[Reply]]


class SmallServer:
    """Serves `answer` on a free port of 127.0.0.1."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[Any]] = set()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=2**26)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._one(reader, writer)
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(Exception):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        pairs = (line.split(":", 1) for line in head[1:] if ":" in line)
        headers = {key.strip().lower(): value.strip() for key, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        call = Call(method, parts.path, dict(parse_qsl(parts.query)), headers, body)
        reply = await self._answer(call)
        if reply.hang:
            await asyncio.sleep(3600)
        if not reply.drop:
            writer.write(reply.wire())
            await writer.drain()
