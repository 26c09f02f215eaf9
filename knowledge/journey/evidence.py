"""What a batch of events says about who is who: identifiers, sets of them, and edges with their earliest moment."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, col

from knowledge.insight.journey.identifiers import kind_of, strongest_first
from knowledge.insight.journey.identity import profile_named
from knowledge.library import identity as rows
from knowledge.model import Identifier, IdentityEdge, Signature, SignatureMember

from .rules import Eras


@dataclass
class Seen:
    """Two identifiers in one batch: the earliest event with both, and how many events."""

    at: datetime
    event_id: str
    event_name: str
    times: int = 1

    def add(self, at: datetime, event_id: str, event_name: str) -> None:
        self.times += 1
        if (at, event_id) < (self.at, self.event_id):
            self.at, self.event_id, self.event_name = at, event_id, event_name


@dataclass
class Evidence:
    """Gathered event by event, written once."""

    signatures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Seen] = field(default_factory=dict)

    def add(self, ids: Sequence[str], at: datetime, event_id: str, event_name: str) -> str:
        """Take in one event's identifiers; returns the id of their signature, "" for none."""
        if not ids:
            return ""
        ordered = tuple(strongest_first(ids))
        signature = signature_of(ordered)
        self.signatures[signature] = ordered
        for other in ordered[1:]:
            seen = self.pairs.get((ordered[0], other))
            if seen is None:
                self.pairs[ordered[0], other] = Seen(at, event_id, event_name)
            else:
                seen.add(at, event_id, event_name)
        return signature

    def write(self, session: Session, eras: Eras) -> set[str]:
        """Put it into the tables; returns the identifiers of which something is new."""
        members = {one for ids in self.signatures.values() for one in ids}
        fresh = members - rows.values_by(session, Identifier.id, Identifier.id, members)
        rows.add_new(session, Identifier, [new_identifier(one) for one in sorted(fresh)])
        old = rows.values_by(session, Signature.id, Signature.id, self.signatures)
        new = {one: ids for one, ids in self.signatures.items() if one not in old}
        rows.add_new(
            session, Signature, [{"id": one, "members": list(ids)} for one, ids in sorted(new.items())]
        )
        rows.add_new(
            session,
            SignatureMember,
            [
                {"identifier_id": ident, "signature_id": one}
                for one, ids in sorted(new.items())
                for ident in ids
            ],
        )
        fresh |= {ident for ids in new.values() for ident in ids}
        return fresh | self._edges(session, eras)

    def _edges(self, session: Session, eras: Eras) -> set[str]:
        ids = {edge_id(a, b): (a, b) for a, b in self.pairs}
        known = {row.id: row for row in rows.rows_by(session, IdentityEdge, "id", ids)}
        added, again, moved = [], [], set[str]()
        for one, (a, b) in sorted(ids.items()):
            seen, before = self.pairs[a, b], known.get(one)
            if before is None:
                added.append(_edge(one, a, b, seen, eras))
                moved |= {a, b}
                continue
            earlier = (seen.at, seen.event_id) < (before.at, before.event_id)
            if seen.at < before.at:
                moved |= {a, b}
            again.append(
                {
                    "key": one,
                    "n": before.seen + seen.times,
                    "moment": seen.at if earlier else before.at,
                    "event": seen.event_id if earlier else before.event_id,
                    "named": seen.event_name if earlier else before.event_name,
                }
            )
            session.expunge(before)
        rows.add_new(session, IdentityEdge, added)
        if again:
            session.connection().execute(_AGAIN, again)
        return moved


_AGAIN = (
    update(IdentityEdge)
    .where(col(IdentityEdge.id) == bindparam("key"))
    .values(
        seen=bindparam("n"),
        at=bindparam("moment"),
        event_id=bindparam("event"),
        event_name=bindparam("named"),
    )
)


def signature_of(ordered: Collection[str]) -> str:
    """The id of a set of identifiers."""
    return "sg-" + hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:24]


def edge_id(a: str, b: str, kind: str = "seen") -> str:
    """The id of an edge; what people decide is an edge of its own."""
    return ("ie-" if kind == "seen" else "im-") + hashlib.sha256(f"{a}\n{b}".encode()).hexdigest()[:16]


def new_identifier(one: str) -> dict[str, object]:
    """An identifier by itself: its own profile."""
    own = profile_named(one)
    return {"id": one, "kind": kind_of(one), "profile_id": own, "own_profile": own, "shared_since": None}


def _edge(one: str, a: str, b: str, seen: Seen, eras: Eras) -> dict[str, object]:
    return {
        "id": one,
        "kind": "seen",
        "a": a,
        "b": b,
        "at": seen.at,
        "event_id": seen.event_id,
        "event_name": seen.event_name,
        "seen": seen.times,
        "rule": eras.version,
        "era": eras.now,
        "state": "linked",
        "why": "",
        "by_id": "",
        "note": "",
        "undone_at": None,
        "undone_by": "",
    }
