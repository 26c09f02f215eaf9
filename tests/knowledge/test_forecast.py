"""Forecasts: sums to the fen, currencies apart, an interval that is the exact distribution's, days on record once."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.forecast import Closed, Expected, forecast
from knowledge.insight.forecast_record import beginnings, track_record
from knowledge.insight.sums import spread

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
Q4 = (date(2026, 10, 1), date(2026, 12, 31))


def deal(key: str = "D-1", **values: Any) -> Expected:
    base: dict[str, Any] = {
        "deal_id": key, "name": key, "owner_id": "p", "team_id": "t", "stage": "proposal", "amount_fen": 100_00,
        "currency": "CNY", "chance": 0.5, "base": 0.4, "n": 40, "expected_close": NOW + timedelta(days=10),
    }  # fmt: skip
    return Expected(**(base | values))


def won(key: str = "W-1", **values: Any) -> Closed:
    base: dict[str, Any] = {
        "deal_id": key, "owner_id": "p", "team_id": "t", "amount_fen": 50_00, "currency": "CNY", "won": True,
        "closed_at": NOW - timedelta(days=20),
    }  # fmt: skip
    return Closed(**(base | values))


amounts = st.integers(0, 10**12)
deals = st.lists(
    st.builds(
        lambda n, a, c, p, d, o: deal(f"D-{n}", amount_fen=a, currency=c, chance=p, expected_close=d, owner_id=o),
        st.integers(0, 10**6), amounts, st.sampled_from(["CNY", "USD", "EUR"]),
        st.one_of(st.none(), st.floats(0, 1)),
        st.one_of(st.none(), st.integers(-60, 90).map(lambda n: NOW + timedelta(days=n))), st.sampled_from("ab"),
    ),
    max_size=12, unique_by=lambda one: one.deal_id,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(deals)
def test_every_sum_equals_a_recount_and_the_parts_make_the_whole(rows: list[Expected]) -> None:
    made = forecast(rows, [won(), won("W-2", won=False)], NOW, *Q4)
    end = datetime(2026, 12, 31, 16, tzinfo=UTC)
    inside = [one for one in rows if one.expected_close is not None and one.expected_close < end]
    assert {one.deal_id for one in made.undated} == {
        one.deal_id for one in rows if one.expected_close is None
    }
    for book in made.books:
        mine = [one for one in inside if one.currency == book.currency]
        assert book.whole.n == len(mine)
        assert book.whole.amount_fen == sum(one.amount_fen for one in mine)
        assert book.whole.weighted_fen == pytest.approx(sum(one.amount_fen * one.p for one in mine))
        for groups in (book.categories, book.people, book.months, book.teams, book.stages):
            assert sum(part.n for part in groups.values()) == len(mine)
            assert math.fsum(part.weighted_fen for part in groups.values()) == pytest.approx(
                book.whole.weighted_fen
            )
        assert book.low_fen <= book.high_fen <= book.whole.won_fen + book.whole.amount_fen + 1e-6
    assert sum(book.whole.n for book in made.books) == len(inside)
    cny = next(book for book in made.books if book.currency == "CNY")
    assert (cny.whole.won_n, cny.whole.won_fen) == (1, 50_00)


def test_categories_lie_where_the_definitions_put_them() -> None:
    rows = [deal(f"D-{n}", chance=p) for n, p in enumerate([0.8, 0.7999, 0.5, 0.4999, 0.0])]
    assert [one.category for one in rows] == ["commit", "best case", "best case", "pipeline", "pipeline"]
    assert deal(chance=None, base=0.9).category == "commit"


def test_a_time_that_is_over_holds_what_was_won_and_nothing_open() -> None:
    late = deal(expected_close=NOW - timedelta(days=40))
    made = forecast(
        [late], [won(closed_at=NOW - timedelta(days=70))], NOW, date(2026, 7, 1), date(2026, 9, 30)
    )
    assert [(one.whole.n, one.whole.won_fen) for one in made.books] == [(0, 50_00)]
    assert forecast([late], [], NOW, *Q4).books[0].late == 1


def test_the_interval_is_that_of_the_exact_distribution() -> None:
    rows = [(100.0, 0.3), (250.0, 0.6), (40.0, 0.9), (700.0, 0.5)]
    masses: dict[float, float] = {}
    for picks in product([0, 1], repeat=4):
        total = sum(a for (a, _), yes in zip(rows, picks, strict=True) if yes)
        mass = math.prod(p if yes else 1 - p for (_, p), yes in zip(rows, picks, strict=True))
        masses[total] = masses.get(total, 0) + mass

    def quantile(share: float) -> float:
        seen = 0.0
        for total in sorted(masses):
            seen += masses[total]
            if seen >= share:
                return total
        return max(masses)

    low, high = spread(rows, rests_on=1e9)
    step = sum(a for a, _ in rows) / 2048
    assert low == pytest.approx(quantile(0.1), abs=2 * step)
    assert high == pytest.approx(quantile(0.9), abs=2 * step)


def test_the_less_it_rests_on_the_wider_it_is() -> None:
    rows = [(100.0, 0.6)] * 200
    narrow, wide = spread(rows, 5000), spread(rows, 30)
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])
    assert narrow[0] < 12_000 < narrow[1]
    assert spread([], 10) == (0.0, 0.0)
    assert spread([(0.0, 0.5)], 10) == (0.0, 0.0)


def test_past_forecasts_are_held_against_what_came() -> None:
    first = {f"D-{n}": deal(f"D-{n}", chance=0.9 if n % 2 else 0.2) for n in range(40)}
    ended = [won(f"D-{n}", won=bool(n % 2), closed_at=datetime(2026, 9, 15, tzinfo=UTC)) for n in range(40)]
    days = {
        date(2026, m, 1): [
            deal("X", amount_fen=200_00, chance=0.5, expected_close=datetime(2026, m, 20, tzinfo=UTC))
        ]
        for m in (7, 8, 9, 11)
    }
    closed = [
        *ended,
        *(won(f"M-{m}", amount_fen=80_00, closed_at=datetime(2026, m, 20, tzinfo=UTC)) for m in (7, 8)),
    ]
    found = track_record(first, days, closed, NOW, floor=30, months_floor=3)
    assert found.chances is not None
    assert found.n == 40
    assert found.chances.brier == pytest.approx((0.1**2 + 0.2**2) / 2)
    assert [one.month for one in found.months] == ["2026-07", "2026-08", "2026-09"]
    errors = [abs(100 - 80) / 80, abs(100 - 80) / 80, abs(100 - 20 * 50) / (20 * 50)]
    assert found.mape == pytest.approx(sum(errors) / 3)
    few = track_record(first, days, closed, NOW, floor=41, months_floor=4)
    assert (few.chances, few.mape, few.n) == (None, None, 40)


def test_only_the_first_days_of_a_month_speak_for_it() -> None:
    days = [date(2026, 7, 1), date(2026, 7, 2), date(2026, 8, 4), date(2026, 9, 20), date(2026, 9, 30)]
    assert beginnings(days) == (date(2026, 7, 1), date(2026, 8, 4))
