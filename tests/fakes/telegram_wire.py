"""How requests to the fake Bot API are read and answered: forms, multipart, faults on the way."""

from __future__ import annotations

import json
import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from tests.fakes.telegram_server import TelegramServer


@dataclass(frozen=True)
class Upload:
    """A file as it came in a form."""

    name: str
    body: bytes
    mime: str = ""


@dataclass
class Fault:
    """What goes wrong `times` times with `method` ("*": any). `status` with `description` is Telegram's own no; `html` an
    answer of some proxy; `lost` does what was asked and then says nothing: "reset" closes, "hang" waits for the client to
    give up; `before` does nothing of it and resets the connection."""

    method: str = "*"
    status: int = 0
    description: str = ""
    parameters: dict[str, int] | None = None
    html: bool = False
    lost: str = ""
    times: int = 1


class ApiError(Exception):
    """An answer with "ok": false."""

    def __init__(self, status: int, description: str, parameters: dict[str, int] | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    fake: TelegramServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up in the middle are part of the play."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def fake(self) -> TelegramServer:
        return cast(Server, self.server).fake

    def log_message(self, format: str, *args: Any) -> None:
        """The transcript is in `calls`."""

    def do_GET(self) -> None:
        if self.path.startswith("/file/bot"):
            self._file()
        else:
            self._method(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._method(fields(self.headers.get("Content-Type", ""), body))

    def _file(self) -> None:
        token, _, path = unquote(self.path[len("/file/bot") :]).partition("/")
        stored = self.fake.paths.get(path)
        if token != self.fake.token or stored is None or self.fake.fault("file"):
            self._send(404, b'{"ok":false,"error_code":404,"description":"Not Found"}')
        else:
            self._send(200, stored, "application/octet-stream")

    def _method(self, params: dict[str, Any]) -> None:
        path = urlsplit(self.path).path
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", path)
        if match is None:
            self._no(ApiError(404, "Not Found"))
            return
        token, method = unquote(match[1]), match[2]
        if token != self.fake.token or self.fake.revoked:
            self._no(ApiError(401, "Unauthorized"))
            return
        fault = self.fake.fault(method)
        if fault is not None and not fault.lost:
            self._fail(fault)
            return
        try:
            result = self.fake.call(method, params)
        except ApiError as error:
            self._no(error)
            return
        if fault is not None:
            if fault.lost == "hang":
                self.fake.closing.wait(30)
            self._reset()
            return
        with suppress(OSError):
            self._send(200, json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode())

    def _fail(self, fault: Fault) -> None:
        if fault.status == 0:
            self._reset()
        elif fault.html:
            self._send(fault.status, b"<html><h1>Bad gateway</h1></html>", "text/html")
        else:
            self._no(ApiError(fault.status, fault.description or "Internal Server Error", fault.parameters))

    def _no(self, error: ApiError) -> None:
        answer: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
        if error.parameters:
            answer["parameters"] = error.parameters
        with suppress(OSError):
            self._send(error.status, json.dumps(answer).encode())

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)
            self.wfile.flush()

    def _reset(self) -> None:
        """Closes with RST instead of FIN."""
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        with suppress(OSError):
            self.connection.close()


def fields(kind: str, body: bytes) -> dict[str, Any]:
    """A form's fields; JSON inside them is read, as the Bot API does."""
    found: dict[str, Any] = {}
    if kind.startswith("multipart/form-data"):
        found = dict(_parts(kind, body))
    elif kind.startswith("application/json"):
        found = json.loads(body)
    else:
        found = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return {key: _read(key, value) for key, value in found.items()}


STRUCTURED = ("reply_markup", "link_preview_options", "reply_parameters", "allowed_updates", "commands")


def _read(key: str, value: Any) -> Any:
    return json.loads(value) if key in STRUCTURED and isinstance(value, str) else value


def _parts(kind: str, body: bytes) -> list[tuple[str, Any]]:
    boundary = re.search(r'boundary="?([^";]+)', kind)
    assert boundary is not None
    found: list[tuple[str, Any]] = []
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        words = head.decode()  # a name that is not UTF-8 breaks the request, as it should
        name = re.search(r'name="([^"]*)"', words)
        file = re.search(r'filename="([^"]*)"', words)
        mime = re.search(r"Content-Type: (\S+)", words)
        assert name is not None
        content = content.removesuffix(b"\r\n")
        value: Any = Upload(file[1], content, mime[1] if mime else "") if file else content.decode()
        found.append((name[1], value))
    return found
