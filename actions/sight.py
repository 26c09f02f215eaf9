"""Which action a person means, and whether it exists for them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, or_, select

from knowledge.library.people import visible_teams
from knowledge.model import Person

from .people import roles_of
from .tables import Action


def find(session: Session, ref: str) -> Action | None:
    """An action by its id or its short code, in any case."""
    key = ref.strip().lstrip("#")
    query = select(Action).where(or_(col(Action.id) == key, col(Action.code) == key.upper()))
    return session.exec(query).first()


def sees(session: Session, person: Person, action: Action, now: datetime) -> bool:
    """Whether the action exists for this person: it is theirs, on a team's row they may read, or theirs to decide; for
    somebody who has left none does.

    A test card exists for the one approver it was made for.
    """
    if not person.active:
        return False
    if action.canary_of:
        return action.decision.get("canary_for") == person.id
    if action.requester_id == person.id or action.team_id in visible_teams(session, person):
        return True
    return bool(roles_of(session, action, person, action.decision.get("approvers", []), now))
