"""A hub of models on loopback, as far as its own client asks: one repository, its files from a folder."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class ModelHub:
    """`with ModelHub("Systran/faster-whisper-tiny", folder) as hub:` serves at `hub.url`; each file takes `pause_s`
    before its second half comes. `asked` are the paths, without the query."""

    def __init__(self, name: str, folder: Path, pause_s: float = 0.0) -> None:
        self.name, self.folder, self.pause_s = name, folder, pause_s
        self.asked: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                hub.answer(self, body=False)

            def do_GET(self) -> None:
                hub.answer(self, body=True)

            def log_message(self, *_: Any) -> None:
                """Nothing on the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> ModelHub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler, *, body: bool) -> None:
        """What the hub says of the repository, or a file of it."""
        path = request.path.partition("?")[0]
        self.asked.append(path)
        files = sorted(one.name for one in self.folder.iterdir())
        if path in (f"/api/models/{self.name}/revision/main", f"/api/models/{self.name}"):
            about = {"id": self.name, "sha": COMMIT, "siblings": [{"rfilename": name} for name in files]}
            return self._send(
                request, json.dumps(about).encode(), {"Content-Type": "application/json"}, body=body
            )
        if path == f"/api/models/{self.name}/tree/{COMMIT}":
            tree = [self._entry(name) for name in files]
            return self._send(
                request, json.dumps(tree).encode(), {"Content-Type": "application/json"}, body=body
            )
        name = path.rsplit("/", 1)[-1]
        if path.startswith(f"/{self.name}/resolve/") and name in files:
            data = (self.folder / name).read_bytes()
            head = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
            return self._send(request, data, head, body=body)
        request.send_response(404)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return None

    def _entry(self, name: str) -> dict[str, Any]:
        data = (self.folder / name).read_bytes()
        return {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}

    def _send(
        self, request: BaseHTTPRequestHandler, data: bytes, head: dict[str, str], *, body: bool
    ) -> None:
        request.send_response(200)
        for name, value in (head | {"Content-Length": str(len(data)), "Accept-Ranges": "bytes"}).items():
            request.send_header(name, value)
        request.end_headers()
        if body:
            middle = len(data) // 2
            request.wfile.write(data[:middle])
            request.wfile.flush()
            time.sleep(self.pause_s)
            request.wfile.write(data[middle:])
