"""Events of the journey, those in quarantine, and the sources that may send them: every query on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_
from sqlmodel import Session, col, select

from knowledge.model import (
    CollectSource,
    Erased,
    IdentitySpan,
    Interaction,
    Profile,
    QuarantinedEvent,
    Signature,
    TouchEvent,
)

from .identity import in_chunks
from .upserts import insert_into

Placed = tuple[TouchEvent, str, list[str]]
"""An event, the profile it is given to ("" for one without any identifier), and the identifiers it came with."""


def known(session: Session, ids: Iterable[str]) -> set[str]:
    """Which of these events there are, or were until they were erased on request."""
    found: set[str] = set()
    for part in in_chunks(ids):
        found |= set(session.exec(select(TouchEvent.id).where(col(TouchEvent.id).in_(part))))
        gone = select(Erased.row_id).where(
            Erased.source == TouchEvent.__tablename__, col(Erased.row_id).in_(part)
        )
        found |= set(session.exec(gone))
    return found


def add_events(session: Session, events: Sequence[dict[str, Any]]) -> None:
    """Insert events that are not there."""
    if events:
        session.execute(insert(TouchEvent), events)


def quarantine(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what the plan does not know; what is there already is counted once more."""
    table: Any = QuarantinedEvent.__table__  # type: ignore[attr-defined]
    for row in rows:
        statement = insert_into(session, QuarantinedEvent).values(**row)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[table.c.id],
                set_={"times": table.c.times + row["times"], "last_seen": row["last_seen"]},
            )
        )


def quarantined(session: Session, name: str = "", limit: int = 100) -> Sequence[QuarantinedEvent]:
    """Events in quarantine, the newest first; of one name where it is given."""
    query = select(QuarantinedEvent).order_by(
        col(QuarantinedEvent.last_seen).desc(), col(QuarantinedEvent.id)
    )
    return session.exec((query.where(QuarantinedEvent.name == name) if name else query).limit(limit)).all()


def quarantine_counts(session: Session) -> list[tuple[str, str, int, int]]:
    """(name, reason, events, times seen), the most frequent first."""
    times = func.sum(QuarantinedEvent.times)
    query = select(QuarantinedEvent.name, QuarantinedEvent.reason, func.count(), times).group_by(
        col(QuarantinedEvent.name), col(QuarantinedEvent.reason)
    )
    found = [(name, reason, int(count), int(seen)) for name, reason, count, seen in session.exec(query)]
    return sorted(found, key=lambda one: (-one[3], one[0], one[1]))


def placed(
    session: Session,
    *conditions: ColumnElement[bool],
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Placed]:
    """Events with the profile each is given to, in order of time, streamed; `conditions` on either table. An event without
    identifiers has none."""
    here = and_(
        col(IdentitySpan.signature_id) == col(TouchEvent.signature_id),
        or_(col(IdentitySpan.since).is_(None), col(TouchEvent.at) >= col(IdentitySpan.since)),
        or_(col(IdentitySpan.until).is_(None), col(TouchEvent.at) < col(IdentitySpan.until)),
    )
    with_ids = col(Signature.id) == col(TouchEvent.signature_id)
    query: Any = (
        select(TouchEvent, IdentitySpan.profile_id, Signature.members)
        .join(IdentitySpan, here, isouter=True)
        .join(Signature, with_ids, isouter=True)
        .where(*conditions)
    )
    if since is not None:
        query = query.where(col(TouchEvent.at) >= since)
    if until is not None:
        query = query.where(col(TouchEvent.at) < until)
    ordered = query.order_by(col(TouchEvent.at), col(TouchEvent.id)).execution_options(yield_per=2000)
    with closing(session.exec(ordered)) as found:
        for event, profile, members in found:
            yield event, profile or "", members or []


def of_profiles(profile_ids: Sequence[str]) -> ColumnElement[bool]:
    """The condition that an event is given to one of these profiles."""
    return col(IdentitySpan.profile_id).in_(profile_ids)


def customers(session: Session, ids: Iterable[str]) -> list[Profile]:
    """Of these profiles those that are a customer's, a contact's or a lead's."""
    found: list[Profile] = []
    for part in in_chunks(ids):
        known = or_(col(Profile.account_id) != "", col(Profile.contact_id) != "", col(Profile.lead_id) != "")
        found += session.exec(select(Profile).where(col(Profile.id).in_(part), known)).all()
    return found


def talk(session: Session, *conditions: ColumnElement[bool]) -> Iterator[Interaction]:
    """What was said and done with customers, in order of time; notes are ours alone and are no touches."""
    query = select(Interaction).where(Interaction.kind != "note", *conditions)
    yield from session.exec(query.order_by(col(Interaction.at), col(Interaction.id)))


def source_by_key(session: Session, key_hash: str) -> CollectSource | None:
    """The open source with this write key."""
    query = select(CollectSource).where(
        CollectSource.key_hash == key_hash, col(CollectSource.closed_at).is_(None)
    )
    return session.exec(query).first()


def sources(session: Session) -> Sequence[CollectSource]:
    """Every source, by name."""
    return session.exec(select(CollectSource).order_by(col(CollectSource.name))).all()
