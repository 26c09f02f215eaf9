"""An OpenAI-compatible server on loopback that answers by script, misbehaves on demand and keeps a transcript."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, cast

from .openai_wire import Reply, ToolUse, calls, completion, embeddings, error, events, garbage, html

__all__ = ["OpenAIServer", "Reply", "Request", "ToolUse", "calls", "error", "garbage", "html"]


Script = Iterable[Reply] | Callable[[dict[str, Any]], Reply]


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    path: str
    body: dict[str, Any]
    authorization: str


class OpenAIServer:
    """`with OpenAIServer([Reply(text="你好")]) as server: ...server.base_url`; the last reply repeats for ever.

    A script is a list of replies or a function of the request body. Streams when asked to.
    """

    def __init__(self, script: Script = (), *, models: Sequence[str] = ("fake-model",)) -> None:
        self._replies: list[Reply] | None = None if callable(script) else list(script) or [Reply(text="ok")]
        self._choose = script if callable(script) else self._next
        self.models = models
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        self._served = 0
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.fake = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def chats(self) -> list[dict[str, Any]]:
        """The bodies of the chat requests, in order."""
        return [request.body for request in self.requests if request.path.endswith("/chat/completions")]

    def reply_to(self, body: dict[str, Any]) -> Reply:
        with self.lock:
            return self._choose(body)

    def _next(self, _: dict[str, Any]) -> Reply:
        assert self._replies
        reply = self._replies[min(self._served, len(self._replies) - 1)]
        self._served += 1
        return reply

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    fake: OpenAIServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up in the middle are part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def fake(self) -> OpenAIServer:
        return cast(_Server, self.server).fake

    def log_message(self, format: str, *args: Any) -> None:
        """The transcript is in `requests`."""

    def do_GET(self) -> None:
        self._note({})
        data = [
            {"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in self.fake.models
        ]
        self._send(200, json.dumps({"object": "list", "data": data}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._note(body)
        if self.path.endswith("/embeddings"):
            self._send(200, json.dumps(embeddings(body)))
            return
        reply = self.fake.reply_to(body)
        streamed = bool(body.get("stream")) and reply.status == 200 and reply.body is None
        if not streamed:
            self._whole(reply, body)
            return
        with suppress(OSError):
            self._stream(reply, body)

    def _note(self, body: dict[str, Any]) -> None:
        with self.fake.lock:
            self.fake.requests.append(Request(self.path, body, self.headers.get("Authorization", "")))

    def _send(self, status: int, text: str, kind: str = "application/json", retry_after: str = "") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(data)
            self.wfile.flush()

    def _whole(self, reply: Reply, body: dict[str, Any]) -> None:
        time.sleep(reply.stall_s)
        if reply.reset:
            self._reset()
            return
        text = json.dumps(completion(reply, body), ensure_ascii=False) if reply.body is None else reply.body
        self._send(reply.status, text, reply.content_type, reply.retry_after)

    def _stream(self, reply: Reply, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(reply.drip):
            self.wfile.write(b": keep-alive\n\n")
            self.wfile.flush()
            time.sleep(0.05)
        for n, event in enumerate(events(reply, body)):
            self.wfile.write(f"data: {event}\n\n".encode())
            if n == 1 and (reply.stall_s or reply.reset):
                self.wfile.flush()
                time.sleep(reply.stall_s or 0.05)
                if reply.reset:
                    self._reset()
                    return
        self.wfile.flush()
        self.close_connection = True

    def _reset(self) -> None:
        """Closes with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()
