"""Discounts: the bands ask who must agree, the lines add up to the fen, nobody sells under the floor."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.cards import card_of
from actions.effects.give_discount import _priced, _total
from knowledge.model import Deal, Offer, Paper, Product
from tests.fakes.deeds import GUESSED, TYPED, row, wish
from tests.fakes.firm import Firm

LINES = [
    {
        "product_id": "P-1",
        "name": "影像平台",
        "quantity": 1,
        "list_price_fen": 140_000_000,
        "unit_price_fen": 130_200_000,
    },
    {
        "product_id": "P-2",
        "name": "耗材包",
        "quantity": 33,
        "list_price_fen": 33_333,
        "unit_price_fen": 31_000,
    },
]
LABELS = {"discount_bp": TYPED, "tool": TYPED}


@pytest.fixture
def priced(firm: Firm) -> Firm:
    """The firm with an offer that has lines: one product with a floor price, one without."""
    with firm.store.session() as session:
        session.add(Product(id="P-2", name="耗材包", list_price_fen=33_333))
        session.flush()
        session.add(
            Offer(
                id="O-2",
                deal_id="D-1",
                version=2,
                status="sent",
                lines=LINES,
                total_fen=131_223_000,
                discount_bp=700,
            )
        )
    return firm


def give(firm: Firm, bp: int, key: str = "k1", labels: Any = LABELS) -> Outcome:
    return wish(firm, "give_discount", {"discount_bp": bp}, key=key, labels=labels)


def offers(firm: Firm) -> list[Offer]:
    with firm.store.reading() as session:
        return list(session.exec(select(Offer).order_by(Offer.version)))


def test_up_to_five_percent_the_seller_confirms(priced: Firm) -> None:
    outcome = give(priced, 500)
    assert outcome.approvers == ("p-lina",)
    assert priced.approve("p-lina", outcome.code).state is State.SCHEDULED
    priced.performer.tick()
    newest = offers(priced)[-1]
    assert (newest.id, newest.version, newest.status, newest.discount_bp) == (
        f"O-{outcome.code}",
        3,
        "approved",
        500,
    )
    assert [line["unit_price_fen"] for line in newest.lines] == [133_000_000, 31_666]
    assert newest.total_fen == 133_000_000 + 33 * 31_666
    assert newest.valid_until is not None
    assert (newest.valid_until - priced.clock()).days == 30


@pytest.mark.parametrize(
    ("bp", "who"), [(501, "p-zhao"), (1500, "p-zhao"), (1501, "p-zhou"), (2500, "p-zhou")]
)
def test_the_bands(priced: Firm, bp: int, who: str) -> None:
    assert who in give(priced, bp).approvers


def test_above_a_quarter_director_and_finance(priced: Firm) -> None:
    assert set(give(priced, 2600).approvers) == {"p-zhou", "p-gao"}


def test_under_the_floor_nobody_can(priced: Firm) -> None:
    outcome = give(priced, 3000)  # 98 of 140 where the floor is 100
    assert outcome.state is State.DENIED
    assert "毛利低于底线" in outcome.reason
    assert "100" not in outcome.reason


def test_the_floor_counts_line_by_line(priced: Firm) -> None:
    """A rich line cannot pay for one that is sold under its floor."""
    with priced.store.session() as session:
        session.get_one(Product, "P-2").floor_price_fen = 32_000
    assert give(priced, 500).state is State.DENIED


def test_a_number_out_of_a_text_is_looked_at_by_the_seller(priced: Firm) -> None:
    outcome = give(priced, 800, labels={"discount_bp": frozenset({"inbound_mail"}), "tool": GUESSED})
    assert outcome.approvers == ("p-zhao",)
    assert any("不可信" in warning for warning in outcome.warnings)


def test_on_a_lost_deal_the_manager_is_asked_too(priced: Firm) -> None:
    with priced.store.session() as session:
        session.get_one(Deal, "D-1").stage = "lost"
    assert "p-zhao" in give(priced, 300).approvers


@pytest.mark.parametrize("bp", [-1, 10_001])
def test_what_is_no_discount(priced: Firm, bp: int) -> None:
    assert "discount_bp" in give(priced, bp).reason


def test_without_lines_there_is_nothing_to_price(firm: Firm) -> None:
    assert "请先出一份报价" in give(firm, 500).reason  # O-1 has a total and no lines


def test_the_same_discount_again_says_so(priced: Firm) -> None:
    first = give(priced, 500, "a")
    priced.approve("p-lina", first.code)
    priced.performer.tick()
    assert "已经是这个折扣" in give(priced, 500, "b").reason


def test_a_newer_offer_stops_it(priced: Firm) -> None:
    outcome = give(priced, 500)
    with priced.store.session() as session:
        session.add(
            Offer(id="O-3", deal_id="D-1", version=3, status="sent", lines=LINES, total_fen=1, discount_bp=0)
        )
    priced.approve("p-lina", outcome.code)
    priced.performer.tick()
    assert row(priced, outcome).state == State.FAILED
    assert "已有新的报价" in row(priced, outcome).result["detail"]
    assert [one.version for one in offers(priced)] == [1, 2, 3]


class TestTakingBack:
    @pytest.fixture
    def done(self, priced: Firm) -> Outcome:
        outcome = give(priced, 500)
        priced.approve("p-lina", outcome.code)
        priced.performer.tick()
        return outcome

    def test_while_nobody_uses_it(self, priced: Firm, done: Outcome) -> None:
        priced.clock.pass_(3600)
        assert priced.approvals.undo("p-lina", done.code).state is State.UNDONE
        assert [one.id for one in offers(priced)] == ["O-1", "O-2"]

    def test_not_once_it_was_sent(self, priced: Firm, done: Outcome) -> None:
        with priced.store.session() as session:
            session.get_one(Offer, f"O-{done.code}").status = "sent"
        assert "不能撤回" in priced.approvals.undo("p-lina", done.code).reason

    def test_not_once_a_paper_was_made_of_it(self, priced: Firm, done: Outcome) -> None:
        with priced.store.session() as session:
            session.add(
                Paper(id="Q-1", kind="quote", deal_id="D-1", team_id="t-1", offer_id=f"O-{done.code}")
            )
        assert "不能撤回" in priced.approvals.undo("p-lina", done.code).reason

    def test_not_once_there_is_a_newer_one(self, priced: Firm, done: Outcome) -> None:
        second = give(priced, 300, "b")
        priced.approve("p-lina", second.code)
        priced.performer.tick()
        assert "不能撤回" in priced.approvals.undo("p-lina", done.code).reason

    def test_not_after_a_day(self, priced: Firm, done: Outcome) -> None:
        priced.clock.pass_(24 * 3600 + 1)
        assert priced.approvals.undo("p-lina", done.code).status is Status.REFUSED


def test_the_card_shows_every_line_and_never_the_floor(priced: Firm) -> None:
    outcome = give(priced, 1000)
    with priced.store.reading() as session:
        card = card_of(session, row(priced, outcome))
    assert card.amount_line == "折扣 10 % · ¥1,269,900 · 不低于底价"
    assert [line.value for line in card.lines][:3] == [
        "7 % → 10 %",
        "¥1,312,230 → ¥1,269,900",
        "影像平台 × 1: ¥1,400,000 → ¥1,260,000",
    ]
    assert "O-2" in card.evidence
    assert "1,000,000" not in repr(card)


def test_an_edit_is_priced_anew(priced: Firm) -> None:
    outcome = give(priced, 1000)
    changed = priced.approvals.edit("p-zhao", outcome.code, {"discount_bp": 400})
    assert changed.approvers == ("p-lina",)
    assert row(priced, changed).facts["discount_bp"] == 400


@given(
    lines=st.lists(st.tuples(st.integers(1, 500), st.integers(0, 10**9)), min_size=1, max_size=8),
    bp=st.integers(0, 10_000),
)
@settings(max_examples=200, deadline=None)
def test_lines_are_whole_fen_and_make_the_total(lines: list[tuple[int, int]], bp: int) -> None:
    rows = [{"name": "x", "quantity": n, "list_price_fen": price, "unit_price_fen": 0} for n, price in lines]
    made = [_priced(one, bp) for one in rows]
    for one, (n, price) in zip(made, lines, strict=True):
        assert isinstance(one["unit_price_fen"], int)
        assert abs(one["unit_price_fen"] * 10_000 - price * (10_000 - bp)) <= 5_000
        assert one["quantity"] == n
    assert _total(made) == sum(
        n * int(one["unit_price_fen"]) for one, (n, _) in zip(made, lines, strict=True)
    )
