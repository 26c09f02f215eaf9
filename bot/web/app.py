"""The one HTTP server: health checks, the callbacks of the chat platforms under /hooks/<channel>, and the web console."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.collecting import Collector
from bot.street.port import Asked
from bot.street.street import Street

from .collect import collect_routes
from .console import console_app
from .visit import Console

LOG = logging.getLogger(__name__)

LARGEST_CALLBACK = 2 * 1024 * 1024
"""Bytes of a callback's body; platforms send a few kilobytes and never files."""


def web_app(
    street: Street,
    state: Callable[[], dict[str, Any]],
    console: Console | None = None,
    collector: Collector | None = None,
) -> FastAPI:
    """The app over an open street; `state` is what /healthz tells, `collector` takes events in. The console, where there is
    one, has the rest."""
    app = FastAPI(title="Chengdan", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        told = state()
        return JSONResponse(told, status_code=200 if told["status"] == "ok" else 503)

    @app.api_route("/hooks/{name}", methods=["GET", "POST"])
    async def hook(name: str, request: Request) -> Response:
        return await _callback(street, name, request)

    if collector is not None:
        collect_routes(app, collector)
    if console is not None:
        app.mount("/", console_app(console))
    return app


async def _callback(street: Street, name: str, request: Request) -> Response:
    """Read at most so much, hand it to the channel, answer what it says. A channel that breaks is answered 500, so that
    the platform asks again: what was not stored is not lost."""
    channel = street.channels.get(name)
    if channel is None:
        return Response("no such channel", status_code=404, media_type="text/plain")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_CALLBACK:
            return Response("too large", status_code=413, media_type="text/plain")
    asked = Asked(
        method=request.method,
        query=dict(request.query_params),
        headers={key.lower(): value for key, value in request.headers.items()},
        body=bytes(body),
    )
    try:
        told = await channel.callback(asked, street.intake)
    except Exception:
        LOG.exception("%s: a callback could not be taken", name)
        return Response("try again", status_code=500, media_type="text/plain")
    return Response(told.body, status_code=told.status, headers={"content-type": told.content_type})
