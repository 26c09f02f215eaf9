"""Identifiers, the edges between them, whose they are, and what people agreed to: every query on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from knowledge.model import (
    UNDONE,
    Consent,
    Identifier,
    IdentityEdge,
    IdentityLink,
    IdentitySpan,
    Profile,
    Signature,
    SignatureMember,
)

from .upserts import insert_into

CHUNK = 400
"""Values in one IN list."""

Row = TypeVar("Row", bound=SQLModel)


def in_chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in order, so many at a time."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def rows_by(session: Session, table: type[Row], column: str, values: Iterable[str]) -> list[Row]:
    """Rows of which a column has one of the values."""
    found: list[Row] = []
    for part in in_chunks(values):
        found += session.exec(select(table).where(getattr(table, column).in_(part))).all()
    return found


def values_by(session: Session, wanted: Any, column: Any, values: Iterable[str]) -> set[str]:
    """One column of the rows of which another has one of the values."""
    found: set[str] = set()
    for part in in_chunks(values):
        found |= set(session.exec(select(wanted).where(col(column).in_(part))))
    return found


def add_new(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Insert rows; those that are there already stay as they are."""
    if rows:
        session.execute(insert_into(session, table).on_conflict_do_nothing(), rows)


def identifiers(session: Session, ids: Iterable[str]) -> dict[str, Identifier]:
    """Identifiers by id."""
    return {row.id: row for row in rows_by(session, Identifier, "id", ids)}


def members_of(session: Session, profiles: Iterable[str]) -> dict[str, Identifier]:
    """The identifiers of these profiles."""
    return {row.id: row for row in rows_by(session, Identifier, "profile_id", profiles)}


def edges_at(session: Session, ids: Iterable[str], *, without: str = "") -> dict[str, IdentityEdge]:
    """Every edge at any of these identifiers, whatever its state; `without` leaves out those refused for that reason."""
    found: dict[str, IdentityEdge] = {}
    for part in in_chunks(ids):
        for end in (IdentityEdge.a, IdentityEdge.b):
            query = select(IdentityEdge).where(col(end).in_(part))
            if without:
                query = query.where(IdentityEdge.why != without)
            found |= {row.id: row for row in session.exec(query)}
    return found


def refused_at(session: Session, ids: Iterable[str], why: str) -> set[str]:
    """Both ends of every edge at these identifiers that was refused for this reason."""
    found: set[str] = set()
    for part in in_chunks(ids):
        for end in (IdentityEdge.a, IdentityEdge.b):
            query = select(IdentityEdge.a, IdentityEdge.b).where(col(end).in_(part), IdentityEdge.why == why)
            found |= {one for pair in session.exec(query) for one in pair}
    return found


def met_by_era(session: Session, ids: Iterable[str]) -> dict[str, dict[int, int]]:
    """With how many others each identifier was seen first in each era; what was undone does not count."""
    found: dict[str, dict[int, int]] = {}
    for part in in_chunks(ids):
        for one, other in ((IdentityEdge.a, IdentityEdge.b), (IdentityEdge.b, IdentityEdge.a)):
            query = (
                select(one, IdentityEdge.era, func.count(func.distinct(other)))
                .where(col(one).in_(part), IdentityEdge.state != UNDONE)
                .group_by(col(one), col(IdentityEdge.era))
            )
            for name, era, count in session.exec(query):
                eras = found.setdefault(name, {})
                eras[era] = eras.get(era, 0) + count
    return found


def signatures_with(session: Session, ids: Collection[str]) -> dict[str, Signature]:
    """Signatures that hold any of these identifiers."""
    held = {row.signature_id for row in rows_by(session, SignatureMember, "identifier_id", ids)}
    return {row.id: row for row in rows_by(session, Signature, "id", held)}


def spans(session: Session, signatures: Iterable[str]) -> list[IdentitySpan]:
    """The spans of these signatures."""
    return rows_by(session, IdentitySpan, "signature_id", signatures)


def links(session: Session, ids: Iterable[str]) -> list[IdentityLink]:
    """Contacts and leads on record with these identifiers."""
    return rows_by(session, IdentityLink, "identifier_id", ids)


def profile(session: Session, profile_id: str) -> Profile | None:
    """The profile of this id; one that has since become part of another is found as that one."""
    row = session.get(Profile, profile_id)
    if row is not None:
        return row
    own = session.exec(select(Identifier).where(Identifier.own_profile == profile_id)).first()
    return session.get(Profile, own.profile_id) if own else None


def profiles_of(session: Session, column: str, record_id: str) -> list[Profile]:
    """Profiles of an account, contact or lead (`column`: account_id, contact_id, lead_id)."""
    query = select(Profile).where(getattr(Profile, column) == record_id).order_by(col(Profile.id))
    return list(session.exec(query))


def strangers(session: Session) -> list[str]:
    """Profiles that lead to no customer and no lead, by id: without those of one page view alone, and those of several people."""
    nobody = (Profile.account_id == "", Profile.contact_id == "", Profile.lead_id == "")
    query = select(Profile.id).where(*nobody, col(Profile.kind).not_in(("session", "shared")))
    return list(session.exec(query.order_by(col(Profile.id))))


def consents(session: Session, ids: Iterable[str]) -> list[Consent]:
    """What was agreed to under these identifiers, the oldest first; a no after a yes of the same moment."""
    found = rows_by(session, Consent, "identifier_id", ids)
    return sorted(found, key=lambda row: (row.at, not row.granted, row.id))


def counts(session: Session) -> dict[str, int]:
    """How many there are of each."""
    tables = {"identifiers": Identifier, "edges": IdentityEdge, "profiles": Profile, "signatures": Signature}
    return {
        name: session.exec(select(func.count()).select_from(table)).one() for name, table in tables.items()
    }
