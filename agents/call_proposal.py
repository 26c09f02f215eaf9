"""One thing that a call suggests to do, and what the makers of such proposals share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from knowledge.insight.minutes import UNRESOLVED, Minutes, Said, Todo
from knowledge.model import Person
from knowledge.snapshot import DealFacts

from .calls import moment
from .lookup import the_colleague_id
from .offline.dates import ZONE
from .skill import Turn
from .wording import day

DAY_ENDS = time(18)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """`text` says what would be done, in full; `said` are the words it rests on (None: of the whole call). `missing` is what
    must be said first (`owner`), "" when it can be accepted as it is; `draft` the id of a mail's draft."""

    kind: str
    text: str
    action: str
    args: dict[str, Any]
    labels: dict[str, frozenset[str]]
    said: Said | None = None
    missing: str = ""
    draft: str = ""

    def item(self, turn: Turn) -> dict[str, Any]:
        """As it is kept."""
        proof = self.said
        return {
            "kind": self.kind,
            "text": self.text,
            "action": self.action,
            "args": self.args,
            "labels": {name: sorted(labels) for name, labels in self.labels.items()},
            "quote": proof.quote if proof else "",
            "speaker": proof.speaker if proof else "",
            "moment": moment(turn, proof) if proof else "",
            "missing": self.missing,
            "draft": self.draft,
        }


def open_todos(turn: Turn, made: Minutes) -> list[Todo]:
    """To-dos that are not overdue already."""
    today = day(turn.desk.now)
    return [one for one in made.todos if not one.due_iso or one.due_iso >= today]


def colleague(turn: Turn, facts: DealFacts, name: str) -> Person | None:
    """The colleague that a to-do's owner is, None for a customer and for nobody."""
    if not name or name == UNRESOLVED:
        return None
    if name == facts.owner.name:
        return facts.owner
    person_id = the_colleague_id(turn, name)
    return turn.desk.colleague(person_id) if person_id else None


def end_of(iso: str) -> datetime | None:
    """The end of the working day of an ISO day."""
    return datetime.combine(datetime.fromisoformat(iso).date(), DAY_ENDS, ZONE) if iso else None
