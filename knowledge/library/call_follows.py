"""Whom to tell about which recording, and how far they have been told: every step is taken by one of several processes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from knowledge.model import CallFollow, Conversation, InboundFile, Interaction, TranscriptVersion
from knowledge.model.calls import ASKING, SIDES, TOLD, WRITING, WRITTEN
from knowledge.model.files import BOUND, TO_TRANSCRIBE

from .upserts import insert_into

AT_ONCE = 100


def unfollowed(session: Session, limit: int = AT_ONCE) -> Sequence[tuple[InboundFile, Conversation]]:
    """Recordings that came in by a chat and nobody is told about yet, oldest first, with the chat they came from."""
    query = select(InboundFile, Conversation).join(
        Conversation, col(Conversation.id) == col(InboundFile.conversation_id)
    )
    query = query.join(Interaction, col(Interaction.id) == col(InboundFile.interaction_id))
    query = query.join(
        CallFollow, col(CallFollow.interaction_id) == col(InboundFile.interaction_id), isouter=True
    )
    query = query.where(InboundFile.state == BOUND, InboundFile.transcript == TO_TRANSCRIBE)
    query = query.where(col(CallFollow.interaction_id).is_(None))
    return session.exec(query.order_by(col(InboundFile.at), col(InboundFile.id)).limit(limit)).all()


def begin(session: Session, row: CallFollow) -> bool:
    """From now on they are told; False when another process has begun."""
    statement = insert_into(session, CallFollow).values(**row.model_dump()).on_conflict_do_nothing()
    made = session.execute(statement.returning(col(CallFollow.interaction_id)))
    return made.scalar_one_or_none() is not None


def under_way(session: Session) -> Sequence[CallFollow]:
    """Recordings whose senders wait to hear of them, oldest first."""
    query = select(CallFollow).where(col(CallFollow.stage).in_((ASKING, WRITING, SIDES)))
    return session.exec(
        query.order_by(col(CallFollow.at), col(CallFollow.interaction_id)).limit(AT_ONCE)
    ).all()


def moved(session: Session, row: CallFollow, **values: Any) -> bool:
    """Take one step from where `row` stands; False when another process took it first."""
    statement = (
        update(CallFollow)
        .where(
            col(CallFollow.interaction_id) == row.interaction_id,
            col(CallFollow.stage) == row.stage,
            col(CallFollow.told_s) == row.told_s,
            col(CallFollow.problem) == row.problem,
            col(CallFollow.worker) == row.worker,
        )
        .values(**values)
        .returning(col(CallFollow.interaction_id))
    )
    return session.execute(statement).first() is not None


def any_due(session: Session) -> bool:
    """Whether any summary is due, asked without a lock."""
    return (
        session.exec(select(CallFollow.interaction_id).where(CallFollow.stage == WRITTEN)).first() is not None
    )


def claim_summary(session: Session, worker: str, alive: Collection[str], now: datetime) -> CallFollow | None:
    """A summary that is due and that no process which lives is making, now this worker's; None where there is none."""
    free = or_(col(CallFollow.worker) == "", col(CallFollow.worker).not_in(sorted(alive)))
    query = select(CallFollow).where(CallFollow.stage == WRITTEN, free)
    for row in session.exec(
        query.order_by(col(CallFollow.at), col(CallFollow.interaction_id)).limit(8)
    ).all():
        if moved(session, row, worker=worker, claimed_at=now):
            session.expire(row)
            session.refresh(row)
            return row
    return None


def corrected_since_told(session: Session) -> Sequence[tuple[CallFollow, TranscriptVersion]]:
    """Calls that were told, with each version of their words that is newer than that."""
    query = select(CallFollow, TranscriptVersion).join(
        TranscriptVersion, col(TranscriptVersion.interaction_id) == col(CallFollow.interaction_id)
    )
    query = query.where(CallFollow.stage == TOLD, col(TranscriptVersion.author_id).is_not(None))
    query = query.where(col(TranscriptVersion.at) > col(CallFollow.told_at))
    return session.exec(query.order_by(col(TranscriptVersion.number)).limit(AT_ONCE)).all()
