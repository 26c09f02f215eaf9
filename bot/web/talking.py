"""The chat page: what was said, what is said now, sources that open, files up and down."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from starlette.datastructures import FormData, UploadFile

from actions.picturing import PICTURES as DRAWN
from bot.street.wire import LONGEST
from bot.street.words import Attachment, Kind
from knowledge.model import WebLine

from .lines import Shelf, fresh_once
from .phrases import phrase
from .trouble import Refused, unknown
from .visit import Console, Visit, field

PAGE = 60
SVG = "image/svg+xml"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def routes(console: Console) -> APIRouter:
    """The pages of the chat."""
    router, shelf = APIRouter(), Shelf(console)
    _things(router, console)

    @router.get("/")
    async def chat(request: Request, before: int = 0) -> Response:
        visit = await console.visit(request)
        return await asyncio.to_thread(_chat, console, shelf, visit, max(0, before))

    @router.post("/say")
    async def say(request: Request) -> Response:
        async with console.posted(request) as (visit, form):
            turn = await said(console, visit, form)
        if visit.scripted:
            return JSONResponse({"taken": True})
        await answered(console, visit, turn)
        return RedirectResponse("/#end", 303)

    @router.post("/rate")
    async def rate(request: Request) -> Response:
        async with console.posted(request) as (visit, form):
            told = {"feedback_id": field(form, "turn")[:30], "rating": field(form, "rating")[:20]}
            arrival = console.arrival(visit, field(form, "once"), kind=Kind.FEEDBACK, extra=told)
            await console.street.intake.accept(arrival)
        words = phrase("thanks", visit.language)
        if visit.scripted:
            return JSONResponse({"taken": True, "says": words})
        await asyncio.to_thread(console.notice, visit, words)
        return RedirectResponse("/#end", 303)

    return router


def _things(router: APIRouter, console: Console) -> None:
    """What a line has with it: sources, files."""

    @router.get("/sources/{line_id}/{number}")
    async def source(request: Request, line_id: int, number: int) -> Response:
        visit = await console.visit(request)
        found = await asyncio.to_thread(_source, console, visit, line_id, number)
        if found is None:
            raise unknown()
        if visit.scripted:
            return console.pages.page("source_part.html", visit.language, **found)
        return await asyncio.to_thread(console.page, visit, "source.html", tab="chat", **found)

    @router.get("/files/{line_id}")
    async def file(request: Request, line_id: int, form: str = "") -> Response:
        visit = await console.visit(request)
        line = await asyncio.to_thread(console.web.lines.one, visit.seat.account, line_id)
        return _file(console, line, form)


def _chat(console: Console, shelf: Shelf, visit: Visit, before: int) -> Response:
    lines, seq = console.web.lines.page(visit.seat.account, PAGE, before)
    older = lines[0].id if len(lines) == PAGE else 0
    shown = [shelf.html(visit, line) for line in lines]
    return console.page(
        visit, "chat.html", tab="chat", once=fresh_once, lines=shown, older=older, before=before, seq=seq
    )


async def said(console: Console, visit: Visit, form: FormData) -> str:
    """Hand in a message; returns the turn that will answer it. It stands on the page before it is handed in, so that no
    answer overtakes it; what could not be handed in stands there no more."""
    text, once = field(form, "text").replace("\r\n", "\n").strip(), field(form, "once")
    if len(text) > LONGEST:
        raise Refused(
            413,
            f"消息太长: {len(text)} 字,上限 {LONGEST} 字。",
            f"Too long: {len(text)} characters, at most {LONGEST}.",
        )
    arrival = console.arrival(visit, once, text=text)
    files = await asyncio.to_thread(_kept, console, visit, form, once)
    if not text and not files:
        raise Refused(400, "请先写点什么。", "Write something first.")
    return await handed(console, visit, arrival.external_id, text, files)


async def handed(
    console: Console, visit: Visit, key: str, text: str, files: tuple[Attachment, ...] = ()
) -> str:
    """See `said`; for text that our own forms make, too."""
    account, lines = visit.seat.account, console.web.lines
    once = key.removeprefix(f"{account}:")
    arrival = console.arrival(visit, once, text=text, attachments=files)
    mine = f"said:{once}"
    if await asyncio.to_thread(lines.find, account, mine) is None:
        names = [{"name": one.name, "size": one.size} for one in files]
        await asyncio.to_thread(lines.write, account, mine, "said", text, {"files": names})
    try:
        receipt = await console.street.intake.accept(arrival)
    except BaseException:
        await asyncio.to_thread(lines.drop, account, mine)
        raise
    return f"t{receipt.id}"


async def answered(console: Console, visit: Visit, turn: str) -> WebLine | None:
    """The answer of a turn, as soon as it is there; None when it takes longer."""
    ends = time.monotonic() + console.patience_s
    while time.monotonic() < ends:
        line = await asyncio.to_thread(console.web.lines.find, visit.seat.account, f"turn:{turn}")
        if line is not None and line.kind != "draft":
            return line
        await asyncio.sleep(0.1)
    return None


def _kept(console: Console, visit: Visit, form: FormData, once: str) -> tuple[Attachment, ...]:
    sent = [one for one in form.getlist("file") if isinstance(one, UploadFile) and one.filename]
    return tuple(
        console.web.uploads.keep(
            visit.seat.account,
            f"{once}:{number}",
            one.file,
            _name(one.filename or ""),
            one.content_type or "",
        )
        for number, one in enumerate(sent)
    )


def _name(sent: str) -> str:
    """The sender's word for the file, without folders and control characters; it is shown and never a path."""
    last = sent.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-200:] or "file"


def _source(console: Console, visit: Visit, line_id: int, number: int) -> dict[str, Any] | None:
    """What stands behind [n] of a line, if this person may see it today: rights may have changed since it was said."""
    line = console.web.lines.one(visit.seat.account, line_id)
    sources = line.payload.get("sources", ()) if line else ()
    found = next((one for one in sources if one.get("n") == number), None)
    if found is None:
        return None
    desk = console.street.house.desk(visit.person, "", console.web.name, visit.language)
    if not desk.still_sees(str(found["kind"]), str(found["id"])):
        return None
    row = desk.interaction(str(found["id"]))
    return {"source": found, "whole": row.text if row else ""}


def _file(console: Console, line: WebLine | None, form: str = "") -> Response:
    """A file the house brought out. A picture is shown; all else is saved, whatever it says it is. An SVG is shown only
    where the house has drawn it, and a page shows it as a picture, in which nothing runs."""
    part = line.payload.get("file") if line else None
    if not part:
        raise unknown()
    drawn = form == "svg" and bool(part.get("svg"))
    home = (console.street.house.settings.var_dir / (DRAWN if drawn else "")).resolve()
    path = Path(str(part["svg" if drawn else "path"])).resolve()
    if not path.is_relative_to(home) or not path.is_file():
        raise unknown()
    mime, name = SVG if drawn else str(part.get("mime", "")), str(part.get("name", "")) or "file"
    inline = drawn or mime in PICTURES
    headers = {
        "content-disposition": f"{'inline' if inline else 'attachment'}; filename*=utf-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return FileResponse(path, media_type=mime if inline else "application/octet-stream", headers=headers)
