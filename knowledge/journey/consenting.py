"""Consent by purpose: what of an event may be kept and joined, and what a withdrawal takes back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from knowledge.blueprints.identity import IdentityRules
from knowledge.insight.journey.identifiers import kind_of
from knowledge.library import identity as rows
from knowledge.model import Consent

from .faults import no_consent
from .incoming import Clean

ANALYTICS, IDENTITY, MARKETING = "analytics", "identity", "marketing"


@dataclass
class Standing:
    """The latest word on each (identifier, purpose), with its moment, kept up to date while a batch is read."""

    latest: dict[tuple[str, str], tuple[datetime, bool]] = field(default_factory=dict)
    fresh: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session, ids: Iterable[str]) -> Standing:
        made = cls()
        for row in rows.consents(session, ids):
            made.latest[row.identifier_id, row.purpose] = (row.at, row.granted)
        return made

    def word(self, identifier: str, purpose: str) -> bool | None:
        """True, False, or None when nobody has said anything."""
        found = self.latest.get((identifier, purpose))
        return found[1] if found else None

    def note(self, ids: Iterable[str], given: dict[str, bool], at: datetime, how: str) -> None:
        """Keep what an event says was agreed to, where that is news."""
        for identifier in ids:
            for purpose, granted in sorted(given.items()):
                before = self.latest.get((identifier, purpose))
                if before and (before[1] == granted or before[0] > at):
                    continue
                self.latest[identifier, purpose] = (at, granted)
                self.fresh.append(consent_row(identifier, purpose, granted=granted, at=at, how=how))

    def write(self, session: Session) -> set[str]:
        """Keep what is new; returns the identifiers whose person takes their identity back."""
        rows.add_new(session, Consent, self.fresh)
        return {
            str(row["identifier_id"])
            for row in self.fresh
            if row["purpose"] == IDENTITY and not row["granted"]
        }


def consent_row(identifier: str, purpose: str, *, granted: bool, at: datetime, how: str) -> dict[str, object]:
    """One row; the same word at the same moment is the same row."""
    told = f"{identifier}\n{purpose}\n{granted}\n{at.isoformat()}"
    return {
        "id": "cs-" + hashlib.sha256(told.encode()).hexdigest()[:24],
        "identifier_id": identifier,
        "purpose": purpose,
        "granted": granted,
        "at": at,
        "how": how,
    }


def kept_ids(event: Clean, rules: IdentityRules, standing: Standing) -> tuple[str, ...]:
    """The identifiers of an event that may be kept. Raises Fault (dropped) when nothing of it may be.

    Where a source asks for consent, no word on analytics leaves the key of the page view alone, and no word on identity one
    pseudonym (the cookie or the device), never a name. Where it does not ask, a withdrawn identity leaves the strongest.
    """
    stable = tuple(one for one in event.ids if kind_of(one) != "session")
    said = dict(event.consent)
    if said:
        standing.note(stable, said, event.at, f"event:{event.source}")
    if said.get(ANALYTICS) is False:
        raise no_consent()
    if any(standing.word(one, ANALYTICS) is False for one in stable):
        raise no_consent()
    ask = event.source in rules.ask
    if ask and said.get(ANALYTICS) is None:
        return event.ids[len(stable) :]
    withdrawn = any(standing.word(one, IDENTITY) is False for one in stable)
    if not withdrawn and (said.get(IDENTITY) or not ask):
        return stable or event.ids
    if not ask:
        return stable[:1] or event.ids
    pseudonym = [one for one in stable if kind_of(one) in ("anon", "device")]
    return tuple(pseudonym[:1]) or event.ids[len(stable) :]
