"""A reply as one text for a chat: the answer, where its statements come from, and what one may say next."""

from __future__ import annotations

import mimetypes

from bot.messages import Reply

from .words import FilePart

QUOTE = 60
"""Characters of a source's own words that are shown; /source N shows all of them."""


def with_sources(reply: Reply) -> str:
    """The reply with its sources below, each with id and date. A command's reply has none."""
    answer = reply.answer
    if answer is None:
        return reply.text
    lines = [reply.text]
    if answer.sources:
        lines.append("")
    for source in answer.sources:
        quote = source.quote.replace("\n", " ")
        shown = quote if len(quote) <= QUOTE else quote[:QUOTE] + "…"
        speaker = f"{source.speaker}: " if source.speaker else ""
        lines.append(f"[{source.n}] {source.id} {source.date} {source.title} {speaker}“{shown}”")
    if answer.suggestions:
        lines += ["", " · ".join(f"“{said}”" for said in answer.suggestions)]
    return "\n".join(lines)


def handed_over(reply: Reply) -> tuple[list[FilePart], str]:
    """The files a reply hands over and its text without the places where they lie: a chat sends the files themselves.

    Only what a skill or a command named as a file counts; a path that merely stands in a text is text.
    """
    notes = [(note.path, note.name) for note in (reply.answer.files if reply.answer else ())]
    if reply.extra.get("path"):
        notes.append((reply.extra["path"], reply.extra.get("name", "")))
    text = with_sources(reply)
    for path, name in notes:
        text = text.replace(f"{name}: {path}", f"📎 {name}").replace(path, f"📎 {name}")
    return [FilePart(path=path, name=name, mime=_mime(name)) for path, name in notes], text


def shown(reply: Reply) -> list[tuple[FilePart, str]]:
    """The pictures of a reply, each with the words that say what is to be seen."""
    pictures = reply.answer.pictures if reply.answer else ()
    return [
        (FilePart(path=one.path, name=one.name, mime=_mime(one.name), svg=one.svg), one.alt)
        for one in pictures
    ]


def in_words(reply: Reply) -> str:
    """What stands in the place of pictures where none can be shown."""
    lines = [f"🖼 {alt}" for _, alt in shown(reply)]
    if not lines:
        return ""
    return "\n".join([*lines, "(这里发不了图片,请在网页控制台查看 / no pictures here: see the web console)"])


def _mime(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
