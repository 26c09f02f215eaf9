"""Price ranges: peers with n, bounded and monotone adjustments, never below the floor, nothing out of nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.blueprints.scores import PriceRules
from knowledge.insight.prices import NoRange, PriceAsk, PriceRange, SoldLine, price_range

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RULES = PriceRules()
ASK = PriceAsk(
    product_id="P", line="影像", list_price_fen=10_000_000, cost_fen=4_000_000, policy_floor_fen=6_000_000,
    region="华东", size="A", industry="医院", now=NOW,
)  # fmt: skip


def sold(n: int, bp: int = 9000, **more: object) -> list[SoldLine]:
    made = []
    for i in range(n):
        line = SoldLine(
            deal_id=f"d{i}", product_id="P", line="影像", region="华东", size="A", industry="医院",
            unit_price_fen=1000 * (bp + 10 * i), list_price_fen=10_000_000, closed_at=NOW - timedelta(days=10 + i), won=True,
        )  # fmt: skip
        made.append(replace(line, **more))  # type: ignore[arg-type]
    return made


def ranged(ask: PriceAsk, lines: list[SoldLine], rules: PriceRules = RULES) -> PriceRange:
    found = price_range(ask, lines, rules)
    assert isinstance(found, PriceRange), found
    return found


def test_target_and_ceiling_are_the_middle_and_upper_quarter_of_peers() -> None:
    found = ranged(ASK, sold(9))
    assert (found.scope, found.n) == ("region_and_size", 9)
    assert found.target_fen == 9_040_000
    assert found.ceiling_fen == 9_060_000
    assert found.floor_fen == 6_000_000
    assert found.peers[0] == "d0"
    assert {one.name for one in found.adjustments} == {"stock", "competitor", "sensitivity", "strategic"}


def test_the_net_is_cast_wider_and_says_so() -> None:
    assert ranged(ASK, [*sold(4), *sold(9, size="B")[4:]]).scope == "region"
    assert ranged(ASK, sold(9, region="华南")).scope == "size"
    assert ranged(ASK, sold(9, region="华南", size="B")).scope == "product"
    assert (
        ranged(ASK, sold(9, region="华南", size="B", closed_at=NOW - timedelta(days=900))).scope
        == "product_ever"
    )
    assert ranged(ASK, sold(9, product_id="Q", region="华南")).scope == "line"
    assert ranged(ASK, sold(9, product_id="Q", line="软件")).scope == "house"
    few = price_range(ASK, sold(2), RULES)
    assert isinstance(few, NoRange)
    assert few.n == 2


def test_own_lost_and_foreign_lines_do_not_count() -> None:
    assert isinstance(price_range(ASK, sold(9, won=False), RULES), NoRange)
    assert ranged(replace(ASK, own_deal="d0"), sold(9)).n == 8


def test_the_floor_holds_whatever_the_peers_paid() -> None:
    found = ranged(ASK, sold(9, bp=3000))
    assert found.target_fen == found.ceiling_fen == found.floor_fen == 6_000_000
    assert found.at_floor
    dear = ranged(replace(ASK, cost_fen=8_000_000), sold(9, bp=3000))
    assert dear.floor_fen == 8_800_000


@settings(max_examples=80, deadline=None)
@given(a=st.floats(0, 2000), b=st.floats(0, 2000), c=st.integers(1, 20_000_000), d=st.integers(1, 20_000_000))
def test_more_stock_never_raises_and_a_cheaper_competitor_never_raises(
    a: float, b: float, c: int, d: int
) -> None:
    lines = sold(12)
    low, high = (ranged(replace(ASK, stock_days=days), lines) for days in sorted((a, b)))
    assert high.ceiling_fen <= low.ceiling_fen
    assert high.target_fen <= low.target_fen
    cheap, dear = (ranged(replace(ASK, competitor_fen=fen), lines) for fen in sorted((c, d)))
    assert cheap.target_fen <= dear.target_fen
    for found in (low, high, cheap, dear):
        assert found.floor_fen <= found.target_fen <= found.ceiling_fen
        assert all(abs(one.bp) <= RULES.bound_bp for one in found.adjustments)


def test_sensitive_customers_get_less_and_a_strategic_one_too() -> None:
    lines = [*sold(9), *(replace(one, deal_id=f"x{one.deal_id}", won=False) for one in sold(6, bp=9700))]
    plain = ranged(ASK, sold(9))
    found = ranged(ASK, lines)
    assert found.target_fen < plain.target_fen
    assert next(one for one in found.adjustments if one.name == "sensitivity").bp < 0
    assert ranged(replace(ASK, strategic=True), sold(9)).target_fen < plain.target_fen
