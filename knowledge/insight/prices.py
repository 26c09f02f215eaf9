"""A price range (definitions.md D13): floor, target and ceiling for one unit, with peers, n and every adjustment.

    floor   = max(cost * (1 + least margin), policy floor)
    target  = P50, ceiling = P75 of the unit price in peers, each moved by bounded adjustments, never below the floor

Peers are won lines of the same product, region and size band of the last months; with fewer than needed the net is cast
wider, one condition at a time (at last to the product line and the whole house, whose shares of list price are taken),
and the scope says so. Money in fen, shares in basis points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

from knowledge.blueprints.scores import PriceRules

Scope = Literal["region_and_size", "region", "size", "product", "product_ever", "line", "house"]
LEAST = 3
"""Fewer peers than this even in the widest net is no basis for a range."""
FEW_LOST = 5
"""Lost offers (and won ones) needed before anything is said about how sensitive customers alike are to price."""


@dataclass(frozen=True, kw_only=True)
class SoldLine:
    """One line of the last offer of a closed deal. `share_bp` is what it cost against list, 10000 = list."""

    deal_id: str
    product_id: str
    line: str
    region: str
    size: str
    industry: str
    unit_price_fen: int
    list_price_fen: int
    closed_at: datetime
    won: bool

    @property
    def share_bp(self) -> int:
        return (
            round(10_000 * self.unit_price_fen / self.list_price_fen) if self.list_price_fen > 0 else 10_000
        )


@dataclass(frozen=True, kw_only=True)
class PriceAsk:
    """What is to be priced. `stock_days`: days the stock lasts at the usual sales; `competitor_fen` a competitor's unit
    price when one is known; `strategic` whether the customer is one we want. None where nothing is on record."""

    product_id: str
    line: str
    list_price_fen: int
    cost_fen: int
    policy_floor_fen: int
    region: str
    size: str
    industry: str
    now: datetime
    own_deal: str = ""
    stock_days: float | None = None
    competitor_fen: int | None = None
    strategic: bool = False


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """One adjustment of target and ceiling in basis points (0: looked at, no reason to move), with its reason."""

    name: str
    bp: int
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class PriceRange:
    """A range for one unit in fen. `floor_fen` is confidential. `peers` are the deals behind it, newest first."""

    floor_fen: int
    target_fen: int
    ceiling_fen: int
    scope: Scope
    peers: tuple[str, ...]
    adjustments: tuple[Adjustment, ...]
    at_floor: bool

    @property
    def n(self) -> int:
        return len(self.peers)


@dataclass(frozen=True, kw_only=True)
class NoRange:
    """No range: `n` peers even in the widest net. The floor is confidential here too."""

    n: int
    floor_fen: int


def price_range(ask: PriceAsk, lines: Iterable[SoldLine], rules: PriceRules) -> PriceRange | NoRange:
    """The range of one product for one customer."""
    sold = sorted(
        (one for one in lines if one.deal_id != ask.own_deal and one.list_price_fen > 0),
        key=lambda one: (-one.closed_at.timestamp(), one.deal_id),
    )
    floor = max(-(-ask.cost_fen * (10_000 + rules.min_margin_bp) // 10_000), ask.policy_floor_fen)
    scope, peers = _cast(ask, [one for one in sold if one.won and one.unit_price_fen > 0], rules)
    if len(peers) < LEAST:
        return NoRange(n=len(peers), floor_fen=floor)
    shares = sorted(one.share_bp for one in peers)
    moves = tuple(made(ask, sold, rules) for made in ADJUSTMENTS)
    moved = sum(one.bp for one in moves)
    target = _fen(ask.list_price_fen, _quantile(shares, 0.5), moved)
    ceiling = _fen(ask.list_price_fen, _quantile(shares, 0.75), moved)
    return PriceRange(
        floor_fen=floor,
        target_fen=max(floor, target),
        ceiling_fen=max(floor, target, ceiling),
        scope=scope,
        peers=tuple(one.deal_id for one in peers),
        adjustments=moves,
        at_floor=target <= floor,
    )


def _once(lines: Sequence[SoldLine]) -> list[SoldLine]:
    """One line a deal."""
    return list({one.deal_id: one for one in reversed(lines)}.values())[::-1]


def _cast(ask: PriceAsk, won: Sequence[SoldLine], rules: PriceRules) -> tuple[Scope, list[SoldLine]]:
    """The narrowest net that holds enough peers; else the one that holds most."""
    since = ask.now - timedelta(days=round(rules.months * 30.44))
    same = _once([one for one in won if one.product_id == ask.product_id])
    lately = [one for one in won if one.closed_at >= since]
    recent = [one for one in same if one.closed_at >= since]
    here = [one for one in recent if ask.region and one.region == ask.region]
    alike = [one for one in recent if ask.size and one.size == ask.size]
    nets: tuple[tuple[Scope, list[SoldLine]], ...] = (
        ("region_and_size", [one for one in here if one in alike]),
        ("region", here),
        ("size", alike),
        ("product", recent),
        ("product_ever", same),
        ("line", _once([one for one in lately if ask.line and one.line == ask.line])),
        ("house", _once(lately)),
    )
    most = max(nets, key=lambda pair: len(pair[1]))
    return next(((scope, net) for scope, net in nets if len(net) >= rules.peers), most)


def _quantile(ordered: Sequence[int], share: float) -> float:
    """Linear between neighbours (Hyndman and Fan's type 7)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _fen(list_price_fen: int, share_bp: float, moved_bp: int) -> int:
    """Peers' share of today's list price, adjusted, rounded to whole yuan where the price has them."""
    exact = list_price_fen * share_bp / 10_000 * (1 + moved_bp / 10_000)
    step = 100 if list_price_fen >= 10_000 else 1
    return max(step, round(exact / step) * step)


def _bounded(bp: float, rules: PriceRules) -> int:
    return round(min(rules.bound_bp, max(-rules.bound_bp, bp)))


def _stock(ask: PriceAsk, sold: Sequence[SoldLine], rules: PriceRules) -> Adjustment:  # noqa: ARG001
    if ask.stock_days is None:
        return Adjustment(name="stock", bp=0, zh="库存天数未知,不调", en="days of stock unknown, not moved")
    over = max(0.0, ask.stock_days / rules.stock_days - 1)
    bp = _bounded(-rules.stock_bp * over, rules)
    return Adjustment(
        name="stock",
        bp=bp,
        zh=f"库存约够卖 {ask.stock_days:.0f} 天(界线 {rules.stock_days} 天)",
        en=f"stock lasts about {ask.stock_days:.0f} days (line {rules.stock_days})",
    )


def _competitor(ask: PriceAsk, sold: Sequence[SoldLine], rules: PriceRules) -> Adjustment:  # noqa: ARG001
    if not ask.competitor_fen or ask.list_price_fen <= 0:
        return Adjustment(
            name="competitor", bp=0, zh="竞品价格没有记录,不调", en="no competitor price on record, not moved"
        )
    gap = ask.competitor_fen / ask.list_price_fen - 1
    bp = _bounded(rules.competitor_bp * gap * 10, rules)
    return Adjustment(
        name="competitor",
        bp=bp,
        zh=f"竞品价为我方标价的 {100 * (1 + gap):.0f}%",
        en=f"the competitor is at {100 * (1 + gap):.0f}% of our list price",
    )


def _sensitivity(ask: PriceAsk, sold: Sequence[SoldLine], rules: PriceRules) -> Adjustment:
    """Customers alike that said no to dearer offers than others said yes to are sensitive to price."""
    alike = [one for one in sold if ask.industry and one.industry == ask.industry]
    won, lost = ([one.share_bp for one in alike if one.won is which] for which in (True, False))
    if len(won) < FEW_LOST or len(lost) < FEW_LOST:
        return Adjustment(
            name="sensitivity",
            bp=0,
            zh=f"同行业价格敏感度数据不足(赢 {len(won)},丢 {len(lost)}),不调",
            en=f"too little on price sensitivity in the industry (won {len(won)}, lost {len(lost)}), not moved",
        )
    gap = median(lost) - median(won)
    return Adjustment(
        name="sensitivity",
        bp=-_bounded(min(max(gap, 0), rules.sensitivity_bp), rules),
        zh=f"同行业丢单的报价中位比赢单高 {gap / 100:g} 个点(赢 {len(won)},丢 {len(lost)})",
        en=f"lost offers in the industry were {gap / 100:g} points dearer than won ones (won {len(won)}, lost {len(lost)})",
    )


def _strategic(ask: PriceAsk, sold: Sequence[SoldLine], rules: PriceRules) -> Adjustment:  # noqa: ARG001
    if not ask.strategic:
        return Adjustment(name="strategic", bp=0, zh="不是战略客户", en="no strategic customer")
    return Adjustment(
        name="strategic", bp=-_bounded(rules.strategic_bp, rules), zh="战略客户", en="strategic customer"
    )


Make = Callable[[PriceAsk, Sequence[SoldLine], PriceRules], Adjustment]
ADJUSTMENTS: tuple[Make, ...] = (_stock, _competitor, _sensitivity, _strategic)
"""The menu of adjustments."""
