"""A document of a folder feed as read from its file, before anybody in it is recognised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_BYTES = 25 * 1024 * 1024
"""Larger files are refused into the report: mail servers draw the line there too."""


class PaperError(ValueError):
    """A document that cannot be taken; `column` says which part of it is at fault."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One mail, transcript or note. `deal`, `account`, `person`, `contact`, `author` are ids, names or addresses
    as written; `sender` and `receivers` are mail addresses in lower case."""

    id: str
    kind: str
    at: datetime
    text: str
    subject: str = ""
    language: str = ""
    direction: str = ""
    deal: str = ""
    account: str = ""
    person: str = ""
    contact: str = ""
    author: str = ""
    sender: str = ""
    receivers: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    thread_key: str = ""
    segments: tuple[dict[str, Any], ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


def language_of(text: str) -> str:
    """`zh` when a tenth of the letters are Chinese, else `en`; empty without letters."""
    letters = [sign for sign in text[:5000] if sign.isalpha()]
    if not letters:
        return ""
    chinese = sum(1 for sign in letters if "\u4e00" <= sign <= "\u9fff")
    return "zh" if chinese * 10 >= len(letters) else "en"
