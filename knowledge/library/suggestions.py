"""What the assistant proposed and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, type_coerce
from sqlmodel import Session, col, select

from knowledge.model import Suggestion


def suggestion(session: Session, suggestion_id: str) -> Suggestion | None:
    """The suggestion with this id."""
    return session.get(Suggestion, suggestion_id)


def add_suggestion(session: Session, row: Suggestion) -> Suggestion:
    """Store a proposal; the same id stored twice stays one row, as it was first."""
    known = session.get(Suggestion, row.id)
    if known is not None:
        return known
    session.add(row)
    session.flush()
    return row


def suggestions_of(
    session: Session, person_id: str, *, kind: str = "", deal_id: str = "", limit: int = 20
) -> Sequence[Suggestion]:
    """The proposals made to one person, newest first; empty `kind` and `deal_id` mean any."""
    query = select(Suggestion).where(Suggestion.person_id == person_id)
    if kind:
        query = query.where(Suggestion.kind == kind)
    if deal_id:
        query = query.where(Suggestion.deal_id == deal_id)
    query = query.order_by(col(Suggestion.created_at).desc(), col(Suggestion.id).desc())
    return session.exec(query.limit(limit)).all()


def of_call(session: Session, person_id: str, kind: str, interaction_id: str) -> list[Suggestion]:
    """The proposals of this kind made to one person about one call, newest first."""
    return [one for one in every_of_call(session, kind, interaction_id) if one.person_id == person_id]


def every_of_call(session: Session, kind: str, interaction_id: str) -> list[Suggestion]:
    """The proposals of this kind made to anybody about one call, newest first."""
    found = session.exec(
        select(Suggestion)
        .where(Suggestion.kind == kind)
        .where(type_coerce(col(Suggestion.payload), String).contains(f'"{interaction_id}"', autoescape=True))
        .order_by(col(Suggestion.created_at).desc(), col(Suggestion.id))
    ).all()
    return [one for one in found if one.payload.get("call") == interaction_id]


def by_action(session: Session, action_id: str) -> Sequence[Suggestion]:
    """The proposals that became this action."""
    query = select(Suggestion).where(Suggestion.action_id == action_id)
    return session.exec(query.order_by(col(Suggestion.id))).all()


def mark(session: Session, suggestion_id: str, status: str, **changes: Any) -> Suggestion | None:
    """Record what became of a proposal; `changes` may set `action_id` and `payload`. None when unknown."""
    row = session.get(Suggestion, suggestion_id)
    if row is None:
        return None
    row.status = status
    for name in ("action_id", "payload"):
        if name in changes:
            setattr(row, name, changes[name])
    session.add(row)
    return row
