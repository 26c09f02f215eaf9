"""Which action a person means, and whether it exists for them."""

from __future__ import annotations

from sqlmodel import Session, col, or_, select

from knowledge.library.people import visible_teams
from knowledge.model import Person

from .tables import Action


def find(session: Session, ref: str) -> Action | None:
    """An action by its id or its short code, in any case."""
    key = ref.strip().lstrip("#")
    query = select(Action).where(or_(col(Action.id) == key, col(Action.code) == key.upper()))
    return session.exec(query).first()


def sees(session: Session, person: Person, action: Action) -> bool:
    """Whether the action exists for this person: it is theirs, or on a team's row they may read."""
    return action.requester_id == person.id or action.team_id in visible_teams(session, person)
