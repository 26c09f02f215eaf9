"""The money of an offer, added up anew: lines that do not make the total, or a discount that is not the stated one, are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.insight.price_basis import discount_bp
from knowledge.model import Offer, Product

from .amounts import figures
from .faults import DocumentRefused

ROUNDING_FEN = 100
"""Unit prices are rounded to whole yuan; a stated discount may differ from the real one by that much a piece."""

ROUNDING_BP = 10
"""And never by more than this."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One priced line. Money in fen, the discount in basis points."""

    product_id: str
    name: str
    unit: str
    description: str
    quantity: int
    list_price_fen: int
    unit_price_fen: int

    @property
    def amount_fen(self) -> int:
        return self.quantity * self.unit_price_fen

    @property
    def list_amount_fen(self) -> int:
        return self.quantity * self.list_price_fen

    @property
    def discount_bp(self) -> int:
        return discount_bp(self.list_price_fen, self.unit_price_fen)

    def as_offer_line(self) -> dict[str, str | int]:
        """The line as an offer keeps it."""
        return {
            "product_id": self.product_id,
            "name": self.name,
            "quantity": self.quantity,
            "list_price_fen": self.list_price_fen,
            "unit_price_fen": self.unit_price_fen,
        }


@dataclass(frozen=True, kw_only=True)
class Money:
    """All lines and what they come to. `discount_bp` is recomputed from the lines, never taken on trust."""

    lines: tuple[Line, ...]
    currency: str = "CNY"

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def list_total_fen(self) -> int:
        return sum(line.list_amount_fen for line in self.lines)

    @property
    def discount_bp(self) -> int:
        return discount_bp(self.list_total_fen, self.total_fen)

    @property
    def largest_discount_bp(self) -> int:
        """The largest discount of any line or of the whole: what the discount bands are asked about."""
        return max([self.discount_bp, *(line.discount_bp for line in self.lines)])

    def below_floor(self, products: Mapping[str, Product]) -> bool:
        """Whether a line is sold below what the house allows. Says no number."""
        return any(
            (known := products.get(line.product_id)) is not None
            and 0 < line.unit_price_fen < max(known.floor_price_fen, 0)
            for line in self.lines
        )


def money_of(offer: Offer, products: Mapping[str, Product]) -> Money:
    """The offer's lines. Raises DocumentRefused when they do not add up to its total or its discount."""
    money = Money(lines=_lines(offer.lines, products), currency=offer.currency)
    if not money.lines:
        raise DocumentRefused(
            f"报价 {offer.id} 没有明细行，无法写进合同；请先补全明细。",
            f"offer {offer.id} has no lines to put on paper; complete it first",
        )
    if money.total_fen != offer.total_fen:
        stated, found = figures(offer.total_fen, offer.currency), figures(money.total_fen, offer.currency)
        raise DocumentRefused(
            f"报价 {offer.id} 的明细合计 {found}，与总价 {stated} 不一致；请先更正报价。",
            f"the lines of offer {offer.id} come to {found}, not to its total {stated}; correct the offer first",
        )
    _check_discount(offer, money)
    return money


def _check_discount(offer: Offer, money: Money) -> None:
    expected = money.list_total_fen * (10_000 - offer.discount_bp)
    pieces = sum(line.quantity for line in money.lines)
    rounding = min(pieces * ROUNDING_FEN * 10_000, money.list_total_fen * ROUNDING_BP)
    if abs(expected - money.total_fen * 10_000) > max(rounding, pieces * 10_000):
        raise DocumentRefused(
            f"报价 {offer.id} 记的折扣是 {offer.discount_bp / 100:g}%，按明细算是 {money.discount_bp / 100:g}%，"
            "两者不一致；请先更正报价。",
            f"offer {offer.id} states a discount of {offer.discount_bp / 100:g}%, its lines give "
            f"{money.discount_bp / 100:g}%; correct the offer first",
        )


def _lines(lines: Sequence[Mapping[str, Any]], products: Mapping[str, Product]) -> tuple[Line, ...]:
    found = []
    for line in lines:
        product = products.get(str(line.get("product_id", "")))
        quantity, unit = int(line.get("quantity", 0)), int(line.get("unit_price_fen", -1))
        if quantity <= 0 or unit < 0:
            name = line.get("name") or line.get("product_id") or "?"
            raise DocumentRefused(
                f"报价明细“{name}”的数量或单价不对；请先更正报价。",
                f"the quantity or price of the line “{name}” cannot be right; correct the offer first",
            )
        found.append(
            Line(
                product_id=str(line.get("product_id", "")),
                name=str(line.get("name") or (product.name if product else "")),
                unit=product.unit if product else "",
                description=product.description if product else "",
                quantity=quantity,
                list_price_fen=int(line.get("list_price_fen", unit)),
                unit_price_fen=unit,
            )
        )
    return tuple(found)
