"""Live updates: server-sent events from the table of lines, so that any process can serve any page."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from .lines import Shelf
from .trouble import Refused, SignInFirst
from .visit import Console, Visit

LOOK_S = 1.0
"""How soon what another process wrote is seen; what this one wrote is seen at once."""

PROVE_S = 10.0
"""How soon a page of somebody who was signed out elsewhere ends; it is also the heartbeat."""

MOST_PAGES = 12


def routes(console: Console) -> APIRouter:
    """GET /events: what changed after the number the page has, then what changes."""
    router, shelf = APIRouter(), Shelf(console)

    @router.get("/events")
    async def events(request: Request, after: int = 0) -> Response:
        try:
            visit = await console.visit(request)
        except SignInFirst:
            return Response(status_code=204)  # tells an EventSource not to come again
        if console.web.watching(visit.seat.account) >= MOST_PAGES:
            raise Refused(429, "打开的页面太多了。", "Too many open pages.")
        last = request.headers.get("last-event-id", "")
        start = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else max(0, after)
        headers = {"x-accel-buffering": "no"}
        return StreamingResponse(
            _updates(console, shelf, visit, start), media_type="text/event-stream", headers=headers
        )

    return router


async def _updates(console: Console, shelf: Shelf, visit: Visit, after: int) -> AsyncIterator[str]:
    """Until the page closes, the session ends, or the server stops."""
    account, event = visit.seat.account, console.web.watch(visit.seat.account)
    proved = time.monotonic()
    try:
        yield "retry: 1500\n\n"
        while not console.stopping.is_set():
            event.clear()
            for seq, data in await asyncio.to_thread(_new, console, shelf, visit, after):
                after = seq
                yield f"id: {seq}\nevent: line\ndata: {data}\n\n"
            if time.monotonic() - proved > PROVE_S:
                if not await asyncio.to_thread(console.still, visit):
                    yield "event: over\ndata: {}\n\n"
                    return
                proved = time.monotonic()
                yield ": here\n\n"
            await _pause(event)
    finally:
        console.web.unwatch(account, event)


async def _pause(event: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(event.wait(), LOOK_S)
    except TimeoutError:
        return


def _new(console: Console, shelf: Shelf, visit: Visit, after: int) -> list[tuple[int, str]]:
    lines = console.web.lines.after(visit.seat.account, after)
    return [
        (line.seq, json.dumps({"id": line.id, "kind": line.kind, "html": shelf.html(visit, line)}))
        for line in lines
    ]
