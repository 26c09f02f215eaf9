"""Signing in with a one-time code, and out again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from ipaddress import IPv6Address, ip_address

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from actions.switch import Said
from bot.channels.web.sessions import LONGEST

from .trouble import SignInFirst
from .visit import Console, Visit, field


def routes(console: Console) -> APIRouter:
    """The doors of the console. A link that an administrator sends is /login#CODE: what stands after # never leaves the
    browser by itself, so no log and no proxy sees it, and a preview of the link uses nothing up."""
    router = APIRouter()

    @router.get("/login")
    async def ask(request: Request) -> Response:
        console.at_home(request)
        with suppress(SignInFirst):
            await console.visit(request)
            return RedirectResponse("/", 303)
        return console.pages.page("login.html", console.language(request), problem="")

    @router.post("/login")
    async def take(request: Request) -> Response:
        console.own(request)
        async with request.form(max_files=0, max_fields=5) as form:
            code = field(form, "code").strip()[:64]
        said, person = await asyncio.to_thread(console.signing.take, code, _guesser(console, request))
        if person is None:
            return _wrong(console, request, said)
        return await asyncio.to_thread(_welcome, console, request, person.id)

    @router.post("/logout")
    async def leave(request: Request) -> Response:
        async with console.posted(request) as (visit, form):
            everywhere = field(form, "everywhere") == "1"
        await asyncio.to_thread(console.web.sessions.end, visit.seat, everywhere=everywhere)
        return _goodbye(console, request)

    @router.get("/account")
    async def account(request: Request) -> Response:
        visit = await console.visit(request)
        browsers = await asyncio.to_thread(console.web.sessions.browsers, visit.seat)
        return console.page(
            visit, "account.html", browsers=browsers, here=visit.seat.token_hash, tab="account"
        )

    return router


def _wrong(console: Console, request: Request, said: Said) -> Response:
    language = console.language(request)
    words = said.en if language == "en" else said.zh
    return console.pages.page("login.html", language, 403, problem=words)


def _welcome(console: Console, request: Request, account: str) -> Response:
    browser = _browser(request.headers.get("user-agent", ""))
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        console.cookie(request),
        console.web.sessions.open(account, browser),
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=console.secure(request),
        httponly=True,
        samesite="strict",
    )
    return answer


def _goodbye(console: Console, request: Request) -> Response:
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(console.cookie(request), path="/", secure=console.secure(request), httponly=True)
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


def _account(console: Console, visit: Visit) -> Response:
    browsers = console.web.sessions.browsers(visit.seat)
    return console.page(visit, "account.html", browsers=browsers, here=visit.seat.token_hash, tab="account")


def _guesser(console: Console, request: Request) -> str:
    """Where a code was tried from, as a hash: an address, and of IPv6 the network, which one household shares."""
    host = request.client.host if request.client else ""
    with suppress(ValueError):
        address = ip_address(host)
        if isinstance(address, IPv6Address):
            host = address.exploded[:19]
    return console.web.signer.sign("guesser", host)


def _browser(agent: str) -> str:
    """Which browser, as people would call it."""
    names = ("Edg", "MicroMessenger", "DingTalk", "Firefox", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    name = next((name for name in names if name in agent), "?")
    system = next((system for system in systems if system in agent), "?")
    return f"{name.replace('Edg', 'Edge')} · {system}"
