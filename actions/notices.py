"""Who must be told: approvers of what waits, and the asker of what became of their wish."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from knowledge.model import Deal, Notice, Person

from .action import State
from .evaluation import Evaluation
from .people import REQUESTER, eligible
from .tables import Action
from .wording import sentence, verb


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
            who, what, code = asker.name if asker else "", deal.name if deal else "", action.code
            zh = f"待你审批 {code}: {who} 请求{verb(action.action)}(商机: {what})。查看: /show {code}  批准: /approve {code}"
            en = f"{code} waits for you: {who} asks to {verb(action.action, 'en')} ({what}). /show {code}  /approve {code}"
            tell(session, person.id, (zh, en), action.id, now)


def tell(session: Session, person_id: str, words: tuple[str, str], action_id: str, now: datetime) -> None:
    """Leave one notice for one person, in their language; `words` are the Chinese and the English sentence."""
    person = session.get(Person, person_id)
    text = words[1] if person is not None and person.language == "en" else words[0]
    session.add(Notice(person_id=person_id, text=text, action_id=action_id, at=now))


def tell_asker(session: Session, action: Action, words: tuple[str, str], actor: str, now: datetime) -> None:
    """Tell the person on whose behalf it was asked, unless they did it themselves."""
    if action.requester_id != actor:
        tell(session, action.requester_id, words, action.id, now)


def tell_end(session: Session, action: Action, now: datetime) -> None:
    """Tell the asker how it ended: the state and what is known of it, from the row."""
    words = (sentence(action, "zh"), sentence(action, "en"))
    tell(session, action.requester_id, words, action.id, now)
