"""The money of an offer is added up anew: what does not agree is refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.documents.faults import DocumentRefused
from actions.documents.offer_money import Line, Money, money_of
from knowledge.insight.price_basis import price_after
from knowledge.model import Offer, Product


def offer(lines: list[dict[str, Any]], total: int, bp: int) -> Offer:
    return Offer(id="O-1", deal_id="D-1", lines=lines, total_fen=total, discount_bp=bp)


def line(list_fen: int, unit_fen: int, quantity: int = 1) -> dict[str, Any]:
    return {
        "product_id": "P",
        "name": "甲",
        "quantity": quantity,
        "list_price_fen": list_fen,
        "unit_price_fen": unit_fen,
    }


def test_lines_that_make_total_and_discount_are_taken() -> None:
    money = money_of(
        offer([line(115_000_000, 105_800_000), line(13_000_000, 11_960_000)], 117_760_000, 800), {}
    )
    assert (money.total_fen, money.list_total_fen, money.discount_bp) == (117_760_000, 128_000_000, 800)


def test_a_unit_price_rounded_to_whole_yuan_is_no_disagreement() -> None:
    assert money_of(offer([line(128_000, 113_900, 175)], 19_932_500, 1100), {}).discount_bp == 1102


@pytest.mark.parametrize(
    ("lines", "total", "bp", "said"),
    [
        ([line(1000_00, 920_00)], 921_00, 800, "不一致"),
        ([line(1000_00, 920_00)], 920_00, 700, "折扣"),
        ([line(100_00, 92_00)], 92_00, 700, "折扣"),
        ([], 0, 0, "没有明细"),
        ([line(1000_00, 920_00, 0)], 0, 800, "数量或单价"),
        ([line(1000_00, -1)], -1, 800, "数量或单价"),
    ],
)
def test_what_does_not_agree_is_refused(lines: list[dict[str, Any]], total: int, bp: int, said: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        money_of(offer(lines, total, bp), {})
    assert said in refused.value.zh
    assert refused.value.en


@given(
    st.lists(st.tuples(st.integers(1, 10**8), st.integers(1, 500)), min_size=1, max_size=6),
    st.integers(0, 3000),
)
def test_what_we_price_ourselves_always_agrees(goods: list[tuple[int, int]], bp: int) -> None:
    lines = tuple(
        Line(
            product_id="P",
            name="",
            unit="",
            description="",
            quantity=n,
            list_price_fen=price,
            unit_price_fen=price_after(price, bp),
        )
        for price, n in goods
    )
    money = Money(lines=lines)
    assert money.discount_bp <= bp
    stored = offer([one.as_offer_line() for one in lines], money.total_fen, money.discount_bp)
    assert money_of(stored, {}).total_fen == money.total_fen


def test_a_line_below_the_floor_is_a_fact_and_names_no_number() -> None:
    product = Product(id="P", name="甲", floor_price_fen=900_00)
    money = money_of(offer([line(1000_00, 890_00)], 890_00, 1100), {"P": product})
    assert money.below_floor({"P": product})
    assert not money_of(offer([line(1000_00, 900_00)], 900_00, 1000), {"P": product}).below_floor(
        {"P": product}
    )
    assert "90000" not in repr(money)
