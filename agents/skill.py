"""What a skill is: a plain typed function over one turn, whose docstring is its prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from actions.desk import Desk

from .answer import FileNote, OutcomeNote, PictureNote, Source
from .ledger import Ledger, opened
from .writing import Writer

T = TypeVar("T")


@dataclass
class Turn:
    """One question being answered: the asker's desk, their words, and what has been gathered so far.

    `focus` is carried from turn to turn: deal_id, account_id, contact_id, draft_id, action_id, listed (ids of the
    last list shown), intent, `labels` of these, `read`. Skills update it; it is stored with the conversation.
    `ledger` is what has been read and who wrote what; `skill` is the one that runs now. `asked` and `picked` are what
    the person's own words ask for and name, worked out once (agents.provenance). `advised` are the ids of what was advised
    in it, `previews` the drafts made in this turn as they must be shown: id -> (body, whole preview). `writer` is the model
    that answers, for a skill that has it write something which is then checked; None offline.
    """

    desk: Desk
    text: str
    language: str
    focus: dict[str, Any] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    outcomes: list[OutcomeNote] = field(default_factory=list)
    files: list[FileNote] = field(default_factory=list)
    pictures: list[PictureNote] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    advised: list[str] = field(default_factory=list)
    drafted_by: str = "offline"
    words: tuple[str, ...] = ()
    skill: str = ""
    previews: dict[str, tuple[str, str]] = field(default_factory=dict)
    ledger: Ledger = field(init=False)
    began_with: Mapping[str, Any] = field(init=False)
    asked: frozenset[str] | None = None
    picked: frozenset[str] | None = None
    writer: Writer | None = None
    memo: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, look: Callable[[], T]) -> T:
        """What `look` finds, looked up once in this turn: an answer that reads twenty calls asks the same of each."""
        if key not in self.memo:
            self.memo[key] = look()
        found: T = self.memo[key]
        return found

    def __post_init__(self) -> None:
        self.began_with = dict(self.focus)
        self.ledger = opened(self.focus, self.words)

    def written_by(self, name: str, model: Any = None) -> None:
        """Who answers this turn from now on: a model and its id, or the offline brain and none. What another one advised
        before is not shown."""
        self.advised.clear()
        self.drafted_by, self.writer = name, Writer(model, name) if model is not None else None

    def cite(
        self,
        *,
        id: str,
        kind: str,
        title: str,
        date: str,
        quote: str,
        speaker: str = "",
        provenance: str = "",
    ) -> int:
        """Number a source; the same id and quote keep the number they have. `provenance` is its row's label."""
        self.ledger.note(kind, provenance)
        for source in self.sources:
            if source.id == id and source.quote == quote:
                return source.n
        n = len(self.sources) + 1
        self.sources.append(
            Source(
                n=n,
                id=id,
                kind=kind,
                title=title,
                date=date,
                quote=quote,
                speaker=speaker,
                provenance=provenance,
            )
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
