"""`doctor` says what is wrong and how to mend it; `serve` performs what is due and answers health checks."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot.checkup import Finding, checkup
from bot.courier import ROOT
from bot.jobs import tick
from bot.keeper import Keeper
from bot.keeping import keep
from bot.settings import Settings
from bot.wiring import House

from . import EXIT_FAILED
from .opening import opened
from .screen import err, out, out_json

TICK_S = 1.0


def doctor(*, as_json: bool) -> None:
    """Every check, even when the first one fails. Exit code 1 when something is broken."""
    findings = checkup(Settings())
    if as_json:
        out_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            out(_line(finding))
    if any(finding.level == "broken" for finding in findings):
        raise SystemExit(EXIT_FAILED)


def _line(finding: Finding) -> str:
    mark = {"ok": "✓", "note": "·", "broken": "✗"}[finding.level]
    fix = f"\n    → {finding.fix}" if finding.fix else ""
    return f"{mark} {finding.what}: {finding.says}{fix}"


def serve(host: str, port: int) -> None:
    """Until SIGINT or SIGTERM: the clock, GET /healthz, and a sender beside it that is started again when it ends."""
    house = opened()
    address = (host or house.settings.serve_host, port or house.settings.serve_port)
    server = ThreadingHTTPServer(address, _handler(house))
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    err(f"http://{address[0]}:{server.server_address[1]}/healthz")
    with Keeper(house) as keeper:
        while not stop.wait(TICK_S):
            keeper.look()
            tick(house)
            keep(house)
    server.shutdown()
    server.server_close()


def sender() -> None:
    """Become the process that sends, in place of this one."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    os.execve(sys.executable, [sys.executable, "-P", "-m", "bot.sender"], os.environ | {"PYTHONPATH": path})


def _handler(house: House) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/healthz"
            body = json.dumps(_state(house) if known else {"error": "not found"}).encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Health checks are not worth a line each."""

    return Handler


def _state(house: House) -> dict[str, str]:
    from actions.record import lock_system

    with house.store.session() as session:
        return {
            "status": "ok",
            "effects": lock_system(session).state,
            "policy": house.gate.judge_for(session).policy_version[:16],
        }
