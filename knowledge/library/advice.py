"""The log of advice: lines are added, each deed once; nothing is changed or taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from knowledge.model import Deal, Lead, Person, Suggestion, SuggestionEvent

from .upserts import insert_into

OPEN = ("suggested", "shown", "opened")
"""Newest events of a suggestion that nobody has decided on."""


def append(
    session: Session,
    row: Suggestion,
    event: str,
    at: datetime,
    *,
    actor: str,
    channel: str = "",
    cause: str = "",
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Add one line about a suggestion within the caller's transaction. `cause` is what it follows from (an action, an
    offer, a message): the same event of the same cause is one line. False when it is there already."""
    key = hashlib.sha256(f"{row.id}\n{event}\n{cause}".encode()).hexdigest()[:24]
    person = session.get(Person, row.person_id)
    session.flush()
    values = {
        "id": f"se-{key}",
        "suggestion_id": row.id,
        "event": event,
        "at": at,
        "kind": row.kind,
        "person_id": row.person_id,
        "team_id": (person.team_id if person else "") or "",
        "actor": actor,
        "channel": channel,
        "detail": dict(detail or {}),
    }
    statement = insert_into(session, SuggestionEvent).values(**values).on_conflict_do_nothing()
    fresh = bool(session.connection().execute(statement).rowcount)
    if fresh and event != "outcome" and (event != "shown" or row.status in ("", "suggested")):
        row.status = event
        session.add(row)
    return fresh


def events(
    session: Session,
    *,
    teams: frozenset[str] | None = None,
    or_person: str = "",
    until: datetime | None = None,
) -> Sequence[SuggestionEvent]:
    """The log of these teams and of one person, oldest first; `teams` None means all."""
    query = select(SuggestionEvent).order_by(col(SuggestionEvent.at), col(SuggestionEvent.id))
    if teams is not None:
        mine = col(SuggestionEvent.person_id) == (or_person or "-")
        query = query.where(or_(col(SuggestionEvent.team_id).in_(teams), mine))
    if until is not None:
        query = query.where(col(SuggestionEvent.at) < until)
    return session.exec(query).all()


def undecided(session: Session, kinds: Sequence[str]) -> Sequence[Suggestion]:
    """Suggestions of these kinds that were shown and nobody has decided on, by id."""
    query = select(Suggestion).where(col(Suggestion.kind).in_(kinds), col(Suggestion.status).in_(OPEN))
    return session.exec(query.order_by(col(Suggestion.id))).all()


def ended(session: Session, now: datetime) -> list[tuple[Suggestion, Deal | Lead]]:
    """Suggestions whose deal or lead has ended and whose outcome is not in the log yet, with what ended, by id."""
    known = (
        select(SuggestionEvent.id)
        .where(SuggestionEvent.suggestion_id == Suggestion.id, SuggestionEvent.event == "outcome")
        .exists()
    )
    deals = select(Suggestion, Deal).join(Deal, col(Deal.id) == col(Suggestion.deal_id))
    deals = deals.where(
        col(Deal.stage).in_(("won", "lost")),
        col(Deal.closed_at) <= now,
        col(Deal.closed_at) >= col(Suggestion.created_at),
        ~known,
    )
    leads = select(Suggestion, Lead).join(Lead, col(Lead.id) == col(Suggestion.lead_id))
    leads = leads.where(
        col(Lead.status).in_(("converted", "lost")),
        col(Lead.closed_at) <= now,
        col(Lead.closed_at) >= col(Suggestion.created_at),
        ~known,
    )
    found: list[tuple[Suggestion, Deal | Lead]] = [(one, deal) for one, deal in session.exec(deals)]
    found += [(one, lead) for one, lead in session.exec(leads)]
    return sorted(found, key=lambda pair: pair[0].id)


def events_of(session: Session, suggestion_id: str) -> Sequence[SuggestionEvent]:
    """The lines about one suggestion, oldest first."""
    query = select(SuggestionEvent).where(SuggestionEvent.suggestion_id == suggestion_id)
    return session.exec(query.order_by(col(SuggestionEvent.at), col(SuggestionEvent.id))).all()


def deals_in_all(session: Session) -> int:
    """How many deals the house has, open and closed."""
    return int(session.exec(select(func.count()).select_from(Deal)).one())
