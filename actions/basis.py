"""What a yes to terms rests on besides the payload: the offers that count and the price list, as one hash.

A yes is bound to the payload's hash and to this one. When an offer or a list price changes in between, the yes no longer
counts and the same people are asked again (authority.md E3: "approve stale content").
"""

from __future__ import annotations

from sqlmodel import Session

from knowledge.library import deals
from knowledge.model import Deal

from .action import canonical, digest
from .tables import Action

SPEAKS_OF_TERMS = frozenset(
    {"send_email", "message_customer", "give_discount", "send_quote", "send_contract"}
)
"""Verbs that may state a price, a discount or an amount (`terms` in the Cedar schema)."""

COUNTS = ("approved", "sent", "accepted")


def basis_of(session: Session, action: Action) -> str:
    """SHA-256 over what the terms are judged against; "" for verbs that state none."""
    if action.action not in SPEAKS_OF_TERMS or action.resource_kind != "deal":
        return ""
    deal = session.get(Deal, action.resource_id)
    if deal is None:
        return ""
    product = deals.product(session, deal.product_id) if deal.product_id else None
    offers = [
        {"id": o.id, "version": o.version, "total": o.total_fen, "discount": o.discount_bp, "lines": o.lines}
        for o in deals.offers(session, deal.id)
        if o.status in COUNTS
    ]
    prices = [product.list_price_fen, product.floor_price_fen] if product else []
    return digest(canonical({"offers": offers, "prices": prices, "customer": deal.account_id}))
