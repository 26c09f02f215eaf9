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

from . import approving, signing, stream, talking
from .door import Door
from .render import STATIC, Pages
from .trouble import Refused, SignInFirst, malformed, unknown
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

    for module in (signing, talking, approving, stream):
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

    @app.exception_handler(SignInFirst)
    async def first(request: Request, _error: Exception) -> Response:
        if request.headers.get("x-console") == "1":
            return Response(status_code=401)
        return RedirectResponse("/login", 303)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return told(request, error)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code in (404, 405):
            await console.visit(request)  # whoever is not signed in learns no path
            return told(request, unknown())
        return told(request, malformed())

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, _error: Exception) -> Response:
        await console.visit(request)
        return told(request, unknown())

    return Door(app, told, "/say", console.largest)
