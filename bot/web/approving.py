"""Approvals as pages: what waits in the order of risk, one card with its buttons, what became of the others."""

from __future__ import annotations

import asyncio
import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData

from bot.cards import explanation_text
from bot.commands import CODE_WORD
from bot.street.ask_views import TOKEN as ASKED
from bot.street.at_hand import Shown
from bot.street.card_views import VERBS, token
from bot.street.words import Click, Kind

from .lines import fresh_once
from .phrases import phrase
from .talking import answered, handed
from .trouble import unknown
from .visit import Console, Visit, field

TYPED = re.compile(r"[A-Za-z0-9]{1,16}")
COPY = re.compile(r"[a-z0-9]{16}")
COMMANDS = {"no": "reject", "ed": "edit", "ho": "handover"}
DECIDE_S = 10.0
LONGEST_WORDS = 4000


def routes(console: Console) -> APIRouter:
    """The pages of approvals."""
    router = APIRouter()

    @router.get("/approvals")
    async def approvals(request: Request) -> Response:
        visit = await console.visit(request)
        return await asyncio.to_thread(_list, console, visit)

    @router.get("/cards/{copy_id}")
    async def card(request: Request, copy_id: str) -> Response:
        visit = await console.visit(request)
        shown = await asyncio.to_thread(_mine, console, visit, copy_id)
        return await asyncio.to_thread(_card, console, visit, shown)

    @router.post("/cards/{copy_id}/{verb}")
    async def press(request: Request, copy_id: str, verb: str) -> Response:
        async with console.posted(request) as (visit, form):
            if verb not in VERBS:
                raise unknown()
            shown = await asyncio.to_thread(_mine, console, visit, copy_id)
            words = await _pressed(console, visit, verb, shown, form)
            here = "/#end" if field(form, "from") == "chat" else f"/cards/{copy_id}"
        return await _told(console, visit, words, here)

    @router.post("/asks/{token}")
    async def ask(request: Request, token: str) -> Response:
        async with console.posted(request) as (visit, form):
            if not ASKED.fullmatch(token):
                raise unknown()
            arrival = console.arrival(visit, field(form, "once"), kind=Kind.CLICK, click=Click(token=token))
            told = await console.street.intake.click(arrival, DECIDE_S)
        words = told.toast if told else phrase("working", visit.language)
        return await _told(console, visit, words, "/#end")

    return router


async def _told(console: Console, visit: Visit, words: str, here: str) -> Response:
    """What a press came to: in words for a page's script, as a notice on the page one is led to without one."""
    if visit.scripted:
        return JSONResponse({"taken": True, "says": words})
    await asyncio.to_thread(console.notice, visit, words)
    return RedirectResponse(here, 303)


def _list(console: Console, visit: Visit) -> Response:
    waiting = console.at_hand.waiting(visit.person)
    settled = console.at_hand.settled(visit.person)
    return console.page(visit, "approvals.html", tab="approvals", waiting=waiting, settled=settled)


def _card(console: Console, visit: Visit, shown: Shown) -> Response:
    return console.page(
        visit, "card_page.html", tab="approvals", card=shown, once=fresh_once, from_page="card"
    )


def _mine(console: Console, visit: Visit, copy_id: str) -> Shown:
    """This person's card; raises Refused for another's as for none."""
    shown = console.at_hand.one(visit.person, copy_id) if COPY.fullmatch(copy_id) else None
    if shown is None:
        raise unknown()
    return shown


async def _pressed(console: Console, visit: Visit, verb: str, shown: Shown, form: FormData) -> str:
    """A button with words is the command a chat would type, a bare one is a click. Either way the gate decides."""
    once = field(form, "once")
    line = _command(verb, shown, field(form, "words")) if shown.view.buttons else ""
    if line:
        turn = await handed(console, visit, console.arrival(visit, once).external_id, line)
        answer = await answered(console, visit, turn)
        return answer.body if answer else phrase("working", visit.language)
    click = Click(token=token(verb, shown.view.id))
    arrival = console.arrival(visit, once, kind=Kind.CLICK, click=click)
    told = await console.street.intake.click(arrival, DECIDE_S)
    if told is None:
        return phrase("working", visit.language)
    if verb == "ex" and field(form, "from") == "card":
        return await asyncio.to_thread(_why, console, visit, shown) or told.toast
    return told.toast


def _command(verb: str, shown: Shown, typed: str) -> str:
    """The line for a button that came with words; "" when the bare button is meant."""
    words, code = typed.replace("\r\n", "\n").strip()[:LONGEST_WORDS], shown.view.code
    if verb == "ok":
        return f"/approve {code} {words}" if shown.confirm and TYPED.fullmatch(words) else ""
    if verb not in COMMANDS or not words:
        return ""
    if verb == "no" and CODE_WORD.fullmatch(words.split()[0]):
        words = f"“{words}”"  # a reason must not be read as one more code to reject
    return f"/{COMMANDS[verb]} {code} {words}"


def _why(console: Console, visit: Visit, shown: Shown) -> str:
    desk = console.street.house.desk(visit.person, "", console.web.name, visit.language)
    why = desk.explain(shown.card.id)
    return explanation_text(why, visit.language) if why else ""
