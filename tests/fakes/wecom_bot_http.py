"""A small HTTP server on loopback: the platform's file store and response_url, and a door for callbacks."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


@dataclass(frozen=True)
class Request:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Response:
    """One answer. `cut_after` breaks the connection after so many bytes; `hang` never answers; `endless` is a first piece of
    an answer whose end and length nobody says."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, bytes] = field(default_factory=dict)
    cut_after: int = -1
    hang: bool = False
    endless: bool = False


Handler = Callable[[Request], Awaitable[Response]]


class Loopback:
    """`url` after `start`."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[object]] = set()
        self.url = ""

    async def start(self) -> None:
        """On a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Connections are cut."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.close()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=2)
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if (task := asyncio.current_task()) is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            response = await self._handler(await _request(reader))
            if response.hang:
                await reader.read()
            else:
                await _answer(writer, response)
                if response.endless:
                    await reader.read()
        self._open.discard(writer)
        writer.close()


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Request(method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body)


async def _answer(writer: asyncio.StreamWriter, response: Response) -> None:
    headers = {"content-length": str(len(response.body)).encode(), "connection": b"close"} | response.headers
    if response.endless:
        del headers["content-length"]
    writer.write(f"HTTP/1.1 {response.status} X\r\n".encode())
    for name, value in headers.items():
        writer.write(name.encode() + b": " + value + b"\r\n")
    writer.write(b"\r\n" + (response.body if response.cut_after < 0 else response.body[: response.cut_after]))
    await writer.drain()


def encrypted(data: bytes, key: bytes) -> bytes:
    """As the platform keeps files: AES-256-CBC, IV from the key, PKCS#7 to 32."""
    pad = 32 - len(data) % 32
    aes = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return aes.update(data + bytes([pad]) * pad) + aes.finalize()


class FileStore:
    """Files under /media/NAME, encrypted; `put` gives the address and the key as the platform writes it, without `=`."""

    def __init__(self) -> None:
        self.files: dict[str, Response] = {}
        self.server = Loopback(self._get)
        self.asked: list[str] = []

    def put(
        self, data: bytes, key: bytes, *, disposition: bytes = b"", mime: bytes = b"application/octet-stream"
    ) -> tuple[str, str]:  # fmt: skip
        """A file people can send. Returns its address and its key."""
        path = f"/media/{len(self.files)}"
        headers = {"content-type": mime} | ({"content-disposition": disposition} if disposition else {})
        self.files[path] = Response(body=encrypted(data, key), headers=headers)
        return f"{self.server.url}{path}?sign=q-sign-geheim", base64.b64encode(key).decode().rstrip("=")

    async def _get(self, request: Request) -> Response:
        self.asked.append(request.path)
        return self.files.get(request.path, Response(404))
