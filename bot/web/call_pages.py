"""Calls as pages: what was said with a form at each utterance, the versions, and the minutes with what they rest on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from actions.call_records import Calls
from actions.call_versions import Versions, halves, segments_of
from actions.counter import PersonDesk
from agents.call_basis import basis_now, minutes_shown
from agents.calls import has_words
from agents.skill import Turn
from agents.skills.summarise_call import told_of
from bot.call_model import with_model
from bot.call_talk import speaker_of
from knowledge.model import Interaction
from speech.corrections import LABEL, NAME, SPEAKER, WORDS, Correction

from .phrases import phrase
from .trouble import malformed, unknown
from .visit import Console, Visit, field

KINDS = {"name": NAME, "words": WORDS, "speaker": SPEAKER, "label": LABEL}
LISTED = 60
LONGEST = 4000


def routes(console: Console) -> APIRouter:
    """The pages of calls."""
    router = APIRouter()
    _looked_at(router, console)

    @router.post("/calls/{call_id}/edit")
    async def edit(request: Request, call_id: str) -> Response:
        async with console.posted(request) as (visit, form):
            words = await asyncio.to_thread(_edited, console, visit, call_id, form)
        return await _back(console, visit, call_id, words)

    @router.post("/calls/{call_id}/restore")
    async def restore(request: Request, call_id: str) -> Response:
        async with console.posted(request) as (visit, form):
            number, base = _number(form, "number"), _number(form, "base")
            desk = _desk(console, visit)
            told = await asyncio.to_thread(Versions(desk).restore, call_id, number, base)
        return await _back(console, visit, call_id, told.en if visit.language == "en" else told.zh)

    @router.post("/calls/{call_id}/renew")
    async def renew(request: Request, call_id: str) -> Response:
        async with console.posted(request) as (visit, _):
            await asyncio.to_thread(_renewed, console, visit, call_id)
        return await _back(console, visit, call_id, phrase("renewed", visit.language))

    return router


def _looked_at(router: APIRouter, console: Console) -> None:
    @router.get("/calls")
    async def calls(request: Request) -> Response:
        visit = await console.visit(request)
        return await asyncio.to_thread(_list, console, visit)

    @router.get("/calls/{call_id}")
    async def call(request: Request, call_id: str, version: int = 0) -> Response:
        visit = await console.visit(request)
        return await asyncio.to_thread(_page, console, visit, call_id, version)


def _desk(console: Console, visit: Visit) -> PersonDesk:
    return console.street.house.desk(visit.person, "", console.web.name, visit.language)


def _list(console: Console, visit: Visit) -> Response:
    desk = _desk(console, visit)
    found = Calls(desk).listed()[:LISTED]
    shown = [
        {
            "row": row,
            "consent": recording.consent if recording else "",
            "written": has_words(row),
            "problem": halves(recording.problem)[visit.language == "en"] if recording else "",
        }
        for row, recording in found
    ]
    return console.page(visit, "calls.html", tab="calls", calls=shown)


def _page(console: Console, visit: Visit, call_id: str, version: int) -> Response:
    desk = _desk(console, visit)
    row = _call(desk, call_id)
    known = Versions(desk).history(call_id)
    old = next((one for one, _ in known if one.number == version), None) if version else None
    newest = known[-1][0].number
    segments = old.segments if old is not None else segments_of(row)
    made = [
        {"one": one, "author": author, "what": halves(one.what)[visit.language == "en"]}
        for one, author in reversed(known)
    ]
    minutes = "" if old is not None or not segments else _minutes(desk, visit, row)
    return console.page(
        visit,
        "call.html",
        tab="calls",
        call=row,
        segments=[_shown(one) for one in segments],
        versions=made,
        newest=newest,
        old=version if old is not None else 0,
        minutes=minutes,
        stale=bool(minutes) and _is_stale(desk, visit, row),
    )


def _minutes(desk: PersonDesk, visit: Visit, row: Interaction) -> str:
    """As the chat shows them, if there are any or the rules can make them at once; no page waits for a model."""
    return told_of(_turn(desk, visit), row, listed=False)


def _is_stale(desk: PersonDesk, visit: Visit, row: Interaction) -> bool:
    turn = _turn(desk, visit)
    facts = desk.deal(row.deal_id) if row.deal_id else None
    return basis_now(turn, row).edited is not None and minutes_shown(turn, row, facts)[1].stale


def _renewed(console: Console, visit: Visit, call_id: str) -> None:
    desk = _desk(console, visit)
    row = _call(desk, call_id)
    turn = _turn(desk, visit)
    facts = desk.deal(row.deal_id) if row.deal_id else None
    with with_model(console.street.house, turn):
        minutes_shown(turn, row, facts, renew=True)


def _turn(desk: PersonDesk, visit: Visit) -> Turn:
    return Turn(desk=desk, text="", language=visit.language)


def _edited(console: Console, visit: Visit, call_id: str, form: FormData) -> str:
    """One correction; the sentence says what came of it, also for the second of two editors."""
    desk = _desk(console, visit)
    row = _call(desk, call_id)
    kind = KINDS.get(field(form, "kind"))
    new, old = field(form, "new").strip()[:LONGEST], field(form, "old").strip()[:LONGEST]
    if kind is None:
        raise malformed()
    wish = Correction(kind=kind, new=new, old=old, line=_number(form, "line") - 1)
    if kind in (SPEAKER, LABEL) and new:
        said, side = speaker_of(desk, row, new)
        wish = Correction(kind=kind, new=said, old=old, line=wish.line, side=side)
    told = Versions(desk).correct(call_id, wish, _number(form, "base"))
    return told.en if visit.language == "en" else told.zh


def _call(desk: PersonDesk, call_id: str) -> Interaction:
    """Raises Refused for one that this person does not see as for none."""
    row = desk.interaction(call_id)
    if row is None or not (row.segments or row.kind in ("call", "meeting")):
        raise unknown()
    return row


def _shown(segment: Mapping[str, Any]) -> dict[str, str]:
    start = segment.get("start")
    at = f"{int(start) // 60:02d}:{int(start) % 60:02d}" if isinstance(start, int | float) else ""
    return {
        "speaker": str(segment.get("speaker") or "?"),
        "side": str(segment.get("side") or "unknown"),
        "text": str(segment.get("text") or ""),
        "at": at,
    }


def _number(form: FormData, name: str) -> int:
    text = field(form, name).strip()
    return int(text) if text.isdecimal() and len(text) < 6 else 0


async def _back(console: Console, visit: Visit, call_id: str, words: str) -> Response:
    await asyncio.to_thread(console.notice, visit, words)
    return RedirectResponse(f"/calls/{call_id}", 303)
