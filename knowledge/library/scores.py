"""What scores are made from: closed deals by stage, leads and what they did, fitted models and which one is in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from knowledge.model import Deal, FittedModel, Interaction, Lead, LeadTouch, Offer, StageChange

ENDED = ("won", "lost")


def closed_deals(session: Session, since: datetime, until: datetime) -> Sequence[Deal]:
    """Deals won or lost in this time, by id."""
    query = select(Deal).where(col(Deal.stage).in_(ENDED), col(Deal.closed_at) >= since)
    return session.exec(query.where(col(Deal.closed_at) <= until).order_by(col(Deal.id))).all()


def stages_passed(session: Session, deals: Sequence[Deal]) -> dict[str, set[str]]:
    """Deal id -> the stages it was in."""
    wanted = {deal.id for deal in deals}
    found: dict[str, set[str]] = {}
    for deal_id, stage in session.exec(select(StageChange.deal_id, StageChange.stage)):
        if deal_id in wanted:
            found.setdefault(deal_id, set()).add(stage)
    return found


def any_talk(session: Session) -> bool:
    """Whether there is any talk with a customer on record."""
    return session.exec(select(Interaction.id).limit(1)).first() is not None


def leads(session: Session, teams: frozenset[str] | None = None, or_owner: str = "") -> Sequence[Lead]:
    """The leads of these teams and those somebody owns, by id; None means all."""
    query = select(Lead).order_by(col(Lead.id))
    if teams is not None:
        mine = col(Lead.owner_id) == (or_owner or "-")
        query = query.where(or_(col(Lead.team_id).in_(teams), mine))
    return session.exec(query).all()


def touches(session: Session, lead_ids: Sequence[str]) -> dict[str, list[LeadTouch]]:
    """Lead id -> what it did, newest first."""
    found: dict[str, list[LeadTouch]] = {one: [] for one in lead_ids}
    for start in range(0, len(lead_ids), 500):
        part = lead_ids[start : start + 500]
        query = select(LeadTouch).where(col(LeadTouch.lead_id).in_(part))
        for row in session.exec(query.order_by(col(LeadTouch.at).desc(), col(LeadTouch.id).desc())):
            found[row.lead_id].append(row)
    return found


def last_offers_of_closed(session: Session, since: datetime, until: datetime) -> Sequence[tuple[Deal, Offer]]:
    """Closed deals of this time with each of their offers, by deal id and version."""
    query = select(Deal, Offer).join(Offer, col(Offer.deal_id) == col(Deal.id))
    query = query.where(
        col(Deal.stage).in_(ENDED), col(Deal.closed_at) >= since, col(Deal.closed_at) <= until
    )
    return session.exec(query.order_by(col(Deal.id), col(Offer.version))).all()


def model_in_use(session: Session, kind: str) -> FittedModel | None:
    """The model of a kind that is in use."""
    query = select(FittedModel).where(FittedModel.kind == kind, col(FittedModel.active).is_(True))
    return session.exec(query).first()


def models(session: Session, kind: str = "") -> Sequence[FittedModel]:
    """Every version, newest first; an empty kind means all."""
    query = select(FittedModel).order_by(col(FittedModel.fitted_at).desc(), col(FittedModel.id))
    return session.exec(query.where(FittedModel.kind == kind) if kind else query).all()


def take_into_use(session: Session, row: FittedModel, now: datetime, why: str) -> None:
    """This version and no other of its kind."""
    for other in models(session, row.kind):
        if other.active and other.id != row.id:
            other.active = False
            session.add(other)
    row.active, row.activated_at, row.why = True, now, why
    session.add(row)
    session.flush()
