"""Files that came in: those that wait for a word from their sender, and recordings that wait to be written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from knowledge.model import InboundFile, Interaction
from knowledge.model.files import BOUND, TO_TRANSCRIBE, WAITING


def waiting_files(session: Session, person_id: str, now: datetime) -> Sequence[InboundFile]:
    """The files of one colleague that wait and have not run out, oldest first."""
    query = select(InboundFile).where(InboundFile.person_id == person_id, InboundFile.state == WAITING)
    query = query.where(or_(col(InboundFile.expires_at).is_(None), col(InboundFile.expires_at) > now))
    return session.exec(query.order_by(col(InboundFile.at), col(InboundFile.id))).all()


def overdue_files(session: Session, now: datetime) -> Sequence[InboundFile]:
    """The files that have waited too long."""
    query = select(InboundFile).where(InboundFile.state == WAITING, col(InboundFile.expires_at) <= now)
    return session.exec(query.order_by(col(InboundFile.id))).all()


def is_held(session: Session, sha256: str) -> bool:
    """Whether any file that waits or is bound has these bytes."""
    query = select(InboundFile.id).where(InboundFile.sha256 == sha256)
    return session.exec(query.where(col(InboundFile.state).in_((WAITING, BOUND)))).first() is not None


def first_sent(session: Session, interaction_id: str) -> InboundFile | None:
    """How an interaction first came in as a file."""
    query = select(InboundFile).where(InboundFile.interaction_id == interaction_id)
    return session.exec(query.order_by(col(InboundFile.at), col(InboundFile.id))).first()


def to_transcribe(session: Session, limit: int = 0) -> Sequence[tuple[InboundFile, Interaction]]:
    """Recordings that nobody has written down yet, oldest first, each with the interaction whose text and segments are
    still empty; the bytes lie under the file's hash. `limit` 0 means all. Who has written one down fills the interaction
    and sets `transcript` to done, in one transaction."""
    query = select(InboundFile, Interaction).join(
        Interaction, col(Interaction.id) == col(InboundFile.interaction_id)
    )
    query = query.where(InboundFile.state == BOUND, InboundFile.transcript == TO_TRANSCRIBE)
    query = query.order_by(col(InboundFile.at), col(InboundFile.id))
    return session.exec(query.limit(limit) if limit else query).all()
