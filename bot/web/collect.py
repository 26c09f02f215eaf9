"""POST /collect and GET /collect.js: events from our own pages and servers. Every answer that is not a yes says why, in words;
a yes is only said when all of it is stored."""

from __future__ import annotations

import asyncio
import logging
import math
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.collecting import LARGEST, Batch, Collector, Sender, Unreadable, read_batch, told
from knowledge.journey.cleaning import is_bot

LOG = logging.getLogger(__name__)
SCRIPT = Path(__file__).parent / "static" / "collect.js"
ALLOWED = {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type, x-write-key",
    "access-control-max-age": "600",
}


def collect_routes(app: FastAPI, collector: Collector) -> None:
    """Put the collector's two addresses onto the app."""

    @app.get("/collect.js")
    def script() -> Response:
        headers = {
            "cache-control": "public, max-age=3600",
            "cross-origin-resource-policy": "cross-origin",
            "x-content-type-options": "nosniff",
        }
        return Response(SCRIPT.read_bytes(), media_type="text/javascript; charset=utf-8", headers=headers)

    @app.options("/collect")
    async def preflight(request: Request) -> Response:
        origin = request.headers.get("origin", "")
        if not await asyncio.to_thread(collector.knows_origin, origin):
            return _no(403, f"不接受来自 {origin} 的页面", f"pages of {origin} may not send here")
        return Response(status_code=204, headers=ALLOWED | _cors(origin))

    @app.post("/collect")
    async def collect(request: Request) -> Response:
        try:
            return await _collect(collector, request)
        except Exception:
            LOG.exception("events could not be stored")
            return _no(
                503, "暂时存不了,请稍后再发", "cannot be stored just now: send it again", {"retry-after": "5"}
            )


async def _collect(collector: Collector, request: Request) -> Response:
    body = await _body(request)
    if body is None:
        return _no(413, f"一次最多 {LARGEST // 1024} KB", f"at most {LARGEST // 1024} KB at once")
    try:
        batch = read_batch(body)
    except Unreadable as error:
        return _words(400, str(error), _echo(request))
    write_key = request.headers.get("x-write-key") or request.query_params.get("k") or batch.key
    sender = await asyncio.to_thread(collector.sender, write_key)
    if sender is None:
        return _no(401, "写入密钥不对", "the write key is nobody's", _echo(request))
    origin = request.headers.get("origin", "")
    if (sender.is_page or origin) and origin not in sender.origins:
        return _no(
            403,
            f"{sender.name} 不接受来自 {origin or '网页之外'} 的事件",
            f"{sender.name} takes no events from there",
        )
    return await _taken(collector, sender, batch, request)


async def _taken(collector: Collector, sender: Sender, batch: Batch, request: Request) -> Response:
    cors = _cors(request.headers.get("origin", ""))
    client = request.client.host if request.client else ""
    wait = collector.pace.take(f"{sender.name}\n{client}", len(batch.events))
    if wait:
        headers = cors | {"retry-after": str(math.ceil(wait))}
        return _no(429, "发得太快,请稍后再发", "too many events: send them later", headers)
    bot = sender.is_page and is_bot(request.headers.get("user-agent", ""))
    taken = await asyncio.to_thread(collector.take, sender, batch, bot=bot)
    nothing = taken.count("rejected") == len(batch.events)
    return JSONResponse(told(taken), status_code=422 if nothing else 200, headers=cors)


async def _body(request: Request) -> bytes | None:
    """The body; None for one that is too large, of which the rest is not read."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST:
            return None
    return bytes(found)


def _echo(request: Request) -> dict[str, str]:
    """A page that has a fault may read what it is."""
    return _cors(request.headers.get("origin", ""))


def _cors(origin: str) -> dict[str, str]:
    return {"access-control-allow-origin": origin, "vary": "origin"} if origin else {}


def _no(status: int, zh: str, en: str, headers: dict[str, str] | None = None) -> Response:
    return _words(status, f"{zh} / {en}", headers)


def _words(status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {"reason": reason}
    return JSONResponse(body, status_code=status, headers=headers)
