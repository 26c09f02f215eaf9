"""Rows become DealFacts: everything the floors above need to know of one deal, read in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from .library import customers, deals, forecasts, interactions, people
from .library.parts import in_parts
from .model import Account, Contact, Deal, Interaction, Offer, Person, Product, StageChange
from .stage_times import put_off, usual_days

OfDeal = TypeVar("OfDeal", Offer, StageChange, Interaction)


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
    usual_days: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    pushed: tuple[str, ...] = ()
    """Stage -> (days within which three of four won deals left it, how many there were); the days on which the expected
    close was found to have been put off."""


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
        usual_days=usual_days(session, now),
        pushed=put_off(forecasts.closes_of(session, [deal_id]).get(deal_id, ()), deal.expected_close, now),
    )


def many_facts(session: Session, rows: Sequence[Deal], now: datetime) -> list[DealFacts]:
    """The same for many deals, in a few queries, in the order of `rows`; a deal without customer or owner is left out."""
    ids = [row.id for row in rows]
    accounts = {
        row.id: row for row in in_parts(session, Account, Account.id, [row.account_id for row in rows])
    }
    owners = {row.id: row for row in in_parts(session, Person, Person.id, [row.owner_id for row in rows])}
    sold = {
        row.id: row
        for row in in_parts(session, Product, Product.id, [r.product_id for r in rows if r.product_id])
    }
    offers = _by_deal(in_parts(session, Offer, Offer.deal_id, ids))
    steps = _by_deal(in_parts(session, StageChange, StageChange.deal_id, ids))
    talk = _by_deal(in_parts(session, Interaction, Interaction.deal_id, ids))
    people_of = customers.contacts_of_deals(session, ids)
    closes, usual = forecasts.closes_of(session, ids), usual_days(session, now)
    return [
        DealFacts(
            deal=row,
            account=accounts[row.account_id],
            owner=owners[row.owner_id],
            product=sold.get(row.product_id or ""),
            contacts=tuple(people_of.get(row.id, ())),
            offers=tuple(sorted(offers.get(row.id, ()), key=lambda o: (o.version, o.id), reverse=True)),
            stages=tuple(s for s in sorted(steps.get(row.id, ()), key=lambda s: (s.at, s.id)) if s.at <= now),
            interactions=tuple(
                i
                for i in sorted(talk.get(row.id, ()), key=lambda i: (i.at, i.id), reverse=True)
                if i.at <= now
            ),
            now=now,
            usual_days=usual,
            pushed=put_off(closes.get(row.id, ()), row.expected_close, now),
        )
        for row in rows
        if row.account_id in accounts and row.owner_id in owners
    ]


def _by_deal(rows: Iterable[OfDeal]) -> dict[str, list[OfDeal]]:
    found: dict[str, list[OfDeal]] = {}
    for row in rows:
        if row.deal_id:
            found.setdefault(row.deal_id, []).append(row)
    return found
