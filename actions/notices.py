"""Who must be told: approvers of what waits, and the asker of what became of their wish."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from knowledge.model import Notice, Person

from .action import State
from .evaluation import Evaluation
from .people import REQUESTER, asked_first
from .subjects import subject_of
from .tables import Action
from .wording import sentence, verb


def on_decision(session: Session, action: Action, evaluation: Evaluation, actor: str, now: datetime) -> None:
    """Cards to everybody whose turn it is and who has not got one; the actor themselves already sees it."""
    if action.state != State.PENDING:
        return
    for seat in evaluation.decision.turn:
        for person in asked_first(session, action, seat, now):
            if not (person.id == actor and seat == REQUESTER) and not _told(session, action, person, "card"):
                ask(session, action, person, "card", now)


def ask(session: Session, action: Action, person: Person, kind: str, now: datetime) -> None:
    """Tell one person that an action waits for them; `kind` is card, nudge or escalation."""
    subject = subject_of(session, action)
    asker = session.get(Person, action.requester_id)
    who, what, code = asker.name if asker else "", subject.name, action.code
    lead = {
        "nudge": ("⏰ 仍待你审批", "⏰ still waits for you"),
        "escalation": ("⬆ 升级给你审批", "⬆ escalated to you"),
    }
    zh, en = lead.get(kind, ("待你审批", "waits for you"))
    typed = (" 确认码", " CONFIRMATION") if action.risk == "high" else ("", "")
    words = (
        f"{zh} {code}: {who} 请求{verb(action.action)}({what})。查看: /show {code}  批准: /approve {code}{typed[0]}",
        f"{code} {en}: {who} asks to {verb(action.action, 'en')} ({what}). /show {code}  /approve {code}{typed[1]}",
    )
    tell(session, person.id, words, action.id, now, kind=kind)


def _told(session: Session, action: Action, person: Person, kind: str) -> bool:
    query = select(Notice.id).where(
        Notice.action_id == action.id, Notice.person_id == person.id, Notice.kind == kind
    )
    return session.exec(query).first() is not None


def tell(
    session: Session,
    person_id: str,
    words: tuple[str, str],
    action_id: str,
    now: datetime,
    *,
    kind: str = "end",
) -> None:
    """Leave one notice for one person, in their language; `words` are the Chinese and the English sentence."""
    person = session.get(Person, person_id)
    text = words[1] if person is not None and person.language == "en" else words[0]
    session.add(Notice(person_id=person_id, text=text, action_id=action_id, kind=kind, at=now))
    session.flush()


def tell_asker(session: Session, action: Action, words: tuple[str, str], actor: str, now: datetime) -> None:
    """Tell the person on whose behalf it was asked, unless they did it themselves."""
    if action.requester_id != actor:
        tell(session, action.requester_id, words, action.id, now)


def tell_end(session: Session, action: Action, now: datetime) -> None:
    """Tell the asker how it ended: the state and what is known of it, from the row."""
    words = (sentence(action, "zh"), sentence(action, "en"))
    tell(session, action.requester_id, words, action.id, now)
