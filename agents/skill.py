"""What a skill is: a plain typed function over one turn, whose docstring is its prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from actions.desk import Desk

from .answer import OutcomeNote, Source


@dataclass
class Turn:
    """One question being answered: the asker's desk, their words, and what has been gathered so far.

    `focus` is carried from turn to turn: deal_id, account_id, contact_id, draft_id, action_id, listed (ids of the
    last list shown), intent. Skills update it; it is stored with the conversation.
    """

    desk: Desk
    text: str
    language: str
    focus: dict[str, Any] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    outcomes: list[OutcomeNote] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    drafted_by: str = "offline"

    def cite(self, *, id: str, kind: str, title: str, date: str, quote: str, speaker: str = "") -> int:
        """Number a source; the same id and quote keep the number they have."""
        for source in self.sources:
            if source.id == id and source.quote == quote:
                return source.n
        n = len(self.sources) + 1
        self.sources.append(
            Source(n=n, id=id, kind=kind, title=title, date=date, quote=quote, speaker=speaker)
        )
        return n

    def say(self, zh: str, en: str) -> str:
        """The sentence in the asker's language."""
        return en if self.language == "en" else zh


@dataclass(frozen=True, kw_only=True)
class Skill:
    """A menu entry. `run(turn, arguments)` returns the text to show, its citations as [n]."""

    name: str
    arguments: type[BaseModel]
    run: Callable[[Turn, Any], str]

    @property
    def prompt(self) -> str:
        return (self.run.__doc__ or "").strip()
