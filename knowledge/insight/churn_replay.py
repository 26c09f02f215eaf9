"""The churn signals replayed over history: how long before a loss each would have fired, how often it was right, who was saved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from knowledge.blueprints.churn import SIGNALS, ChurnRules
from knowledge.insight.journey.survival import Share

from .churn_signals import Customer, Signal, gone, known, signals

DAY = timedelta(days=1)
STEP = timedelta(days=7)
"""History is looked at once a week."""
TOP = 50


@dataclass(frozen=True, kw_only=True)
class Fired:
    """One signal of one customer when it first fired (not again within `again_days`), and the loss that followed: `lost_at`
    None when none did within the horizon; `open_` when the horizon is not over yet."""

    customer: str
    signal: str
    at: datetime
    lost_at: datetime | None
    open_: bool

    @property
    def lead_days(self) -> float | None:
        return (self.lost_at - self.at) / DAY if self.lost_at else None


@dataclass(frozen=True, kw_only=True)
class LeadTime:
    """One line of the lead-time table: `n` firings whose horizon is over, how many were right, and the days of warning."""

    signal: str
    n: int
    right: Share
    median_days: float | None
    least_days: float | None
    still_open: int


@dataclass(frozen=True, kw_only=True)
class Replay:
    """`caught` of the losses had a signal before; `precision` of the `top` customers by strength at each look whose horizon
    is over, pooled."""

    lines: tuple[LeadTime, ...]
    fired: tuple[Fired, ...]
    losses: tuple[tuple[str, datetime], ...]
    caught: Share
    precision: Share
    base: Share
    looks: int


def replay(customers: Sequence[Customer], rules: ChurnRules, begin: datetime, end: datetime) -> Replay:
    """Look at every customer once a week from `begin` to `end`, each time knowing only what had happened by then."""
    losses = _losses(customers, rules, begin, end)
    lost = dict(losses)
    looks = _looks(begin, end)
    fired: list[Fired] = []
    ranked: dict[datetime, list[tuple[float, str]]] = {at: [] for at in looks}
    for one in sorted(customers, key=lambda one: one.id):
        last: dict[str, datetime] = {}
        for at in looks:
            if lost.get(one.id, end + DAY) <= at:
                break
            found = signals(one, rules, at) if known(one, at) else ()
            ranked[at].append((max((s.strength for s in found), default=0.0), one.id))
            for signal in found:
                if signal.id not in last or at - last[signal.id] >= rules.again_days * DAY:
                    last[signal.id] = at
                    fired.append(_fired(one.id, signal, at, lost.get(one.id), rules, end))
    precision, base = _precision(ranked, lost, rules, end)
    warned = {one.customer for one in fired if one.lost_at is not None}
    return Replay(
        lines=tuple(_line(name, [one for one in fired if one.signal == name]) for name in SIGNALS),
        fired=tuple(fired),
        losses=losses,
        caught=Share(k=sum(customer in warned for customer, _ in losses), n=len(losses)),
        precision=precision,
        base=base,
        looks=len(looks),
    )


def held_out(customer_id: str, rules: ChurnRules) -> bool:
    """Whether a customer is one of those without a task: the same answer on every machine, every day."""
    digest = hashlib.sha256(f"churn hold-out\n{customer_id}".encode()).hexdigest()
    return int(digest[:8], 16) % 100 < rules.holdout_pct


@dataclass(frozen=True, kw_only=True)
class Saved:
    """Customers with an alert whose time is over: how many ordered again within `saved_days`, with a task and without."""

    treated: Share
    held: Share

    @property
    def uplift(self) -> float | None:
        if self.treated.value is None or self.held.value is None:
            return None
        return self.treated.value - self.held.value


def saved(alerts: Iterable[tuple[Customer, datetime, bool]], rules: ChurnRules, now: datetime) -> Saved:
    """alerts: (customer, when it was raised, whether held out). Those younger than `saved_days` are not counted yet."""
    counts = {True: [0, 0], False: [0, 0]}
    for one, at, held in alerts:
        over = at + rules.saved_days * DAY
        if over > now:
            continue
        counts[held][1] += 1
        counts[held][0] += any(touch.payment and at < touch.at <= over for touch in one.touches)
    return Saved(
        treated=Share(k=counts[False][0], n=counts[False][1]),
        held=Share(k=counts[True][0], n=counts[True][1]),
    )


def _losses(
    customers: Sequence[Customer], rules: ChurnRules, begin: datetime, end: datetime
) -> tuple[tuple[str, datetime], ...]:
    """The first time each customer was lost in (begin, end], by customer."""
    found = []
    for one in sorted(customers, key=lambda one: one.id):
        for at in _looks(begin, end):
            over = gone(one, rules, at) if known(one, at) else None
            if over is not None:
                if over > begin:
                    found.append((one.id, over))
                break
    return tuple(found)


def _looks(begin: datetime, end: datetime) -> list[datetime]:
    return [begin + n * STEP for n in range(int((end - begin) / STEP) + 1)]


def _fired(
    customer: str, signal: Signal, at: datetime, lost: datetime | None, rules: ChurnRules, end: datetime
) -> Fired:
    over = at + rules.horizon_days * DAY
    hit = lost if lost is not None and at <= lost <= over else None
    return Fired(customer=customer, signal=signal.id, at=at, lost_at=hit, open_=hit is None and over > end)


def _line(name: str, fired: Sequence[Fired]) -> LeadTime:
    closed = [one for one in fired if not one.open_]
    days = [one.lead_days for one in closed if one.lead_days is not None]
    return LeadTime(
        signal=name,
        n=len(closed),
        right=Share(k=len(days), n=len(closed)),
        median_days=float(median(days)) if days else None,
        least_days=min(days, default=None),
        still_open=len(fired) - len(closed),
    )


def _precision(
    ranked: dict[datetime, list[tuple[float, str]]],
    lost: dict[str, datetime],
    rules: ChurnRules,
    end: datetime,
) -> tuple[Share, Share]:
    """Of the TOP customers with a signal at each look, those lost within the horizon; beside it the same of everybody."""
    hits = n = base_hits = base_n = 0
    for at, rows in ranked.items():
        over = at + rules.horizon_days * DAY
        if over > end:
            continue
        came = {customer for customer, when in lost.items() if at <= when <= over}
        top = [
            name for strength, name in sorted(rows, key=lambda row: (-row[0], row[1]))[:TOP] if strength > 0
        ]
        hits, n = hits + sum(name in came for name in top), n + len(top)
        base_hits, base_n = base_hits + sum(name in came for _, name in rows), base_n + len(rows)
    return Share(k=hits, n=n), Share(k=base_hits, n=base_n)
