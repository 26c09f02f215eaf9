"""What the assistant's advice was worth in a time (definitions.md D11), from the log alone, every figure with its n."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from knowledge.blueprints.advice import DEEDS, Advice

from .advice import Entry, Fate, fates
from .calendar import local_day
from .kpi_figures import Figure, gap, share
from .kpi_groups import arms, override
from .kpi_usage import usage
from .predictions import Predicted, predicted


@dataclass(frozen=True, kw_only=True)
class KindRow:
    """How one kind of advice was taken: each suggestion that was shown counts once, in one of the five."""

    kind: str
    shown: int
    as_is: int
    edited: int
    rejected: int
    expired: int
    open: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """The report of [since, until). Nothing that happened at or after `until` is in it, so it never changes later."""

    since: datetime
    until: datetime
    figures: Mapping[str, Figure]
    kinds: tuple[KindRow, ...]
    reasons: Mapping[str, int]
    predicted: Mapping[str, Predicted]
    alarm: bool = False
    weeks: tuple[tuple[date, int, int], ...] = field(default=())
    """(Monday, shown, accepted) of each week in the time: the trend."""


def report(
    entries: Iterable[Entry],
    licensed: Mapping[date, Mapping[str, Sequence[str]]],
    since: datetime,
    until: datetime,
    rules: Advice,
    utc_offset_hours: int = 8,
) -> Report:
    """All of it. `licensed`: for each day on record, team -> who could have used the assistant."""
    lines = [one for one in entries if one.at < until]
    all_fates = fates(lines)
    shown = [
        one
        for one in all_fates
        if one.kind in DEEDS and one.shown_at is not None and since <= one.shown_at < until
    ]
    taken = [one for one in shown if one.mode]
    used = usage(lines, licensed, since, until, utc_offset_hours)
    figures = {one.name: one for one in [*used, *_taken(shown, taken, all_fates, since, until, rules)]}
    unread = figures["unread_accept"]
    alarm = unread.value is not None and 100 * unread.value > rules.unread_alert_pct
    return Report(
        since=since,
        until=until,
        figures=figures,
        kinds=tuple(_kind(kind, [one for one in shown if one.kind == kind]) for kind in DEEDS),
        reasons=_counted(one.reason for one in shown if one.reason),
        predicted=predicted(all_fates, since, until, rules),
        alarm=alarm,
        weeks=_weeks(shown, utc_offset_hours),
    )


def _taken(
    shown: Sequence[Fate],
    taken: Sequence[Fate],
    everything: Sequence[Fate],
    since: datetime,
    until: datetime,
    rules: Advice,
) -> list[Figure]:
    week = timedelta(days=rules.retained_days)
    settled = [
        one
        for one in everything
        if one.kind in DEEDS
        and one.accepted_at is not None
        and since - week <= one.accepted_at < until - week
    ]
    floor = rules.floor_share
    quick = timedelta(seconds=rules.unread_seconds)
    return [
        share("acceptance", shown, lambda one: bool(one.mode), floor),
        share("as_is", taken, lambda one: one.mode == "as_is", floor),
        share("edited", taken, lambda one: one.mode == "edited", floor),
        share("rewritten", shown, lambda one: one.reason == "rewritten", floor),
        share("ignored", shown, lambda one: one.expired_at is not None, floor),
        share("retained", settled, lambda one: _kept(one, week), floor),
        share("unread_accept", taken, lambda one: _unread(one, quick), floor),
        gap("override", *override(everything, since, until), rules.floor_arm),
        gap("uplift", *arms(everything, since, until), rules.floor_arm),
    ]


def _kept(one: Fate, week: timedelta) -> bool:
    assert one.accepted_at is not None
    return one.undone_at is None or one.undone_at > one.accepted_at + week


def _unread(one: Fate, quick: timedelta) -> bool:
    return (
        one.shown_at is not None
        and one.accepted_at is not None
        and timedelta(0) <= one.accepted_at - one.shown_at < quick
    )


def _kind(kind: str, rows: Sequence[Fate]) -> KindRow:
    return KindRow(
        kind=kind,
        shown=len(rows),
        as_is=sum(one.mode == "as_is" for one in rows),
        edited=sum(one.mode == "edited" for one in rows),
        rejected=sum(one.rejected_at is not None for one in rows),
        expired=sum(one.expired_at is not None for one in rows),
        open=sum(not one.mode and one.rejected_at is None and one.expired_at is None for one in rows),
    )


def _weeks(shown: Sequence[Fate], offset: int) -> tuple[tuple[date, int, int], ...]:
    counted: dict[date, list[int]] = {}
    for one in shown:
        assert one.shown_at is not None
        day = local_day(one.shown_at, offset)
        row = counted.setdefault(day - timedelta(days=day.weekday()), [0, 0])
        row[0] += 1
        row[1] += bool(one.mode)
    return tuple((day, row[0], row[1]) for day, row in sorted(counted.items()))


def _counted(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))


def as_json(found: Report) -> dict[str, Any]:
    """The report as plain JSON; the rows behind each figure with it."""
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "figures": {
            name: {
                "value": one.value,
                "n": one.n,
                "k": one.k,
                "low": one.low,
                "high": one.high,
                "floor": one.floor,
                "enough": one.enough,
                "rows": list(one.rows),
            }
            for name, one in found.figures.items()
        },
        "kinds": [vars(one) for one in found.kinds],
        "reasons": dict(found.reasons),
        "predictions": {name: one.as_json() for name, one in found.predicted.items()},
        "alarm": found.alarm,
        "weeks": [[day.isoformat(), shown, taken] for day, shown, taken in found.weeks],
    }
