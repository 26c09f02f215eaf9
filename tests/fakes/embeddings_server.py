"""A loopback stand-in for an OpenAI-compatible /embeddings endpoint, with a transcript and faults on demand."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from knowledge.embeddings import OfflineEmbedder

TOPICS = (
    ("贵", "价格", "价钱", "price", "expensive", "cost"),
    ("迁移", "数据", "migration", "data"),
    ("安全", "security"),
)
"""Words of one topic point the same way: enough meaning to tell whether vectors are really used."""


@dataclass
class EmbeddingsServer:
    """`with EmbeddingsServer() as server:` serves on `server.url`. `fault`: "" (none), "refused", "garbage", "short", "slow"."""

    fault: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> EmbeddingsServer:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.requests.append(body)
                fake.keys.append(self.headers.get("Authorization", ""))
                status, answer = fake._answer(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing: the transcript is in `requests`."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hung up is what the slow fault is for."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, body: dict[str, Any]) -> tuple[int, bytes]:
        if self.fault == "refused":
            return 400, b'{"error": {"message": "no such model", "type": "invalid_request_error"}}'
        if self.fault == "garbage":
            return (
                200,
                b'{"object": "list", "data": [{"index": 0, "embedding": "not numbers"}], "model": "m"}',
            )
        if self.fault == "slow":
            time.sleep(1.0)
        vectors = [_vector(text) for text in body["input"]]
        data = [
            {"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)
        ]
        data = data[:-1] if self.fault == "short" else data[::-1]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return 200, json.dumps(
            {"object": "list", "data": data, "model": body["model"], "usage": usage}
        ).encode()


def _vector(text: str) -> list[float]:
    topics = [float(sum(text.lower().count(word) for word in words)) * 10 for words in TOPICS]
    return topics + OfflineEmbedder(32).embed([text])[0]
