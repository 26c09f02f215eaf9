"""What a deal's products may cost: peers among the closed deals the asker sees, the floor only for who may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.insight.prices import NoRange, PriceAsk, PriceRange, SoldLine, price_range
from knowledge.library import deals as deal_rows
from knowledge.library import scores as score_rows
from knowledge.model import Account, Deal, Offer, Product
from knowledge.own_models import scores_of
from knowledge.snapshot import DealFacts
from policies.facts import ActionFacts, Resource

from .gate import Gate
from .rows import Rows
from .score_view import PriceNote
from .subjects import find_subject

LONG = timedelta(days=1826)
"""How far back peers are ever looked for."""
SALES = timedelta(days=365)
"""Time over which the usual sales are counted, for the days that the stock lasts."""
USUAL = 10
"""Pieces sold in that time below which nothing is usual."""
STEPS_BP = range(100, 3100, 100)
Closed = Sequence[tuple[Deal, Offer]]


def price_notes(session: Session, facts: DealFacts, rows: Rows, gate: Gate, now: datetime) -> list[PriceNote]:
    """A note for every product of the deal's last offer, else for the deal's product."""
    closed = score_rows.last_offers_of_closed(session, now - LONG, now)
    accounts: dict[str, Account | None] = {}
    lines_of = {one.id: one.line for one in deal_rows.products(session)}
    seen = {deal.id for deal in rows.deals()}
    lines = [
        line
        for deal, offer in _last(closed)
        if deal.id in seen
        for line in _sold(session, deal, offer, accounts, lines_of)
    ]
    rules = scores_of(session).price
    free, seats = _authority(session, facts.deal.id, rows, gate)
    notes = []
    for product in _products(session, facts):
        found = price_range(_ask(facts, product, closed, now), lines, rules)
        notes.append(_note(product, found, rows, free, seats))
    return notes


def _last(closed: Closed) -> list[tuple[Deal, Offer]]:
    """The last offer of each deal."""
    pairs: dict[str, tuple[Deal, Offer]] = {}
    for deal, offer in closed:
        pairs[deal.id] = (deal, offer)
    return list(pairs.values())


def _sold(
    session: Session,
    deal: Deal,
    offer: Offer,
    accounts: dict[str, Account | None],
    lines_of: Mapping[str, str],
) -> list[SoldLine]:
    if deal.account_id not in accounts:
        accounts[deal.account_id] = session.get(Account, deal.account_id)
    account = accounts[deal.account_id]
    if account is None or deal.closed_at is None or offer.currency != deal.currency:
        return []
    return [
        SoldLine(
            deal_id=deal.id,
            product_id=str(line["product_id"]),
            line=lines_of.get(str(line["product_id"]), ""),
            region=account.region,
            size=account.tier,
            industry=account.industry,
            unit_price_fen=int(line["unit_price_fen"]),
            list_price_fen=int(line["list_price_fen"]),
            closed_at=deal.closed_at,
            won=deal.stage == "won",
        )
        for line in offer.lines
        if int(line["unit_price_fen"]) > 0
    ]


def _products(session: Session, facts: DealFacts) -> list[Product]:
    offer = facts.offers[0] if facts.offers else None
    wanted = [str(line["product_id"]) for line in offer.lines] if offer else []
    wanted = wanted or ([facts.deal.product_id] if facts.deal.product_id else [])
    found = (deal_rows.product(session, one) for one in dict.fromkeys(wanted))
    return [one for one in found if one is not None and one.currency == facts.deal.currency]


def _ask(facts: DealFacts, product: Product, closed: Closed, now: datetime) -> PriceAsk:
    theirs = facts.deal.extra.get("competitor_price", "").replace(",", "")
    return PriceAsk(
        product_id=product.id,
        line=product.line,
        list_price_fen=product.list_price_fen,
        cost_fen=product.cost_fen,
        policy_floor_fen=product.floor_price_fen,
        region=facts.account.region,
        size=facts.account.tier,
        industry=facts.account.industry,
        now=now,
        own_deal=facts.deal.id,
        stock_days=_stock_days(product, closed, now),
        competitor_fen=round(float(theirs) * 100) if theirs.replace(".", "", 1).isdigit() else None,
        strategic=facts.account.extra.get("strategic", "").casefold() in {"yes", "是", "true", "1"},
    )


def _stock_days(product: Product, closed: Closed, now: datetime) -> float | None:
    """Stock over what was sold a day in the last year; None without stock on record or with hardly any sales."""
    sold = sum(
        int(line["quantity"])
        for deal, offer in _last(closed)
        if deal.stage == "won" and deal.closed_at and deal.closed_at >= now - SALES
        for line in offer.lines
        if line["product_id"] == product.id
    )
    return product.stock / (sold / SALES.days) if product.stock > 0 and sold >= USUAL else None


def _note(
    product: Product,
    found: PriceRange | NoRange,
    rows: Rows,
    free: int,
    seats: tuple[str, ...],
) -> PriceNote:
    may = rows.may(Resource(kind="product", id=product.id, confidential=True))
    told = found if isinstance(found, PriceRange) else None
    return PriceNote(
        product_id=product.id,
        product=product.name,
        unit=product.unit,
        currency=product.currency,
        list_price_fen=product.list_price_fen,
        floor_fen=found.floor_fen if may else None,
        target_fen=_shown(told.target_fen, found, may) if told else None,
        ceiling_fen=_shown(told.ceiling_fen, found, may) if told else None,
        scope=told.scope if told else "",
        n=found.n,
        peers=told.peers if told else (),
        adjustments=told.adjustments if told else (),
        free_bp=free,
        next_seats=seats,
    )


def _shown(fen: int, found: PriceRange | NoRange, may: bool) -> int | None:
    """A price that is the floor, or nearly, would give it away to who may not read it."""
    return fen if may or fen > found.floor_fen * 1.001 else None


def _authority(session: Session, deal_id: str, rows: Rows, gate: Gate) -> tuple[int, tuple[str, ...]]:
    """The largest discount that needs nobody else's yes, and whose yes the next step needs, as the rules in force say."""
    subject = find_subject(session, rows.person, "deal", deal_id)
    if subject is None:
        return 0, ()
    judge, free = gate.judge_for(session), 0
    for bp in STEPS_BP:
        decision = judge.decide(
            rows.principal, "give_discount", subject.resource, ActionFacts(discount_bp=bp)
        )
        hits = [hit for hit in decision.rules if hit.id.startswith("discount-")]
        seats = tuple(seat for hit in hits[:1] for seat in hit.approvers if seat != "requester")
        if seats:
            return free, seats
        free = bp
    return free, ()
