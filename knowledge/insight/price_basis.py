"""What like customers paid: the discounts of won deals behind a quoted price, with their ids, n and range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

ENOUGH = 3
"""Below this many won deals there is no number, only the sentence that there are not enough."""


@dataclass(frozen=True, kw_only=True)
class WonLine:
    """One line of the last offer of a won deal. Prices in fen for one unit; `won_at` is when the deal was closed."""

    deal_id: str
    product_id: str
    industry: str
    region: str
    quantity: int
    list_price_fen: int
    unit_price_fen: int
    won_at: datetime

    @property
    def discount_bp(self) -> int:
        return discount_bp(self.list_price_fen, self.unit_price_fen)


@dataclass(frozen=True, kw_only=True)
class PriceBasis:
    """Discounts in basis points of `n` won deals, newest first. `scope`: industry_and_region, industry, region, or ""
    when there are fewer than three of any kind; then `usual_bp` means nothing and `enough` is False."""

    product_id: str
    scope: str
    deal_ids: tuple[str, ...]
    discounts_bp: tuple[int, ...]

    @property
    def n(self) -> int:
        return len(self.deal_ids)

    @property
    def enough(self) -> bool:
        return self.n >= ENOUGH

    @property
    def usual_bp(self) -> int:
        """The median; of two middle ones the smaller discount, rounded down."""
        return int(median(self.discounts_bp)) if self.discounts_bp else 0

    @property
    def range_bp(self) -> tuple[int, int]:
        return (min(self.discounts_bp, default=0), max(self.discounts_bp, default=0))


def discount_bp(list_price_fen: int, price_fen: int) -> int:
    """The discount against list price in basis points, rounded half up; 0 where there is no list price or no discount."""
    if list_price_fen <= 0 or price_fen >= list_price_fen:
        return 0
    return ((list_price_fen - price_fen) * 20_000 + list_price_fen) // (2 * list_price_fen)


def price_basis(
    product_id: str, industry: str, region: str, won: Iterable[WonLine], own_deal: str = ""
) -> PriceBasis:
    """Won deals with this product of customers alike: the narrowest of same industry and region, same industry, same
    region that has three; otherwise whatever there is, marked as not enough. The deal's own lines never count."""
    same = sorted(
        (
            line
            for line in won
            if line.product_id == product_id and line.deal_id != own_deal and line.list_price_fen > 0
        ),
        key=lambda line: (-line.won_at.timestamp(), line.deal_id),
    )
    by_industry = [line for line in same if industry and line.industry == industry]
    by_region = [line for line in same if region and line.region == region]
    both = [line for line in by_industry if line in by_region]
    for scope, lines in (("industry_and_region", both), ("industry", by_industry), ("region", by_region)):
        if len({line.deal_id for line in lines}) >= ENOUGH:
            return _basis(product_id, scope, lines)
    either = [line for line in same if line in by_industry or line in by_region]
    return _basis(product_id, "", either)


def _basis(product_id: str, scope: str, lines: Sequence[WonLine]) -> PriceBasis:
    newest: dict[str, WonLine] = {}
    for line in lines:
        newest.setdefault(line.deal_id, line)
    return PriceBasis(
        product_id=product_id,
        scope=scope,
        deal_ids=tuple(newest),
        discounts_bp=tuple(line.discount_bp for line in newest.values()),
    )


def price_after(list_price_fen: int, bp: int) -> int:
    """The unit price after a discount, rounded up to whole yuan but never above the list price, so that rounding adds
    nothing to the discount."""
    exact = list_price_fen * (10_000 - bp)
    step = 100 * 10_000 if list_price_fen >= 10_000 else 10_000
    return min(list_price_fen, -(-exact // step) * (step // 10_000))
