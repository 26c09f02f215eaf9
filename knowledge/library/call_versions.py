"""Versions of transcripts, who is told about recordings, and cards that ask about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from knowledge.model import Person, TranscriptVersion


def versions(session: Session, interaction_id: str) -> Sequence[TranscriptVersion]:
    """Every stored version of a call's words, oldest first; none where nobody has corrected it."""
    query = select(TranscriptVersion).where(TranscriptVersion.interaction_id == interaction_id)
    return session.exec(query.order_by(col(TranscriptVersion.number))).all()


def forget(session: Session, interaction_id: str) -> None:
    """No version of what was said stays."""
    for row in versions(session, interaction_id):
        session.delete(row)


def colleague_names(session: Session) -> list[str]:
    """The names of those who work here, by id."""
    query = select(Person.name).where(col(Person.active)).order_by(col(Person.id))
    return [name for name in session.exec(query) if name]
