"""Stored judgements of transcripts, people's marks beside them, and the calls they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.model import CallNote, HumanMark, Interaction, InteractionKind, Judgement, PersonConsent

CALLS = (InteractionKind.CALL, InteractionKind.MEETING)


def judgement(
    session: Session, interaction_id: str, kind: str, transcript_hash: str, version: str, model: str
) -> Judgement | None:
    """The one made of this very transcript by this version and model."""
    query = select(Judgement).where(
        Judgement.interaction_id == interaction_id,
        Judgement.kind == kind,
        Judgement.transcript_hash == transcript_hash,
        Judgement.version == version,
        Judgement.model == model,
    )
    return session.exec(query).first()


def judgements(session: Session, interaction_id: str, kind: str) -> Sequence[Judgement]:
    """Every one of a kind about one interaction, newest first."""
    query = select(Judgement).where(Judgement.interaction_id == interaction_id, Judgement.kind == kind)
    return session.exec(query.order_by(col(Judgement.created_at).desc(), col(Judgement.id))).all()


def forget(session: Session, interaction_id: str) -> None:
    """Nothing that was made of a transcript stays: its quotes are the words themselves."""
    for row in session.exec(select(Judgement).where(Judgement.interaction_id == interaction_id)).all():
        session.delete(row)
    for mark in session.exec(select(HumanMark).where(HumanMark.interaction_id == interaction_id)).all():
        session.delete(mark)
    for note in session.exec(select(CallNote).where(CallNote.interaction_id == interaction_id)).all():
        session.delete(note)


def marks(session: Session, interaction_id: str, card: str) -> Sequence[HumanMark]:
    """What people said of this call on this card, oldest first."""
    query = select(HumanMark).where(HumanMark.interaction_id == interaction_id, HumanMark.card == card)
    return session.exec(query.order_by(col(HumanMark.at), col(HumanMark.id))).all()


def notes(session: Session, interaction_id: str, person_id: str) -> Sequence[CallNote]:
    """One colleague's own notes about a call, oldest first."""
    query = select(CallNote).where(CallNote.interaction_id == interaction_id, CallNote.person_id == person_id)
    return session.exec(query.order_by(col(CallNote.at), col(CallNote.id))).all()


def newest_consent(session: Session, person_id: str, purpose: str) -> PersonConsent | None:
    """What a colleague last said about themselves for a purpose."""
    query = select(PersonConsent).where(
        PersonConsent.person_id == person_id, PersonConsent.purpose == purpose
    )
    return session.exec(query.order_by(col(PersonConsent.at).desc(), col(PersonConsent.id).desc())).first()


def calls(
    session: Session,
    person_ids: Collection[str],
    since: datetime | None,
    until: datetime | None,
    deal_id: str = "",
    limit: int = 200,
    skip: int = 0,
) -> Sequence[Interaction]:
    """Calls and meetings of these colleagues (empty: of anybody), newest first, between two moments, both included; `limit` of
    them after the first `skip`."""
    query = select(Interaction).where(col(Interaction.kind).in_(CALLS))
    if person_ids:
        query = query.where(col(Interaction.person_id).in_(sorted(person_ids)))
    if deal_id:
        query = query.where(Interaction.deal_id == deal_id)
    if since is not None:
        query = query.where(col(Interaction.at) >= since)
    if until is not None:
        query = query.where(col(Interaction.at) <= until)
    return session.exec(
        query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc()).offset(skip).limit(limit)
    ).all()
