"""The web console's rows: lines of a page, signed-in browsers, and a person's copies of cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from knowledge.model import ArrivalRow, CardCopy, Conversation, Message, WebLine, WebSession


def write_line(
    session: Session, account: str, key: str, kind: str, body: str, payload: dict[str, Any], now: datetime
) -> WebLine:
    """Put a line on the page, or change the one that has this key; either way it gets the next number."""
    query = select(func.max(WebLine.seq)).where(WebLine.account == account)
    seq = (session.exec(query).one() or 0) + 1
    line = line_by_key(session, account, key) or WebLine(account=account, key=key, seq=seq, kind=kind, at=now)
    line.seq, line.kind, line.body, line.payload = seq, kind, body, payload
    session.add(line)
    session.flush()
    return line


def line_by_key(session: Session, account: str, key: str) -> WebLine | None:
    query = select(WebLine).where(WebLine.account == account, WebLine.key == key)
    return session.exec(query).first()


def line_of(session: Session, account: str, line_id: int) -> WebLine | None:
    """This account's line with this id; another's is as unknown as none."""
    query = select(WebLine).where(WebLine.account == account, WebLine.id == line_id)
    return session.exec(query).first()


def drop_line(session: Session, account: str, key: str) -> None:
    session.execute(delete(WebLine).where(col(WebLine.account) == account, col(WebLine.key) == key))


def last_lines(session: Session, account: str, limit: int, before: int = 0) -> Sequence[WebLine]:
    """The newest lines (of those older than the row `before`), oldest first."""
    query = select(WebLine).where(WebLine.account == account)
    if before:
        query = query.where(col(WebLine.id) < before)
    return session.exec(query.order_by(col(WebLine.id).desc()).limit(limit)).all()[::-1]


def lines_after(session: Session, account: str, seq: int, limit: int) -> Sequence[WebLine]:
    """What was written or changed since that number, in the order of the changes."""
    query = select(WebLine).where(WebLine.account == account, col(WebLine.seq) > seq)
    return session.exec(query.order_by(col(WebLine.seq)).limit(limit)).all()


def last_seq(session: Session, account: str) -> int:
    return session.exec(select(func.max(WebLine.seq)).where(WebLine.account == account)).one() or 0


def forget_lines(session: Session, before: datetime) -> None:
    session.execute(delete(WebLine).where(col(WebLine.at) < before))


def answer_to(session: Session, turn: str) -> Message | None:
    """The stored reply of the turn t<arrival id>, with its sources."""
    row = session.get(ArrivalRow, int(turn[1:])) if turn[:1] == "t" and turn[1:].isdigit() else None
    if row is None:
        return None
    query = (
        select(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(Message.external_id == f"reply:{row.channel}:{row.external_id}")
        .where(Conversation.channel == row.channel)
    )
    return session.exec(query).first()


def live_session(session: Session, token_hash: str, now: datetime) -> WebSession | None:
    row = session.get(WebSession, token_hash)
    return row if row is not None and row.ended_at is None and row.expires_at > now else None


def live_sessions(session: Session, account: str, now: datetime) -> Sequence[WebSession]:
    """The browsers this account is signed in from, the last used first."""
    query = select(WebSession).where(
        WebSession.account == account, col(WebSession.ended_at).is_(None), col(WebSession.expires_at) > now
    )
    return session.exec(query.order_by(col(WebSession.seen_at).desc())).all()


def end_sessions(session: Session, account: str, now: datetime, token_hash: str = "") -> None:
    """Sign out this browser, or all of the account's."""
    query = update(WebSession).where(col(WebSession.account) == account, col(WebSession.ended_at).is_(None))
    if token_hash:
        query = query.where(col(WebSession.token_hash) == token_hash)
    session.execute(query.values(ended_at=now))


def forget_sessions(session: Session, before: datetime) -> None:
    session.execute(delete(WebSession).where(col(WebSession.expires_at) < before))


def copies_of(session: Session, person_id: str, limit: int) -> Sequence[CardCopy]:
    """This person's copies of cards on every platform, the newest first."""
    query = select(CardCopy).where(CardCopy.person_id == person_id)
    return session.exec(query.order_by(col(CardCopy.at).desc(), col(CardCopy.id)).limit(limit)).all()


def copy_of(session: Session, person_id: str, channel: str, action_id: str) -> CardCopy | None:
    """This person's newest copy of that action's card on that channel."""
    query = select(CardCopy).where(
        CardCopy.person_id == person_id, CardCopy.channel == channel, CardCopy.action_id == action_id
    )
    return session.exec(query.order_by(col(CardCopy.at).desc())).first()
