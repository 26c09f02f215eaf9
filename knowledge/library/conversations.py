"""Our own chat: conversations, their messages, and the notices that wait for a person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from knowledge.model import Conversation, Message, Notice
from knowledge.model.conversations import READ


def conversation(session: Session, conversation_id: str) -> Conversation | None:
    """The conversation with this id."""
    return session.get(Conversation, conversation_id)


def open_conversation(
    session: Session, person_id: str, channel: str, thread: str, now: datetime
) -> Conversation:
    """The one conversation of this person on this thread, begun now if there was none."""
    key = Conversation.channel == channel, Conversation.thread == thread, Conversation.person_id == person_id
    found = session.exec(select(Conversation).where(*key)).first()
    if found is not None:
        return found
    seed = "\n".join((person_id, channel, thread))
    fresh = Conversation(
        id="cv-" + hashlib.sha256(seed.encode()).hexdigest()[:16],
        person_id=person_id,
        channel=channel,
        thread=thread,
        created_at=now,
    )
    session.add(fresh)
    session.flush()
    return fresh


def conversations(session: Session, person_id: str) -> Sequence[Conversation]:
    """The conversations of one person, newest first."""
    query = select(Conversation).where(Conversation.person_id == person_id)
    return session.exec(query.order_by(col(Conversation.created_at).desc(), col(Conversation.id))).all()


def save_focus(session: Session, conversation_id: str, focus: dict[str, Any]) -> None:
    """Remember what the talk is about now; an unknown conversation is left alone.

    What a conversation has read only grows: of two turns answered side by side neither may forget for the other.
    """
    row = session.exec(
        select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    ).first()
    if row is None:
        return
    read = sorted({*(row.focus.get(READ) or ()), *(focus.get(READ) or ())})
    row.focus = {**focus, READ: read} if read else dict(focus)
    session.add(row)


def message_by_external_id(session: Session, conversation_id: str, external_id: str) -> Message | None:
    """The stored line with the street's id: seen before means answered before."""
    query = select(Message).where(
        Message.conversation_id == conversation_id, Message.external_id == external_id
    )
    return session.exec(query).first()


def add_message(session: Session, message: Message) -> Message | None:
    """Store a line; None when this conversation already has one with the same external id."""
    if message_by_external_id(session, message.conversation_id, message.external_id) is not None:
        return None
    session.add(message)
    session.flush()
    return message


def messages(session: Session, conversation_id: str, limit: int = 20) -> Sequence[Message]:
    """The last `limit` lines of a conversation, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id)
    return session.exec(query.order_by(col(Message.id).desc()).limit(limit)).all()[::-1]


def add_notice(session: Session, person_id: str, text: str, now: datetime, action_id: str = "") -> Notice:
    """Leave word for a person, to be delivered on the channel they use next."""
    notice = Notice(person_id=person_id, text=text, action_id=action_id, at=now)
    session.add(notice)
    session.flush()
    return notice


def waiting_notices(session: Session, person_id: str, now: datetime) -> Sequence[Notice]:
    """Notices this person has not been given yet and that are to be told by `now`, oldest first."""
    query = select(Notice).where(Notice.person_id == person_id, col(Notice.delivered_at).is_(None))
    query = query.where(or_(col(Notice.due_at).is_(None), col(Notice.due_at) <= now))
    return session.exec(query.order_by(col(Notice.id))).all()


def mark_delivered(session: Session, notices: Sequence[Notice], now: datetime) -> None:
    """These notices have been given."""
    for notice in notices:
        notice.delivered_at = now
        session.add(notice)
