"""Deals with their stage history and offers, and the products they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, literal
from sqlmodel import Session, col, or_, select

from knowledge.model import Deal, Offer, Product, StageChange


def deal(session: Session, deal_id: str) -> Deal | None:
    """The deal with this id."""
    return session.get(Deal, deal_id)


def deals(
    session: Session,
    teams: frozenset[str] | None = None,
    *,
    or_owner: str = "",
    stages: Collection[str] = (),
    owner_id: str = "",
    account_id: str = "",
) -> Sequence[Deal]:
    """The deals of these teams, and those that `or_owner` owns in whatever team, by id. None for `teams` and empty
    `stages`, `owner_id`, `account_id` mean any."""
    query = select(Deal).order_by(col(Deal.id))
    if teams is not None:
        query = query.where(is_of(teams, or_owner))
    if stages:
        query = query.where(col(Deal.stage).in_(stages))
    if owner_id:
        query = query.where(Deal.owner_id == owner_id)
    if account_id:
        query = query.where(Deal.account_id == account_id)
    return session.exec(query).all()


def is_of(teams: frozenset[str], owner_id: str = "") -> ColumnElement[bool]:
    """The condition that a deal belongs to one of these teams, or to this colleague themselves."""
    return or_(col(Deal.team_id).in_(teams), and_(literal(owner_id) != "", col(Deal.owner_id) == owner_id))


def offers(session: Session, deal_id: str) -> Sequence[Offer]:
    """The offers of a deal, newest version first."""
    query = select(Offer).where(Offer.deal_id == deal_id)
    return session.exec(query.order_by(col(Offer.version).desc(), col(Offer.id).desc())).all()


def offer(session: Session, offer_id: str) -> Offer | None:
    """The offer with this id."""
    return session.get(Offer, offer_id)


def stage_changes(session: Session, deal_id: str) -> Sequence[StageChange]:
    """The steps of a deal through the process, oldest first."""
    query = select(StageChange).where(StageChange.deal_id == deal_id)
    return session.exec(query.order_by(col(StageChange.at), col(StageChange.id))).all()


def won_stage_changes(session: Session) -> Sequence[StageChange]:
    """The steps of all won deals, by deal and time: what 'usual time in a stage' is computed from."""
    query = select(StageChange).join(Deal, col(Deal.id) == col(StageChange.deal_id))
    query = query.where(Deal.stage == "won")
    return session.exec(query.order_by(col(StageChange.deal_id), col(StageChange.at))).all()


def product(session: Session, product_id: str) -> Product | None:
    """The product with this id."""
    return session.get(Product, product_id)


def products(session: Session) -> Sequence[Product]:
    """All products, by id. Cost and floor are in the rows and are confidential."""
    return session.exec(select(Product).order_by(col(Product.id))).all()


def won_offers(session: Session, teams: frozenset[str]) -> Sequence[tuple[Deal, Offer]]:
    """The won deals of these teams with the offer that was accepted, newest closing first."""
    query = select(Deal, Offer).join(Offer, col(Offer.deal_id) == col(Deal.id))
    query = query.where(Deal.stage == "won", Offer.status == "accepted", col(Deal.team_id).in_(teams))
    return session.exec(query.order_by(col(Deal.closed_at).desc(), col(Deal.id))).all()
