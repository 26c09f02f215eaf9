"""Who must be told: approvers of what waits, and the asker of what became of their wish."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from knowledge.model import Notice, Person

from .action import State
from .evaluation import Evaluation
from .people import REQUESTER, asked_first
from .subjects import subject_of
from .tables import Action
from .wording import sentence, verb

DIGEST_HOURS = (9, 14, 17)
"""Local hours at which what can wait is told together."""

DIGEST_OFFSET = timedelta(hours=8)
LOAD_A_DAY = 25
"""Cards a day above which an approver no longer reads each with care (authority.md E9)."""


def on_decision(session: Session, action: Action, evaluation: Evaluation, actor: str, now: datetime) -> None:
    """Cards to everybody whose turn it is and who has not got one; the actor themselves already sees it.

    What the clock sends back to people (actor `system`) is asked anew, whoever had a card before.
    """
    if action.state != State.PENDING:
        return
    for seat in evaluation.decision.turn:
        for person in asked_first(session, action, seat, now):
            known = actor != "system" and _told(session, action, person, "card")
            if known or (person.id == actor and seat == REQUESTER):
                continue
            own = seat == REQUESTER
            ask(
                session, action, person, "card", now, None if own else digest_at(session, action, person, now)
            )


def ask(
    session: Session, action: Action, person: Person, kind: str, now: datetime, due_at: datetime | None = None
) -> None:
    """Tell one person that an action waits for them; `kind` is card, nudge or escalation. With `due_at` not before."""
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
    tell(session, person.id, words, action.id, now, kind=kind, due_at=due_at)


def digest_at(session: Session, action: Action, person: Person, now: datetime) -> datetime | None:
    """When the card is told: at once, or with the next digest for a low risk, and for a medium one when the person has
    had more cards today than anybody reads with care."""
    if action.risk == "high" or (action.risk == "medium" and _load_today(session, person, now) < LOAD_A_DAY):
        return None
    local = now + DIGEST_OFFSET
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    slots = [midnight + timedelta(hours=hour) for hour in (*DIGEST_HOURS, 24 + DIGEST_HOURS[0])]
    at = next(slot for slot in slots if slot > local) - DIGEST_OFFSET
    return at if action.expires_at is None or at < action.expires_at else None


def _load_today(session: Session, person: Person, now: datetime) -> int:
    midnight = (now + DIGEST_OFFSET).replace(hour=0, minute=0, second=0, microsecond=0) - DIGEST_OFFSET
    query = select(func.count()).where(
        Notice.person_id == person.id, Notice.kind == "card", col(Notice.at) >= midnight
    )
    return int(session.exec(query).one())


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
    due_at: datetime | None = None,
) -> None:
    """Leave one notice for one person, in their language; `words` are the Chinese and the English sentence."""
    person = session.get(Person, person_id)
    text = words[1] if person is not None and person.language == "en" else words[0]
    session.add(Notice(person_id=person_id, text=text, action_id=action_id, kind=kind, due_at=due_at, at=now))
    session.flush()


def tell_asker(session: Session, action: Action, words: tuple[str, str], actor: str, now: datetime) -> None:
    """Tell the person on whose behalf it was asked, unless they did it themselves."""
    if action.requester_id != actor:
        tell(session, action.requester_id, words, action.id, now)


def tell_end(session: Session, action: Action, now: datetime) -> None:
    """Tell the asker how it ended: the state and what is known of it, from the row."""
    words = (sentence(action, "zh"), sentence(action, "en"))
    tell(session, action.requester_id, words, action.id, now)
