"""When an intervention is due (capabilities C2.7): a stage and a behaviour, each at most once within its window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.blueprints.interventions import Intervention
from knowledge.blueprints.journey import Journey

from .events import Touch, in_order
from .placing import Stay, fitting, moves, stays


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """Someone did what an intervention waits for, in its stage. `touch_id` is what they did, or for a silence the last thing
    they did before it."""

    intervention: str
    person: str
    stage: str
    at: datetime
    touch_id: str


def triggers(
    touches: Sequence[Touch],
    book: Journey,
    rows: Sequence[Intervention],
    since: datetime,
    until: datetime,
    last: Mapping[str, datetime] | None = None,
) -> list[Trigger]:
    """What is due for one person in (since, until], in order of time and of the rows.

    `last`: intervention -> when it was last begun for this person; within its window it is not begun again, nor twice here.
    What happened after `until` is not looked at.
    """
    known = in_order(one for one in touches if one.at <= until and not one.bot)
    stretches = stays(moves(known, book))
    found: list[Trigger] = []
    for row in rows:
        if not row.on:
            continue
        before = (last or {}).get(row.id)
        for one in _behaviour(known, row, stretches, until):
            if not since < one.at <= until:
                continue
            if before is not None and one.at - before < timedelta(days=row.window_days):
                continue
            found.append(one)
            before = one.at
    place = {row.id: n for n, row in enumerate(rows)}
    return sorted(found, key=lambda one: (one.at, place[one.intervention], one.touch_id))


def _behaviour(
    known: Sequence[Touch], row: Intervention, stretches: Sequence[Stay], until: datetime
) -> list[Trigger]:
    """Every time the person did it, window aside, in order. The touch that leads into a stage is done in that stage."""
    if row.when is not None:
        done = [(one.at, one.id) for one in fitting(known, row.when)]
    else:
        done = _silences(known, timedelta(days=row.quiet_days), until)
    made = []
    for at, touch_id in done:
        stay = next((s for s in stretches if s.begin <= at and (s.end is None or at < s.end)), None)
        if stay is not None and stay.stage == row.stage:
            made.append(
                Trigger(
                    intervention=row.id,
                    person=stay.person,
                    stage=stay.stage,
                    at=at,
                    touch_id=touch_id,
                )
            )
    return made


def _silences(known: Sequence[Touch], quiet: timedelta, until: datetime) -> list[tuple[datetime, str]]:
    """When each silence became long enough: what we did ourselves does not break it."""
    theirs = [one for one in known if one.direction != "out" and not one.props.get("milestone")]
    ends = [one.at for one in theirs[1:]] + [until + timedelta(microseconds=1)]
    return [(one.at + quiet, one.id) for one, end in zip(theirs, ends, strict=True) if one.at + quiet < end]
