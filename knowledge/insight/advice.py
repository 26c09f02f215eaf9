"""What became of each piece of advice, read from the log alone: the same entries in any order give the same fates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

EVENTS = ("suggested", "shown", "opened", "accepted", "rejected", "expired", "undone", "outcome")
"""The events of D11, in the order in which those of one moment count."""

HELD_OUT = "held_out"
SYSTEM = "system"
Mode = Literal["", "as_is", "edited"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the log. `team_id` is the person's team at that time; `detail` as knowledge.model.SuggestionEvent."""

    suggestion_id: str
    event: str
    at: datetime
    kind: str
    person_id: str
    team_id: str = ""
    actor: str = ""
    channel: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fate:
    """One suggestion from first to last. `mode` is how it was taken, "" when it was not; `reason` why it was turned down
    (rewritten: taken, but with more than half of it changed). `said` is what was predicted when it was made."""

    suggestion_id: str
    kind: str
    person_id: str
    team_id: str
    suggested_at: datetime
    shown_at: datetime | None = None
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    mode: Mode = ""
    edit_ratio: float | None = None
    rejected_at: datetime | None = None
    reason: str = ""
    expired_at: datetime | None = None
    undone_at: datetime | None = None
    outcome_at: datetime | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    acted_by: frozenset[str] = frozenset()

    @property
    def held_out(self) -> bool:
        """Whether it was made for the comparison and never shown."""
        return self.said.get("arm") == HELD_OUT

    @property
    def subject(self) -> str:
        """The deal or lead it is about; the suggestion itself when it is about neither."""
        return str(self.said.get("subject") or self.suggestion_id)

    @property
    def won(self) -> bool | None:
        """What came of its deal or lead; None while it is open."""
        return bool(self.outcome["won"]) if "won" in self.outcome else None


def fates(entries: Iterable[Entry]) -> tuple[Fate, ...]:
    """One fate for each suggestion, by id. Taken or turned down is what was decided last; an expiry decides nothing that a
    person has decided. Entries of a suggestion without its `suggested` line begin with their first."""
    by_id: dict[str, list[Entry]] = {}
    for one in entries:
        by_id.setdefault(one.suggestion_id, []).append(one)
    return tuple(_fate(by_id[key]) for key in sorted(by_id))


def _order(one: Entry) -> tuple[datetime, int, str, str]:
    return one.at, EVENTS.index(one.event), one.actor, repr(sorted(one.detail.items(), key=str))


def _fate(lines: list[Entry]) -> Fate:
    lines = sorted(lines, key=_order)
    first: dict[str, Entry] = {}
    last: dict[str, Entry] = {}
    for one in lines:
        first.setdefault(one.event, one)
        last[one.event] = one
    begun = first.get("suggested", lines[0])
    decided = next((one for one in reversed(lines) if one.event in ("accepted", "rejected")), None)
    taken = decided if decided and decided.event == "accepted" else None
    refused = decided if decided and decided.event == "rejected" else None
    undone = next((one for one in lines if taken and one.event == "undone" and one.at >= taken.at), None)
    ended = last.get("outcome")
    return Fate(
        suggestion_id=begun.suggestion_id,
        kind=begun.kind,
        person_id=begun.person_id,
        team_id=begun.team_id,
        suggested_at=begun.at,
        shown_at=_at(first.get("shown")),
        opened_at=_at(first.get("opened")),
        accepted_at=_at(taken),
        mode=_mode(taken),
        edit_ratio=_ratio(decided),
        rejected_at=_at(refused),
        reason=str(refused.detail.get("reason", "")) if refused else "",
        expired_at=None if decided else _at(first.get("expired")),
        undone_at=_at(undone),
        outcome_at=_at(ended),
        outcome=ended.detail if ended else {},
        said=begun.detail,
        acted_by=frozenset(
            one.actor for one in lines if one.event in ("opened", "accepted", "rejected", "undone")
        )
        - {SYSTEM, ""},
    )


def _at(one: Entry | None) -> datetime | None:
    return one.at if one else None


def _mode(one: Entry | None) -> Mode:
    if one is None:
        return ""
    return "edited" if one.detail.get("mode") == "edited" else "as_is"


def _ratio(one: Entry | None) -> float | None:
    found = one.detail.get("edit_ratio") if one else None
    return float(found) if found is not None else None


def arm_of(subject: str, pct: int, salt: str) -> str:
    """ "held_out" for `pct` in a hundred of all ids, by SHA-256 of salt and id, else "treated": the same for ever."""
    drawn = int.from_bytes(hashlib.sha256(f"{salt}\n{subject}".encode()).digest()[:8], "big")
    return HELD_OUT if drawn % 10_000 < pct * 100 else "treated"
