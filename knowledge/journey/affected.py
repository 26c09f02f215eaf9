"""Whom a change of events or identifiers concerns: what is computed anew, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import insert
from sqlmodel import Session

from knowledge.model import Profile, ScoreMark

RECORDS = ("account_id", "contact_id", "lead_id")


@dataclass
class Affected:
    """Profiles that are there now, and the customers' records that they lead to, or led to until now."""

    profile_ids: set[str] = field(default_factory=set)
    account_ids: set[str] = field(default_factory=set)
    contact_ids: set[str] = field(default_factory=set)
    lead_ids: set[str] = field(default_factory=set)

    def add(self, other: Affected) -> None:
        for name in ("profile_ids", "account_ids", "contact_ids", "lead_ids"):
            getattr(self, name).update(getattr(other, name))

    def mark(self, session: Session, why: str) -> None:
        """Scores that rest on these records are stale, from this very transaction on."""
        marks = [
            {"kind": "lead", "subject_id": one, "why": why, "worker": ""} for one in sorted(self.lead_ids)
        ]
        if marks:
            session.execute(insert(ScoreMark), marks)

    def add_rows(self, profiles: Iterable[Profile]) -> None:
        """The records these profiles lead to."""
        for row in profiles:
            self.account_ids |= {row.account_id} - {""}
            self.contact_ids |= {row.contact_id} - {""}
            self.lead_ids |= {row.lead_id} - {""}
