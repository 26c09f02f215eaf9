"""Churn (definitions.md D10): each signal fires before the loss and only on what was known, RFM, the replay, BG/NBD."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.buying import BuyingModel, History, fit_buying, history_of
from knowledge.insight.churn_replay import held_out, replay, saved
from knowledge.insight.churn_signals import Customer, gone, signals
from knowledge.insight.journey.events import Touch, in_order
from knowledge.insight.rfm import Orders, quintiles, rfm, segment
from tests.fakes.journeys import RULES, START, message, payment, touch

DAY = timedelta(days=1)


def customer(touches: list[Touch], **more: object) -> Customer:
    return Customer(id="A-001", touches=tuple(in_order(touches)), **more)  # type: ignore[arg-type]


def names(one: Customer, day: float) -> list[str]:
    return sorted(signal.id for signal in signals(one, RULES, START + day * DAY))


def test_dwell_falls_by_half_for_two_weeks() -> None:
    usual = [touch(f"u{n}", n, visible_s=200.0) for n in range(0, 28, 2)]
    low = [touch(f"l{n}", 28 + n, visible_s=80.0) for n in range(0, 14, 2)]
    assert "dwell_drop" in names(customer([*usual, *low]), 41.5)
    assert "dwell_drop" not in names(customer([*usual, *low]), 34.0), "one week is not enough"
    steady = [touch(f"s{n}", 28 + n, visible_s=150.0) for n in range(0, 14, 2)]
    assert "dwell_drop" not in names(customer([*usual, *steady]), 41.5)


def test_no_enquiry_after_three() -> None:
    asked = [message(f"m{n}", n * 5) for n in range(3)]
    one = customer(asked)
    assert "enquiries_gone" not in names(one, 23.9)
    assert "enquiries_gone" in names(one, 24.1)
    assert "enquiries_gone" not in names(customer([*asked, message("late", 20)]), 24.1)
    assert "enquiries_gone" not in names(customer(asked[:2]), 24.1)
    signal = next(s for s in signals(one, RULES, START + 24.1 * DAY) if s.id == "enquiries_gone")
    assert signal.rows == ("m0", "m1", "m2")
    assert "3" in signal.zh
    assert "3" in signal.en


def test_a_drop_from_ones_own_level_held_for_two_weeks() -> None:
    busy = [message(f"b{n}", n / 3) for n in range(3 * 58)]
    assert "baseline_drop" not in names(customer(busy), 57.9)
    assert "baseline_drop" in names(customer([*busy, message("x", 60), message("y", 66)]), 72.1)
    quiet = [message(f"q{n}", n * 7) for n in range(9)]
    assert "baseline_drop" not in names(customer(quiet), 80), "one a week is too little to tell by"


def test_an_order_is_overdue_before_the_customer_counts_as_lost() -> None:
    one = customer([payment(f"o{n}", n * 30) for n in range(4)])  # cycle 30 days, the last on day 90
    assert "order_overdue" not in names(one, 127)
    assert "order_overdue" in names(one, 128)
    assert gone(one, RULES, START + 149 * DAY) is None
    assert gone(one, RULES, START + 151 * DAY) == START + 150 * DAY
    assert gone(customer([payment("a", 0), payment("b", 30)]), RULES, START + 300 * DAY) is None


def test_a_contract_is_lost_thirty_days_after_its_end() -> None:
    one = customer([payment("o", 0)], contract_end=START + 100 * DAY)
    assert names(one, 99) == []
    assert "contract_ended" in names(one, 101)
    assert gone(one, RULES, START + 129 * DAY) is None
    assert gone(one, RULES, START + 131 * DAY) == START + 130 * DAY
    renewed = customer([payment("o", 0)], contract_end=START + 100 * DAY, renewed=True)
    assert gone(renewed, RULES, START + 200 * DAY) is None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(20, 90))
def test_nothing_later_than_now_is_looked_at(seed: int, day: float) -> None:
    dice = random.Random(seed)
    touches = [dice.choice([message, payment, touch])(f"t{n}", dice.uniform(0, 120)) for n in range(60)]
    now = START + day * DAY
    known = [one for one in touches if one.at <= now]
    assert signals(customer(touches), RULES, now) == signals(customer(known), RULES, now)
    assert gone(customer(touches), RULES, now) == gone(customer(known), RULES, now)


def test_a_signal_that_is_off_does_not_fire() -> None:
    rules = RULES.model_copy(update={"off": ["enquiries_gone"]})
    one = customer([message(f"m{n}", n * 5) for n in range(3)])
    assert not [s for s in signals(one, rules, START + 24.1 * DAY) if s.id == "enquiries_gone"]


def test_replay_counts_lead_time_and_what_it_got_right() -> None:
    leaving = [
        Customer(id=f"L{i}", touches=tuple(payment(f"L{i}o{n}", n * 20 + i) for n in range(6)))
        for i in range(5)
    ]
    staying = [
        Customer(id=f"S{i}", touches=tuple(payment(f"S{i}o{n}", n * 20 + i) for n in range(16)))
        for i in range(5)
    ]
    found = replay([*leaving, *staying], RULES, START, START + 300 * DAY)
    line = next(one for one in found.lines if one.signal == "order_overdue")
    assert (line.n, line.right.k) == (5, 5)
    assert line.median_days is not None
    assert 7 <= line.median_days <= 15  # from 1.25 to 2 cycles of 20 days, seen once a week
    assert [customer_id for customer_id, _ in found.losses] == [f"L{i}" for i in range(5)]
    assert (found.caught.k, found.caught.n) == (5, 5)
    assert found.precision.value == 1.0
    assert found.base.value is not None
    assert found.base.value < 0.5
    assert replay([*staying, *leaving], RULES, START, START + 300 * DAY) == found


def test_a_horizon_that_is_not_over_is_neither_right_nor_wrong() -> None:
    asked = Customer(id="A", touches=tuple(message(f"m{n}", n * 5) for n in range(3)))
    found = replay([asked], RULES, START, START + 60 * DAY)
    line = next(one for one in found.lines if one.signal == "enquiries_gone")
    assert (line.n, line.still_open) == (0, 1)


def test_the_hold_out_is_a_tenth_and_always_the_same() -> None:
    ids = [f"A-{n:04d}" for n in range(3000)]
    held = [one for one in ids if held_out(one, RULES)]
    assert 0.08 < len(held) / len(ids) < 0.12
    assert held == [one for one in ids if held_out(one, RULES)]
    assert not any(held_out(one, RULES.model_copy(update={"holdout_pct": 0})) for one in ids)


def test_saved_counts_orders_after_the_alert_and_waits_until_the_time_is_over() -> None:
    back = customer([payment("o", 0), payment("again", 40)])
    away = customer([payment("o", 0)])
    alerts = [
        (back, START + 20 * DAY, False),
        (away, START + 20 * DAY, False),
        (away, START + 20 * DAY, True),
    ]
    found = saved(alerts, RULES, START + 100 * DAY)
    assert (found.treated.k, found.treated.n, found.held.k, found.held.n) == (1, 2, 0, 1)
    assert found.uplift == 0.5
    assert saved(alerts, RULES, START + 60 * DAY).treated.n == 0


def test_quintiles_by_rank_with_ties_at_their_mean() -> None:
    assert quintiles([1, 2, 3, 4, 5]) == [1, 2, 3, 4, 5]
    assert quintiles([7, 7, 7, 7, 7]) == [3, 3, 3, 3, 3]
    assert quintiles([1] * 5 + [2] * 5) == [2, 2, 2, 2, 2, 4, 4, 4, 4, 4]


def test_segments() -> None:
    assert segment(5, 5, 5) == "champions"
    assert segment(4, 4, 4) == "loyal"
    assert segment(2, 4, 3) == "at_risk"
    assert segment(1, 2, 5) == "hibernating"
    assert segment(5, 1, 3) == "new"


def test_rfm_counts_a_year_and_needs_five_customers() -> None:
    today = 800_000
    rows = [
        Orders(
            customer=f"A{i}",
            paid=tuple((today - i * 40 - 400 * k, 100 * (i + 1), f"A{i}k{k}") for k in range(2)),
        )
        for i in range(6)
    ]
    found = rfm(rows, today)
    assert [one.days for one in found] == [0, 40, 80, 120, 160, 200]
    assert [one.orders for one in found] == [1] * 6
    assert found[0].r == 5
    assert found[0].ids == ("A0k0",)
    assert rfm(rows[:4], today) == ()


def simulated(
    model: BuyingModel, n: int, weeks: float, more: float, seed: int
) -> tuple[list[History], list[int]]:
    """Customers as the model says, and what they bought in the weeks after."""
    dice = random.Random(seed)
    histories, later = [], []
    for _ in range(n):
        rate, leave = dice.gammavariate(model.r, 1 / model.alpha), dice.betavariate(model.a, model.b)
        at, times = 0.0, []
        while rate > 1e-9:
            at += dice.expovariate(rate)
            if at > weeks + more:
                break
            times.append(at)
            if dice.random() < leave:
                break
        before = [t for t in times if t <= weeks]
        histories.append(History(len(before), before[-1] if before else 0.0, weeks))
        later.append(len(times) - len(before))
    return histories, later


def test_bg_nbd_finds_its_parameters_and_forecasts_what_comes() -> None:
    true = BuyingModel(r=0.6, alpha=5.0, a=0.9, b=2.5, n=0)
    histories, later = simulated(true, 1500, 40.0, 40.0, 4)
    model = fit_buying(histories)
    assert model is not None
    assert model.r == pytest.approx(true.r, rel=0.25)
    assert model.alpha == pytest.approx(true.alpha, rel=0.35)
    expected = sum(model.expected(one, 40.0) for one in histories)
    assert expected == pytest.approx(sum(later), rel=0.12)
    silent = sum(model.silent(one, 40.0) for one in histories)
    assert silent == pytest.approx(sum(n == 0 for n in later), rel=0.05)


def test_bg_nbd_reproduces_the_published_figures() -> None:
    """CDNOW in Fader, Hardie and Lee (2005): r = .243, alpha = 4.414, a = .793, b = 2.426; a customer with x = 2,
    t_x = 30.43 and T = 38.86 is expected to buy 1.226 times in 39 weeks (their note on the spreadsheet)."""
    model = BuyingModel(r=0.243, alpha=4.414, a=0.793, b=2.426, n=2357)
    assert model.expected(History(2, 30.43, 38.86), 39.0) == pytest.approx(1.226, abs=0.01)
    assert model.alive(History(0, 0.0, 38.86)) == 1.0


def test_too_few_customers_are_not_fitted() -> None:
    assert fit_buying([History(1, 1.0, 5.0)] * 20) is None
    assert history_of([], 10) is None
    assert history_of([3, 3, 10, 40], 17) == History(1, 1.0, 2.0)
