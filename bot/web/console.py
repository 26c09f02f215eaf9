"""The web console: one small app of pages, mounted beside the callbacks of the chat platforms."""

from __future__ import annotations

import re

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from bot.channels.web import NAME, Web
from bot.street.street import Street

from . import approving, call_pages, signing, stream, talking
from .door import Door, Told
from .render import STATIC, Pages
from .trouble import Refused, SignInFirst, broke, malformed, unknown
from .visit import Console

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
ASSET = re.compile(r"[a-z]+\.(css|js|svg)")
A_YEAR = "public, max-age=31536000, immutable"


def console_of(street: Street) -> Console | None:
    """The console over this street; None where the channel is not open."""
    web = street.channels.get(NAME)
    if not isinstance(web, Web):
        return None
    settings = street.house.settings
    return Console(
        street=street,
        web=web,
        pages=Pages(settings.utc_offset_hours),
        public=settings.web_public_url.rstrip("/"),
        largest=settings.max_upload_mb * 1_000_000 + 1_000_000,
    )


def console_app(console: Console) -> ASGIApp:
    """Every page. Without a session they all lead to /login."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def told(request: Request, trouble: Refused) -> HTMLResponse:
        language = console.language(request)
        words = trouble.en if language == "en" else trouble.zh
        return console.pages.page("trouble.html", language, trouble.status, words=words, code=trouble.status)

    for module in (signing, talking, approving, call_pages, stream):
        app.include_router(module.routes(console))

    @app.get("/static/{name}")
    async def static(name: str) -> Response:
        path = STATIC / name
        if not ASSET.fullmatch(name) or not path.is_file():
            raise unknown()
        return FileResponse(path, media_type=TYPES[path.suffix], headers={"cache-control": A_YEAR})

    @app.get("/favicon.ico")
    async def icon() -> Response:
        return FileResponse(STATIC / "icon.svg", media_type=TYPES[".svg"], headers={"cache-control": A_YEAR})

    _troubles(app, console, told)
    return Door(app, told, "/say", console.largest)


def _troubles(app: FastAPI, console: Console, told: Told) -> None:
    """Every way a request can fail, as a page."""

    @app.exception_handler(SignInFirst)
    async def first(request: Request, _error: Exception) -> Response:
        return _to_the_door(request)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return told(request, error)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        return told(request, broke(error))

    @app.exception_handler(HTTPException)
    @app.exception_handler(RequestValidationError)
    async def nothing(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code not in (404, 405):
            return told(request, malformed())
        try:
            await console.visit(request)
        except SignInFirst:  # whoever is not signed in learns no path
            return _to_the_door(request)
        except Refused as refusal:
            return told(request, refusal)
        return told(request, unknown())


def _to_the_door(request: Request) -> Response:
    if request.headers.get("x-console") == "1":
        return Response(status_code=401)
    return RedirectResponse("/login", 303)
