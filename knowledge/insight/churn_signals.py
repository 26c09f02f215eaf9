"""What tells that a customer is about to leave, before they have (definitions.md D10, capabilities C2.5), each with its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from knowledge.blueprints.churn import ChurnRules
from knowledge.insight.journey.events import Touch
from knowledge.insight.journey.sessions import dwell_drops, enquiries

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_ROWS = 20


@dataclass(frozen=True, kw_only=True)
class Customer:
    """One customer: all touches of everybody there, in order; what they have paid for is among them (`payment`).

    `contract_end` is when their running contract ends, None without one; `renewed` whether it was renewed.
    """

    id: str
    touches: tuple[Touch, ...]
    contract_end: datetime | None = None
    renewed: bool = False


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One signal that fires at a moment: in words, how far it went (0 to 1, 1 the furthest), and the rows behind it."""

    id: str
    zh: str
    en: str
    strength: float
    rows: tuple[str, ...]


def known(one: Customer, now: datetime) -> list[Touch]:
    """What had happened by then."""
    return [touch for touch in one.touches if touch.at <= now and not touch.bot]


def signals(one: Customer, rules: ChurnRules, now: datetime) -> tuple[Signal, ...]:
    """Every signal that fires now, the strongest first. Nothing later than `now` is looked at."""
    touches = known(one, now)
    found = []
    for name, check in _CHECKS.items():
        if name not in rules.off:
            found += [signal for signal in check(one, touches, rules, now)]
    return tuple(sorted(found, key=lambda signal: (-signal.strength, signal.id)))


def cycle_of(paid: Sequence[Touch], rules: ChurnRules) -> float | None:
    """The days usual between two of the customer's own orders (the median); None with too few orders to tell."""
    days = sorted({touch.at.date().toordinal() for touch in paid})
    gaps = [b - a for a, b in pairwise(days)]
    return float(median(gaps)) if len(days) >= rules.orders_least else None


def gone(one: Customer, rules: ChurnRules, now: datetime) -> datetime | None:
    """Since when the customer counts as lost, None while not: silent for more than m of their own order cycles, or a contract
    not renewed by its end and some days more."""
    if one.contract_end is not None and not one.renewed:
        over = one.contract_end + rules.contract_days * DAY
        if over < now:
            return over
    paid = [touch for touch in known(one, now) if touch.payment]
    cycle = cycle_of(paid, rules)
    if cycle is None or one.contract_end is not None:
        return None
    over = paid[-1].at + timedelta(days=cycle * rules.cycles)
    return over if over < now else None


def _dwell(_: Customer, touches: list[Touch], rules: ChurnRules, now: datetime) -> Iterator[Signal]:
    """In each of the last weeks the median day on our pages was at most half of the four weeks before them all."""
    drops = dwell_drops(touches, now, rules.dwell_weeks)
    if not drops or drops[0].days < rules.dwell_days or not all(one.fell(rules.dwell_left) for one in drops):
        return
    worst = drops[0]
    left = max(one.share for one in drops)
    seen = [one for one in touches if one.source in ("web", "app")]
    yield Signal(
        id="dwell_drop",
        zh=f"页面停留连续 {rules.dwell_weeks} 周降到此前 28 天的 {left:.0%}(原来每个访问日 {worst.usual_s:.0f} 秒,n={worst.days} 天)",
        en=f"time on our pages fell to {left:.0%} of the 28 days before, {rules.dwell_weeks} weeks on end "
        f"(was {worst.usual_s:.0f} s a day with a visit, n={worst.days} days)",
        strength=1 - left,
        rows=tuple(one.id for one in seen[-MOST_ROWS:]),
    )


def _asking(_: Customer, touches: list[Touch], rules: ChurnRules, now: datetime) -> Iterator[Signal]:
    edge = now - rules.silent_days * DAY
    before = enquiries(touches, edge - rules.enquiry_days * DAY, edge)
    if len(before) < rules.enquiries_before or enquiries(touches, edge, now):
        return
    yield Signal(
        id="enquiries_gone",
        zh=f"{rules.silent_days} 天没有任何咨询,此前 {rules.enquiry_days} 天有 {len(before)} 次",
        en=f"no enquiry for {rules.silent_days} days, {len(before)} in the {rules.enquiry_days} days before",
        strength=min(1.0, 0.5 + len(before) / 20),
        rows=tuple(one.id for one in before[-MOST_ROWS:]),
    )


def _baseline(_: Customer, touches: list[Touch], rules: ChurnRules, now: datetime) -> Iterator[Signal]:
    """Touches of theirs a week: each of the last weeks at most so much of the mean of the weeks before them."""
    theirs = [one for one in touches if one.direction != "out" and not one.props.get("milestone")]
    counts = [
        sum(now - (week + 1) * WEEK < one.at <= now - week * WEEK for one in theirs)
        for week in range(rules.held_weeks + rules.baseline_weeks)
    ]
    recent, before = counts[: rules.held_weeks], counts[rules.held_weeks :]
    usual = sum(before) / len(before)
    begun = min((one.at for one in theirs), default=now)
    if begun > now - (rules.held_weeks + rules.baseline_weeks) * WEEK or usual < rules.baseline_least:
        return
    left = max(recent) / usual
    if left > rules.baseline_left:
        return
    yield Signal(
        id="baseline_drop",
        zh=f"每周往来连续 {rules.held_weeks} 周不超过自己常态的 {left:.0%}(常态 {usual:.1f} 次/周,n={rules.baseline_weeks} 周)",
        en=f"contacts a week at most {left:.0%} of their own usual for {rules.held_weeks} weeks "
        f"(usual {usual:.1f} a week, n={rules.baseline_weeks} weeks)",
        strength=1 - left,
        rows=tuple(one.id for one in theirs[-MOST_ROWS:]),
    )


def _ordering(one: Customer, touches: list[Touch], rules: ChurnRules, now: datetime) -> Iterator[Signal]:
    paid = [touch for touch in touches if touch.payment]
    cycle = cycle_of(paid, rules)
    if cycle is None or one.contract_end is not None:
        return
    silent = (now - paid[-1].at) / DAY
    if silent <= rules.early_cycles * cycle:
        return
    yield Signal(
        id="order_overdue",
        zh=f"{silent:.0f} 天没有下单,自己的周期是 {cycle:.0f} 天(n={len(paid)} 单);超过 {cycle * rules.cycles:.0f} 天算流失",
        en=f"no order for {silent:.0f} days, their own cycle is {cycle:.0f} (n={len(paid)} orders); lost after "
        f"{cycle * rules.cycles:.0f} days",
        strength=min(1.0, silent / (rules.cycles * cycle)),
        rows=tuple(touch.id for touch in paid[-MOST_ROWS:]),
    )


def _contract(one: Customer, touches: list[Touch], rules: ChurnRules, now: datetime) -> Iterator[Signal]:
    if one.contract_end is None or one.renewed or now < one.contract_end:
        return
    past = (now - one.contract_end) / DAY
    yield Signal(
        id="contract_ended",
        zh=f"合同已到期 {past:.0f} 天未续;到期后 {rules.contract_days} 天算流失",
        en=f"the contract ended {past:.0f} days ago and is not renewed; lost {rules.contract_days} days after its end",
        strength=min(1.0, 0.5 + past / (2 * max(1, rules.contract_days))),
        rows=tuple(touch.id for touch in touches if touch.payment)[-MOST_ROWS:],
    )


Check = Callable[[Customer, list[Touch], ChurnRules, datetime], Iterator[Signal]]
_CHECKS: dict[str, Check] = {
    "dwell_drop": _dwell,
    "enquiries_gone": _asking,
    "baseline_drop": _baseline,
    "order_overdue": _ordering,
    "contract_ended": _contract,
}
