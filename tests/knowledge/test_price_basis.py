"""Discounts of won deals of like customers: the narrowest group that has three, newest first, each with its deals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from knowledge.insight.price_basis import WonLine, discount_bp, price_after, price_basis

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def won(
    deal: str, bp: int, *, industry: str = "医院", region: str = "华东", product: str = "P", days: int = 10
) -> WonLine:
    return WonLine(
        deal_id=deal,
        product_id=product,
        industry=industry,
        region=region,
        quantity=1,
        list_price_fen=1_000_000,
        unit_price_fen=1_000_000 - bp * 100,
        won_at=NOW - timedelta(days=days),
    )


def test_same_industry_and_region_come_first_then_industry_then_region() -> None:
    rows = [
        won("D-1", 400, days=3),
        won("D-2", 600, days=1),
        won("D-3", 900, days=2),
        won("D-4", 100, region="华南"),
    ]
    basis = price_basis("P", "医院", "华东", rows)
    assert (basis.scope, basis.deal_ids, basis.usual_bp) == (
        "industry_and_region",
        ("D-2", "D-3", "D-1"),
        600,
    )
    assert (basis.n, basis.range_bp) == (3, (400, 900))
    wider = price_basis("P", "医院", "华南", rows)
    assert (wider.scope, wider.n) == ("industry", 4)
    region = price_basis("P", "诊所", "华东", rows)
    assert (region.scope, region.n) == ("region", 3)


def test_fewer_than_three_are_not_enough_whatever_they_say() -> None:
    basis = price_basis("P", "医院", "华东", [won("D-1", 400), won("D-2", 600), won("D-9", 500, product="Q")])
    assert (basis.scope, basis.n, basis.enough) == ("", 2, False)
    assert price_basis("P", "", "", [won("D-1", 400)]).n == 0


def test_the_deal_itself_and_a_second_line_of_one_deal_do_not_count() -> None:
    rows = [won("D-1", 400), won("D-1", 500), won("D-2", 600), won("D-3", 700)]
    assert price_basis("P", "医院", "华东", rows).n == 3
    assert price_basis("P", "医院", "华东", rows, own_deal="D-3").n == 2


def test_a_discount_and_a_price_go_together() -> None:
    assert discount_bp(115_000_000, 105_800_000) == 800
    assert discount_bp(0, 5) == 0
    assert discount_bp(100, 120) == 0
    assert price_after(115_000_000, 800) == 105_800_000
    assert price_after(128_000, 1100) == 114_000  # 1139.20 yuan, rounded up to whole yuan


@given(st.integers(1, 10**9), st.integers(0, 10_000))
def test_rounding_never_adds_to_the_discount(list_price: int, bp: int) -> None:
    price = price_after(list_price, bp)
    assert price * 10_000 >= list_price * (10_000 - bp)
    assert price - list_price * (10_000 - bp) / 10_000 < 100


@given(st.lists(st.integers(0, 3000), min_size=3, max_size=9), st.randoms())
def test_the_same_rows_in_any_order_give_the_same_basis(discounts: list[int], dice: object) -> None:
    rows = [won(f"D-{n}", bp, days=n) for n, bp in enumerate(discounts)]
    basis = price_basis("P", "医院", "华东", rows)
    dice.shuffle(rows)  # type: ignore[attr-defined]
    assert price_basis("P", "医院", "华东", rows) == basis
    low, high = basis.range_bp
    assert low <= basis.usual_bp <= high
