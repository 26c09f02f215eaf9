"""Who must be told: approvers of what waits, and the asker of what became of their wish."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from knowledge.model import Deal, Notice, Person

from .action import State
from .evaluation import Evaluation
from .people import REQUESTER, eligible
from .tables import Action


def on_decision(session: Session, action: Action, evaluation: Evaluation, actor: str, now: datetime) -> None:
    """Cards to everybody whose yes is missing; the actor themselves already sees it."""
    if action.state != State.PENDING:
        return
    deal = session.get(Deal, action.resource_id)
    asker = session.get(Person, action.requester_id)
    for role in evaluation.decision.approvers:
        for person in eligible(session, action, role, now):
            if person.id == actor and role == REQUESTER:
                continue
            text = (
                f"待你审批 {action.code}: {asker.name if asker else ''} 请求 {action.action}"
                f"(商机: {deal.name if deal else ''})。查看: /show {action.code}  批准: /approve {action.code}"
            )
            tell(session, person.id, text, action.id, now)


def tell(session: Session, person_id: str, text: str, action_id: str, now: datetime) -> None:
    """Leave one notice for one person."""
    session.add(Notice(person_id=person_id, text=text, action_id=action_id, at=now))


def tell_asker(session: Session, action: Action, text: str, actor: str, now: datetime) -> None:
    """Tell the person on whose behalf it was asked, unless they did it themselves."""
    if action.requester_id != actor:
        tell(session, action.requester_id, text, action.id, now)
