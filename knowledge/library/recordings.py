"""Recordings and the calls they are: what waits to be written down, and the calls of a deal or a colleague."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from knowledge.model import Contact, InboundFile, Interaction, InteractionKind, Product, Recording
from knowledge.model.files import BOUND

SPOKEN = (InteractionKind.CALL, InteractionKind.MEETING)


def recording(session: Session, interaction_id: str) -> Recording | None:
    """What is known of an interaction's recording."""
    return session.get(Recording, interaction_id)


def file_of(session: Session, interaction_id: str) -> InboundFile | None:
    """The file under which an interaction's bytes lie, the first that was sent."""
    query = select(InboundFile).where(
        InboundFile.interaction_id == interaction_id, InboundFile.state == BOUND
    )
    return session.exec(query.order_by(col(InboundFile.at), col(InboundFile.id))).first()


def files_of(session: Session, interaction_id: str) -> Sequence[InboundFile]:
    """Every file row of an interaction."""
    query = select(InboundFile).where(InboundFile.interaction_id == interaction_id)
    return session.exec(query.order_by(col(InboundFile.id))).all()


def calls(session: Session, deal_id: str = "") -> Sequence[Interaction]:
    """Calls and meetings, of one deal or all, newest first."""
    query = select(Interaction).where(col(Interaction.kind).in_(SPOKEN))
    if deal_id:
        query = query.where(Interaction.deal_id == deal_id)
    return session.exec(query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())).all()


def contact_names(session: Session, account_id: str | None) -> list[str]:
    """The names of a customer's people, by id."""
    query = select(Contact.name).where(Contact.account_id == account_id).order_by(col(Contact.id))
    return [name for name in session.exec(query) if name] if account_id else []


def product_names(session: Session) -> list[str]:
    """What we sell, by id."""
    return [name for name in session.exec(select(Product.name).order_by(col(Product.id))) if name]
