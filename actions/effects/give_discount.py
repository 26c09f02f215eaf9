"""Give a discount on a deal's offer: a new approved version, every line recomputed in whole fen from its list price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, select

from actions.arguments import given, line, money, shown, tainted
from actions.card import CardLine
from actions.deal_fields import moment_of
from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.tables import Action
from knowledge.library import deals
from knowledge.model import Offer, Paper, Product
from policies.facts import ActionFacts

STANDS = ("approved", "sent", "accepted")
VALID = timedelta(days=30)
"""How long an offer holds at most (authority.md E5)."""


class Arguments(BaseModel):
    """What give_discount takes: the discount against list price in basis points. What a card shows may come back."""

    model_config = ConfigDict(extra="ignore")

    discount_bp: int = Field(ge=0, le=10_000)
    note: str = Field(default="", max_length=300)


class GiveDiscount:
    """The verb `give_discount`: after the band's approvals a new version of the offer, taken back while nobody uses it."""

    name = "give_discount"
    about = "deal"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        wish = given(Arguments, args, ("折扣", "discount"))
        base = _newest(scene.session, scene.deal.id)
        if base is None or not base.lines:
            raise BadArguments(
                "这个商机还没有带明细的报价,请先出一份报价 / this deal has no offer with lines yet; make a quote first"
            )
        lines = [_priced(one, wish.discount_bp) for one in base.lines]
        total = _total(lines)
        if base.discount_bp == wish.discount_bp and base.total_fen == total and base.status in STANDS:
            raise BadArguments(f"报价 {base.id} 已经是这个折扣 / offer {base.id} has this discount already")
        until = base.valid_until if base.valid_until and base.valid_until > scene.now else None
        return {
            "deal_id": scene.deal.id,
            "discount_bp": wish.discount_bp,
            "base_offer_id": base.id,
            "base_version": base.version,
            "base_discount_bp": base.discount_bp,
            "base_total_fen": base.total_fen,
            "lines": lines,
            "total_fen": total,
            "list_total_fen": sum(int(one["quantity"]) * int(one["list_price_fen"]) for one in lines),
            "currency": base.currency,
            "valid_until": (until or scene.now + VALID).isoformat(),
            "note": line(wish.note),
        }

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        return ActionFacts(
            amount_fen=int(payload["total_fen"]),
            discount_bp=int(payload["discount_bp"]),
            margin_below_floor=_below_floor(payload["lines"], scene.session),
            recipient_class="contact_on_deal",  # nothing is sent, yet it is the customer who gets it
            changed_fields=frozenset({"offer"}),
            tainted_args=tainted(scene),
        )

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        pct, currency = int(payload["discount_bp"]) / 100, payload["currency"]
        floor = "低于底价" if facts.get("margin_below_floor") else "不低于底价"
        old, new = (money(int(payload[key]), currency) for key in ("base_total_fen", "total_fen"))
        before = int(payload["base_discount_bp"]) / 100
        return Preview(
            headline=f"报价 {payload['base_offer_id']} 改为 {pct:g} % 折扣",
            headline_en=f"Offer {payload['base_offer_id']} at a discount of {pct:g} %",
            amount_line=f"折扣 {pct:g} % · {new} · {floor}",
            amount_fen=int(payload["total_fen"]),
            lines=(
                CardLine(zh="折扣", en="Discount", value=f"{before:g} % → {pct:g} %"),
                CardLine(zh="总价", en="Total", value=f"{old} → {new}"),
                *(_line_card(one, currency) for one in payload["lines"]),
                CardLine(zh="有效期至", en="Valid until", value=shown(moment_of(payload["valid_until"]))),
            ),
            evidence=(str(payload["base_offer_id"]),),
        )

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:  # noqa: ARG002
        payload = order.payload
        base = _newest(session, payload["deal_id"], lock=True)
        same = base is not None and (base.id, base.version, base.total_fen) == (
            payload["base_offer_id"],
            payload["base_version"],
            payload["base_total_fen"],
        )
        if base is None or not same:
            raise BadArguments(
                "判定之后已有新的报价,折扣没有生效 / there is a newer offer since; nothing was changed"
            )
        offer = Offer(
            id=f"O-{session.get_one(Action, order.action_id).code}",
            deal_id=payload["deal_id"],
            version=base.version + 1,
            status="approved",
            lines=list(payload["lines"]),
            total_fen=int(payload["total_fen"]),
            discount_bp=int(payload["discount_bp"]),
            currency=payload["currency"],
            valid_until=moment_of(payload["valid_until"]),
            created_at=order.now,
            note=payload["note"],
        )
        session.add(offer)
        session.flush()
        pct, total = offer.discount_bp / 100, money(offer.total_fen, offer.currency)
        return Change(
            detail=f"报价 {offer.id} 第 {offer.version} 版,折扣 {pct:g} %,总价 {total} / "
            f"offer {offer.id}, version {offer.version}, {pct:g} % off, total {total}",
            reference=offer.id,
            undo={"offer": offer.id},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        offer = session.get(Offer, str(change.get("offer", "")))
        newest = _newest(session, order.payload["deal_id"], lock=True)
        used = offer is not None and session.exec(select(Paper.id).where(Paper.offer_id == offer.id)).first()
        if offer is None or offer.status != "approved" or newest is None or newest.id != offer.id or used:
            raise BadArguments(
                "这版报价已经用过或有了新版,不能撤回 / this offer was used or replaced, so it stays"
            )
        session.delete(offer)
        session.flush()
        return f"报价 {offer.id} 已撤销 / offer {offer.id} is gone"


def _newest(session: Session, deal_id: str, *, lock: bool = False) -> Offer | None:
    """The last version that counts; a draft nobody approved does not."""
    if lock:
        session.exec(select(Offer).where(Offer.deal_id == deal_id).with_for_update()).all()
    return next((one for one in deals.offers(session, deal_id) if one.status != "draft"), None)


def _priced(given_line: Mapping[str, str | int], discount_bp: int) -> dict[str, str | int]:
    """A line at list price less the discount; the unit price is rounded half up to a whole fen."""
    listed = int(given_line["list_price_fen"])
    unit = (listed * (10_000 - discount_bp) + 5_000) // 10_000
    return {**given_line, "unit_price_fen": unit}


def _total(lines: Sequence[Mapping[str, str | int]]) -> int:
    return sum(int(one["quantity"]) * int(one["unit_price_fen"]) for one in lines)


def _below_floor(lines: Sequence[Mapping[str, Any]], session: Session) -> bool:
    """Whether any line is sold under its product's floor price."""
    for one in lines:
        product = session.get(Product, str(one.get("product_id", "")))
        if product is not None and int(one["unit_price_fen"]) < product.floor_price_fen:
            return True
    return False


def _line_card(one: Mapping[str, Any], currency: str) -> CardLine:
    listed, unit = money(int(one["list_price_fen"]), currency), money(int(one["unit_price_fen"]), currency)
    value = f"{one['name']} × {one['quantity']}: {listed} → {unit}"
    return CardLine(zh="明细", en="Line", value=value)
