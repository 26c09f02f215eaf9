"""What happened with customers, and the counts the gate asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from knowledge.model import OUTBOUND, Interaction, InteractionKind

ATTACHMENT = "attachment"
"""Provenance of what came in as a file."""
_TOUCHES = (InteractionKind.MAIL, InteractionKind.CALL, InteractionKind.MEETING, InteractionKind.CHAT)


def interaction(session: Session, interaction_id: str) -> Interaction | None:
    """The interaction with this id."""
    return session.get(Interaction, interaction_id)


def interactions(session: Session, deal_id: str, limit: int = 0) -> Sequence[Interaction]:
    """The interactions of a deal, newest first; `limit` 0 means all."""
    query = select(Interaction).where(Interaction.deal_id == deal_id)
    query = query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())
    return session.exec(query.limit(limit) if limit else query).all()


def interactions_of_account(session: Session, account_id: str, limit: int = 0) -> Sequence[Interaction]:
    """The interactions with a customer, newest first; `limit` 0 means all."""
    query = select(Interaction).where(Interaction.account_id == account_id)
    query = query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())
    return session.exec(query.limit(limit) if limit else query).all()


def every_interaction(session: Session) -> Sequence[Interaction]:
    """All interactions in the order of their ids: what the indexes are built from."""
    return session.exec(select(Interaction).order_by(col(Interaction.id))).all()


def mails_to_contact(session: Session, contact_id: str, since: datetime, but: Sequence[str] = ()) -> int:
    """How many mails we sent to this person at a customer since then; the interactions `but` are not counted."""
    query = _sent_mails(since).where(Interaction.contact_id == contact_id)
    if but:
        query = query.where(col(Interaction.id).not_in(but))
    return session.exec(query).one()


def mails_by_person(session: Session, person_id: str, since: datetime) -> int:
    """How many mails this colleague sent to customers since then."""
    return session.exec(_sent_mails(since).where(Interaction.person_id == person_id)).one()


def unanswered_count(session: Session, deal_id: str, contact_id: str = "") -> int:
    """How many of our mails and messages the customer has left unanswered since they last said anything.

    A call or meeting counts as an answer: the customer was there. `contact_id` narrows it to one person. What somebody
    sent in as a file counts for nothing: anybody can write a mail and say that the customer did.
    """
    query = select(Interaction).where(Interaction.deal_id == deal_id, col(Interaction.kind).in_(_TOUCHES))
    query = query.where(Interaction.provenance != ATTACHMENT)
    if contact_id:
        query = query.where(Interaction.contact_id == contact_id)
    rows = session.exec(query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())).all()
    count = 0
    for row in rows:
        talked = row.kind in (InteractionKind.CALL, InteractionKind.MEETING)
        if talked or row.direction not in OUTBOUND or _customer_speaks(row):
            break
        count += 1
    return count


def _customer_speaks(row: Interaction) -> bool:
    return any(part.get("side") == "customer" for part in row.segments)


def _sent_mails(since: datetime) -> SelectOfScalar[int]:
    query = select(func.count()).select_from(Interaction)
    sent = col(Interaction.direction).in_(OUTBOUND)
    query = query.where(Interaction.kind == InteractionKind.MAIL, sent, col(Interaction.at) >= since)
    return query.where(Interaction.provenance != ATTACHMENT)
