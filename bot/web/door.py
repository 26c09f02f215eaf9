"""The console's outermost layer: a limit on every body, the security headers, and words when something breaks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .trouble import Refused, broke, too_large

LOG = logging.getLogger(__name__)

SMALL = 512 * 1024
"""Bytes of a form without files."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # not no-referrer: with it a form's Origin is "null", and its origin could not be checked
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "x-robots-tag": "noindex, nofollow",
}
HSTS = "max-age=31536000"

Told = Callable[[Request, Refused], Response]


@dataclass
class Door:
    """ASGI middleware. `largest` is the most bytes of a body with files, sent to `upload` alone; `told` makes the page of
    a trouble."""

    app: ASGIApp
    told: Told
    upload: str
    largest: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.largest if _path(scope) == self.upload else SMALL
        started = ended = False

        async def sending(message: Message) -> None:
            nonlocal started, ended
            ended = message["type"] == "http.response.body" and not message.get("more_body", False)
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *_headers(scope, message)]
            await send(message)

        try:
            await self.app(scope, _limited(receive, limit), sending)
        except Exception as error:
            LOG.exception("the web console broke at %s", _path(scope))
            if ended:  # the page that says so is out already
                return
            if started:
                raise
            await self.told(Request(scope), broke(error))(scope, receive, sending)


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _limited(receive: Receive, limit: int) -> Receive:
    """The same body, until it has been too much."""
    had = 0

    async def receiving() -> Message:
        nonlocal had
        message = await receive()
        had += len(message.get("body", b""))
        if had > limit:
            raise too_large(limit)
        return message

    return receiving


def _headers(scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
    """Ours, except where the page has said it better itself. Nothing is kept by a cache unless it says so."""
    there = {name.lower() for name, _ in message.get("headers", ())}
    wanted = {**HEADERS, "cache-control": "no-store"}
    if scope.get("scheme") == "https":
        wanted["strict-transport-security"] = HSTS
    return [(name.encode(), value.encode()) for name, value in wanted.items() if name.encode() not in there]
