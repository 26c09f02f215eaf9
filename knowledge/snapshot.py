"""Rows become DealFacts: everything the floors above need to know of one deal, read in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from .library import customers, deals, interactions, people
from .model import Account, Contact, Deal, Interaction, Offer, Person, Product, StageChange


@dataclass(frozen=True, kw_only=True)
class DealFacts:
    """What is the case with one deal at `now`. `interactions` newest first, `stages` oldest first,
    `offers` newest first."""

    deal: Deal
    account: Account
    owner: Person
    product: Product | None
    contacts: tuple[Contact, ...]
    offers: tuple[Offer, ...]
    stages: tuple[StageChange, ...]
    interactions: tuple[Interaction, ...]
    now: datetime


def deal_facts(session: Session, deal_id: str, now: datetime) -> DealFacts | None:
    """Everything about one deal that had happened by `now`; None when there is no such deal."""
    deal = deals.deal(session, deal_id)
    account = customers.account(session, deal.account_id) if deal else None
    owner = people.person(session, deal.owner_id) if deal else None
    if deal is None or account is None or owner is None:
        return None
    return DealFacts(
        deal=deal,
        account=account,
        owner=owner,
        product=deals.product(session, deal.product_id) if deal.product_id else None,
        contacts=tuple(customers.deal_contacts(session, deal_id)),
        offers=tuple(deals.offers(session, deal_id)),
        stages=tuple(step for step in deals.stage_changes(session, deal_id) if step.at <= now),
        interactions=tuple(row for row in interactions.interactions(session, deal_id) if row.at <= now),
        now=now,
    )
