"""The platform behind hook_channel: delivers people's messages until they are acknowledged, and counts what comes back."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One parcel that reached a person."""

    id: str
    to: str
    load: str
    text: str
    at: float


@dataclass
class Wire:
    """One keep-alive connection that posts; opened on first use, and anew after it broke."""

    port: int
    _ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """(status, body). Raises OSError or asyncio.IncompleteReadError where there is no answer."""
        try:
            if self._ends is None:
                self._ends = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self._ends
            head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
            return await _answer(reader)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:"))
    return int(head.split(" ", 2)[1]), await reader.readexactly(length)


@dataclass
class HookPlatform:
    """`async with HookPlatform() as platform:` its `outlet` is where parcels are brought; `heard` what came, in order."""

    heard: list[Heard] = field(default_factory=list)
    outlet: str = ""
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> HookPlatform:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.outlet = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/out"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = next(
                    int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")
                )
                said = json.loads(await reader.readexactly(length))
                self.heard.append(Heard(**said, at=time.monotonic()))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # who wrote has gone, or the loop ends
        finally:
            writer.close()


def callback(external_id: str, who: str, text: str) -> bytes:
    """The body of one callback."""
    return json.dumps({"id": external_id, "from": who, "text": text}).encode()


async def deliver(ports: Sequence[int], body: bytes, first: int, within_s: float) -> int:
    """Post to the doors in turn until one acknowledges, as platforms do; how often it was tried. Each try has five seconds."""
    ends, tries = time.monotonic() + within_s, 0
    while time.monotonic() < ends:
        wire = Wire(ports[(first + tries) % len(ports)])
        tries += 1
        try:
            status, _ = await asyncio.wait_for(wire.post("/hooks/hook", body), 5)
            if status == 200:
                return tries
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass
        finally:
            wire.close()
        await asyncio.sleep(0.05)
    raise TimeoutError("nobody acknowledged")


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
