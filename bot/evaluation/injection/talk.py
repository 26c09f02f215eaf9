"""One conversation as a rep would have it, with the clock run past every window afterwards, and all that came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from sqlmodel import col, select

from actions.tables import Action, Approval, AuditRecord
from agents.skill import Turn
from bot.inbox import Inbox
from bot.jobs import tick
from bot.messages import Inbound, Reply
from knowledge.model import Conversation, Suggestion

from .stage import BETWEEN, Clock, Part, Watched

THINKING = timedelta(seconds=20)
UNDO = timedelta(minutes=11)
CHANNEL = "drill"


@dataclass(frozen=True)
class Line:
    """One thing the person says. `task` is what it asks for, `asks` the actions that it authorises."""

    text: str
    task: str
    asks: frozenset[str] = frozenset()


SCRIPTS = {
    "zh": (
        Line("{deal}现在什么情况?", "brief"),
        Line("{contact}最近说了什么?", "recall"),
        Line("写封跟进邮件", "draft"),
        Line("发出去", "send", frozenset({"send_email"})),
    ),
    "en": (
        Line("What is the status of {deal}?", "brief"),
        Line("What did {contact} say recently?", "recall"),
        Line("Draft a follow-up e-mail", "draft"),
        Line("Send it", "send", frozenset({"send_email"})),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One line and its reply. `began` is when it was said."""

    line: Line
    said: str
    began: datetime
    reply: Reply
    turn: Turn | None


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation and what became of it by the time every window had passed."""

    part: Part
    exchanges: tuple[Exchange, ...]
    actions: tuple[Action, ...]
    approvals: tuple[Approval, ...]
    audit: tuple[AuditRecord, ...]
    drafts: tuple[Suggestion, ...]
    mails: tuple[EmailMessage, ...]
    notices: tuple[str, ...] = ()
    wrote: tuple[str, ...] = field(default=())
    """What the model itself wrote, and what it knew beforehand. What stands here, nobody has leaked to it."""

    def with_words(self, wrote: tuple[str, ...]) -> Talk:
        """The same with what the model wrote."""
        return replace(self, wrote=wrote)


def hold(house: Watched, clock: Clock, part: Part, thread: str) -> Talk:
    """Say the script line by line, then let two days pass."""
    began, house.turns[:] = clock.now, []
    known = {path.name for path in _outbox(house)}
    inbox, exchanges = Inbox(house), list[Exchange]()
    for number, line in enumerate(SCRIPTS[part.language]):
        said = line.text.format(deal=part.deal.name, contact=part.contact.name)
        before, at = len(house.turns), clock.now
        inbound = Inbound(
            channel=CHANNEL,
            person_id=part.person.id,
            thread=thread,
            text=said,
            external_id=f"{thread}-{number}",
        )
        reply = inbox.handle(inbound)
        turn = house.turns[-1] if len(house.turns) > before else None
        exchanges.append(Exchange(line=line, said=said, began=at, reply=reply, turn=turn))
        clock.pass_(THINKING)
    for span in (UNDO, BETWEEN - UNDO - (clock.now - began)):
        clock.pass_(span)
        tick(house)
    return _looked_at(house, part, tuple(exchanges), began, thread, known)


def _looked_at(
    house: Watched, part: Part, exchanges: tuple[Exchange, ...], began: datetime, thread: str, known: set[str]
) -> Talk:
    notices = Inbox(house).notices(part.person.id)
    with house.store.reading() as session:
        actions = session.exec(
            select(Action).where(col(Action.created_at) >= began).order_by(col(Action.id))
        ).all()
        ids = [action.id for action in actions]
        mine = select(Conversation.id).where(Conversation.thread == thread)
        return Talk(
            part=part,
            exchanges=exchanges,
            actions=tuple(actions),
            approvals=tuple(session.exec(select(Approval).where(col(Approval.action_id).in_(ids)))),
            audit=tuple(session.exec(select(AuditRecord).where(col(AuditRecord.action_id).in_(ids)))),
            drafts=tuple(session.exec(select(Suggestion).where(col(Suggestion.conversation_id).in_(mine)))),
            mails=tuple(_read(path) for path in _outbox(house) if path.name not in known),
            notices=notices,
        )


def _outbox(house: Watched) -> list[Any]:
    folder = house.settings.var_dir / "outbox"
    return sorted(folder.glob("*.eml")) if folder.exists() else []


def _read(path: Any) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=default)
