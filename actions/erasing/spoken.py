"""Interactions: what was said to or by the person is emptied, elsewhere they are taken out of the words. Pure."""

from __future__ import annotations

import re
from typing import Any

from knowledge.model import Interaction, InteractionKind, TranscriptVersion
from knowledge.name_forms import normal

from .redactor import MARK, Redactor
from .whom import Whom

_WRITTEN = frozenset({InteractionKind.MAIL, InteractionKind.CHAT, InteractionKind.NOTE})


def is_theirs(row: Interaction, whom: Whom) -> bool:
    """Whether the whole of it is between us and them: they are who it was with, or (a colleague) who wrote it. What a
    colleague passed on as a file is not theirs, unless it is their voice."""
    if (
        row.contact_id in whom.contact_ids
        or row.account_id in whom.account_ids
        or row.deal_id in whom.deal_ids
    ):
        return True
    if not whom.person_id or row.person_id != whom.person_id or row.kind not in _WRITTEN:
        return False
    return row.provenance != "attachment" or row.extra.get("sent_as") == "voice"


def emptied(row: Interaction) -> dict[str, Any]:
    """What is left of an interaction that was theirs: when, which kind, with which customer."""
    return {"subject": MARK, "text": "", "segments": [], "extra": {}, "thread_key": row.id}


def cleaned(row: Interaction, whom: Whom, redactor: Redactor, *, near: bool) -> dict[str, Any]:
    """The fields in which something changes: their words replaced, their name taken out of everybody else's."""
    text, segments = _segments(row, whom, redactor, near)
    values: dict[str, Any] = {
        "subject": redactor.clean(row.subject, near=near),
        "text": _lines(text, whom, redactor, near),
        "segments": segments,
        "extra": redactor.clean_value(row.extra, near=near),
        "thread_key": redactor.clean(row.thread_key),
    }
    return {name: value for name, value in values.items() if value != getattr(row, name)}


def version_emptied() -> dict[str, Any]:
    """What is left of a version of an interaction that was theirs: its number, author and time."""
    return {"text": "", "segments": [], "what": MARK}


def version_cleaned(row: TranscriptVersion, whom: Whom, redactor: Redactor, *, near: bool) -> dict[str, Any]:
    """A version changed as the interaction itself is; what was corrected may be their name or their words."""
    text, segments = _segments(row, whom, redactor, near)
    text = _lines(text, whom, redactor, near)
    changed = text != row.text or segments != row.segments
    what = MARK if row.what and changed else redactor.clean(row.what, near=near)
    return {"text": text, "segments": segments, "what": what}


def _segments(
    row: Interaction | TranscriptVersion, whom: Whom, redactor: Redactor, near: bool
) -> tuple[str, list[dict[str, Any]]]:
    """Text and segments, changed alike, so that each segment is still found in the text."""
    parts: list[str] = []
    made: list[dict[str, Any]] = []
    at = 0
    for segment in row.segments:
        said, speaker = str(segment.get("text") or ""), str(segment.get("speaker") or "")
        words = MARK if said.strip() and _is_them(speaker, whom) else redactor.clean(said, near=near)
        made.append(dict(segment) | {"text": words, "speaker": redactor.clean(speaker, near=near)})
        start = row.text.find(said.strip(), at) if said.strip() else -1
        if start >= 0:
            parts += [row.text[at:start], words]
            at = start + len(said.strip())
    return "".join([*parts, row.text[at:]]), made


def _lines(text: str, whom: Whom, redactor: Redactor, near: bool) -> str:
    """Lines of the form `name: words` lose the words where the name is theirs; every other line only the name."""
    return "\n".join(_line(line, whom, redactor, near) for line in text.split("\n"))


def _line(line: str, whom: Whom, redactor: Redactor, near: bool) -> str:
    head = re.match(r"\s*([^:：\n]{1,40})[:：]\s*\S", line)
    if head is not None and _is_them(head[1], whom):
        return f"{MARK}: {MARK}"
    return redactor.clean(line, near=near)


def _is_them(speaker: str, whom: Whom) -> bool:
    plain = normal(speaker).strip()
    return bool(plain) and any(normal(name).strip() in plain for name in whom.names)
