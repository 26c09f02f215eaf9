"""How long won deals stay in a stage, and how often an expected close was put off: what warnings are measured against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from weakref import WeakKeyDictionary

from sqlmodel import Session, col, func, select

from knowledge.library import deals
from knowledge.model import OPEN_STAGES, Deal, StageChange

Usual = dict[str, tuple[float, int]]

FEWEST = 5
"""Won deals through a stage below which nothing is usual there."""


_READ: WeakKeyDictionary[object, dict[tuple[int, str, int], Usual]] = WeakKeyDictionary()
"""What was worked out, by database and by the state of its rows: a list of sixty deals asks sixty times."""


def usual_days(session: Session, now: datetime) -> Usual:
    """Stage -> (P75 of the days that won deals spent in it, n), for stages with at least five; deals won after `now` do not
    count. Linear between order statistics (Hyndman and Fan 1996, type 7)."""
    known = _READ.setdefault(session.get_bind().engine, {})
    state = _state(session, now)
    if state not in known:
        known.clear()
        known[state] = _usual(session, now)
    return known[state]


def _state(session: Session, now: datetime) -> tuple[int, str, int]:
    """What changes whenever the answer may: the won deals, the newest of them, all their steps."""
    won = select(func.count(), func.max(Deal.closed_at)).where(
        Deal.stage == "won", col(Deal.closed_at) <= now
    )
    count, newest = session.exec(won).one()
    steps = session.exec(select(func.count()).select_from(StageChange)).one()
    return int(count), str(newest), int(steps)


def _usual(session: Session, now: datetime) -> Usual:
    won = select(Deal.id, Deal.closed_at).where(Deal.stage == "won", col(Deal.closed_at) <= now)
    ends = dict(session.exec(won).all())
    changes = [one for one in deals.won_stage_changes(session) if one.deal_id in ends]
    days: dict[str, list[float]] = {}
    for at, step in enumerate(changes):
        later = changes[at + 1] if at + 1 < len(changes) and changes[at + 1].deal_id == step.deal_id else None
        end = later.at if later else ends[step.deal_id]
        if step.stage in OPEN_STAGES and end is not None and end >= step.at:
            days.setdefault(step.stage, []).append((end - step.at) / timedelta(days=1))
    return {
        stage: (quantile(sorted(found), 0.75), len(found))
        for stage, found in sorted(days.items())
        if len(found) >= FEWEST
    }


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of values in order, linear between neighbours."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def put_off(
    known: Sequence[tuple[str, datetime]], current: datetime | None, now: datetime
) -> tuple[str, ...]:
    """The days, oldest first, on which the expected close stood later than on the day on record before."""
    today = now.date().isoformat()
    points = [(day, close) for day, close in known if day <= today]
    if current is not None:
        points.append((today, current))
    return tuple(after[0] for before, after in pairwise(points) if after[1].date() > before[1].date())
