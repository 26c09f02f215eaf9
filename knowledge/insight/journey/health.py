"""How a stage does (definitions.md D8): conversion over closed cohorts, days in it, bounce, and a health of 0-100 with its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from knowledge.blueprints.journey import Journey

from .events import Touch
from .placing import Move, Stay, moves, stage_at, stays
from .sessions import Bounce, sessions
from .survival import Lasting, Share, lasting

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
WEIGHTS = (40.0, 30.0, 30.0)
"""Of conversion, dwell and bounce in the health."""
LEAST_WEEKS = 4
"""Closed weeks with a value that a percentile needs."""
BACK_WEEKS = 12
"""Stays that began in so many weeks before a week's end tell the days in the stage at that week."""
MOST_IDS = 50


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """Of `n` people who entered a stage in closed cohorts, `k` entered a later one within W days. `ids`: the people."""

    share: Share
    converted: tuple[str, ...] = ()
    stayed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The health and what it is made of: each norm is where the newest closed week stands among the closed weeks (0 the
    lowest, 1 the highest), `bounce` a share. `health` is None when a part is missing; `weeks` says on how many it rests."""

    health: float | None
    conversion_norm: float | None
    dwell_norm: float | None
    bounce: float | None
    weeks: int


@dataclass(frozen=True, kw_only=True)
class Visitors:
    """How many of a stage's people are visitors who lead to no record of ours: who ever came in, and who is there now. They
    are numbers alone: no list names them."""

    entered: int = 0
    here: int = 0


@dataclass(frozen=True, kw_only=True)
class StageHealth:
    """One stage at one moment. `here` are the known people in it now, `entries` their last moves into it, newest first.
    `entered` is how many people ever came in, with `visitors`, who count in the first stage alone."""

    stage: str
    here: tuple[str, ...]
    entries: tuple[Move, ...]
    entered: int
    conversion: Conversion
    lasting: Lasting
    bounce: Bounce
    parts: Parts
    visitors: Visitors = Visitors()


@dataclass
class Counted:
    """People gathered one by one; of each only stays and sessions are kept, never all touches. Visitors whom nobody knows
    count in the first stage of the journey: whoever gets further without leaving a name has left it."""

    book: Journey
    now: datetime
    stays: dict[str, list[Stay]] = field(default_factory=dict)
    visits: dict[str, list[tuple[datetime, bool, str]]] = field(default_factory=dict)
    firsts: dict[str, dict[str, Move]] = field(default_factory=dict)
    here: dict[str, list[str]] = field(default_factory=dict)
    visitors: dict[str, dict[str, Move]] = field(default_factory=dict)
    visiting: int = 0

    @property
    def first(self) -> str:
        return self.book.stages[0].id

    def visit(self, touches: Sequence[Touch]) -> None:
        """The touches of a visitor who leads to no record of ours; of no use where they never were in the first stage."""
        known = [one for one in touches if one.at <= self.now]
        found = moves(known, self.book)
        if not found or found[0].stage != self.first:
            return
        self.visiting += len(found) == 1
        self.stays.setdefault(self.first, []).append(stays(found)[0])
        self.visitors[found[0].person] = {move.stage: move for move in found}
        for one in sessions(known):
            if stage_at(found, one.begin) == self.first:
                self.visits.setdefault(self.first, []).append((one.begin, one.engaged, ""))

    def add(self, touches: Sequence[Touch]) -> None:
        """One known person's touches; what lies after `now` is not known yet."""
        known = [one for one in touches if one.at <= self.now]
        found = moves(known, self.book)
        if not found:
            return
        person = found[0].person
        self.here.setdefault(found[-1].stage, []).append(person)
        for stay in stays(found):
            self.stays.setdefault(stay.stage, []).append(stay)
        self.firsts[person] = {move.stage: move for move in found}
        for one in sessions(known):
            at = (one.begin, one.engaged, one.touches[0].id)
            self.visits.setdefault(stage_at(found, one.begin), []).append(at)

    def of(self, stage_id: str) -> StageHealth:
        """Everything of one stage; conversion and bounce over the closed weeks."""
        begin, end = self.closed(stage_id)
        came = [moves_[stage_id] for moves_ in self.firsts.values() if stage_id in moves_]
        at_first = stage_id == self.first
        visitors = Visitors(entered=len(self.visitors), here=self.visiting) if at_first else Visitors()
        return StageHealth(
            stage=stage_id,
            here=tuple(sorted(self.here.get(stage_id, ()))),
            entries=tuple(sorted(came, key=lambda one: (one.at, one.person), reverse=True)[:MOST_IDS]),
            entered=len(came) + visitors.entered,
            conversion=self.converting(stage_id, begin, end),
            lasting=self.staying(stage_id, self.now),
            bounce=self.bouncing(stage_id, self.now - self.book.weeks * WEEK, self.now),
            parts=self.parts(stage_id),
            visitors=visitors,
        )

    def closed(self, stage_id: str) -> tuple[datetime, datetime]:
        """The cohort window: so many weeks, ended W days ago, so that everybody in it had all the time they are given."""
        stage = self.book.stage(stage_id)
        end = self.now - (stage.within_days if stage else 30) * DAY
        return end - self.book.weeks * WEEK, end

    def converting(self, stage_id: str, begin: datetime, end: datetime) -> Conversion:
        """Of those who entered the stage in (begin, end], who entered a later one within W days."""
        stage = self.book.stage(stage_id)
        within = (stage.within_days if stage else 30) * DAY
        place = self.book.place(stage_id)
        yes: list[str] = []
        no: list[str] = []
        everybody = self.firsts | self.visitors if stage_id == self.first else self.firsts
        for person, entered in sorted(everybody.items()):
            move = entered.get(stage_id)
            if move is None or not begin < move.at <= end:
                continue
            later = [one.at for one in entered.values() if self.book.place(one.stage) > place]
            (yes if later and min(later) - move.at <= within else no).append(person)
        share = Share(k=len(yes), n=len(yes) + len(no))
        named = [tuple(one for one in found if one not in self.visitors)[:MOST_IDS] for found in (yes, no)]
        return Conversion(share=share, converted=named[0], stayed=named[1])

    def staying(self, stage_id: str, at: datetime, since: datetime | None = None) -> Lasting:
        """Days in the stage as known at a moment: whoever has not left by then is there still (right-censored)."""
        return lasting(
            ((min(one.end or at, at) - one.begin) / DAY, one.end is not None and one.end <= at)
            for one in self.stays.get(stage_id, ())
            if one.begin <= at and (since is None or one.begin > since)
        )

    def bouncing(self, stage_id: str, begin: datetime, end: datetime) -> Bounce:
        """Sessions that began in (begin, end] while their person was in the stage."""
        mine = [one for one in self.visits.get(stage_id, ()) if begin < one[0] <= end]
        left = [touch_id for _, engaged, touch_id in sorted(mine) if not engaged]
        named = [touch_id for touch_id in left if touch_id]
        return Bounce(n=len(mine), bounced=len(left), ids=tuple(named[:MOST_IDS]))

    def parts(self, stage_id: str) -> Parts:
        """The health: 40·conversion + 30·(1 − dwell) + 30·(1 − bounce), the first two as percentiles of the closed weeks."""
        _, end = self.closed(stage_id)
        shares, days = [], []
        for n in range(self.book.weeks):
            over = end - n * WEEK
            shares.append(self.converting(stage_id, over - WEEK, over).share.value)
            until = self.now - n * WEEK
            days.append(self.staying(stage_id, until, until - BACK_WEEKS * WEEK).median)
        visits = self.bouncing(stage_id, self.now - self.book.weeks * WEEK, self.now)
        conversion, dwell = percentile(shares), percentile(days)
        bounce = visits.rate if visits.n >= self.book.least else None
        weeks = sum(one is not None for one in shares)
        health = None
        if conversion is not None and dwell is not None and bounce is not None:
            a, b, c = WEIGHTS
            health = a * conversion + b * (1 - dwell) + c * (1 - bounce)
        return Parts(health=health, conversion_norm=conversion, dwell_norm=dwell, bounce=bounce, weeks=weeks)


def percentile(values: Sequence[float | None]) -> float | None:
    """Where the newest value (the first that is there) stands among all that are: below counts whole, equal half. None with
    fewer than LEAST_WEEKS values."""
    known = [one for one in values if one is not None]
    if len(known) < LEAST_WEEKS:
        return None
    newest = known[0]
    return (sum(one < newest for one in known) + sum(one == newest for one in known) / 2) / len(known)


def stage_health(
    persons: Iterable[Sequence[Touch]], book: Journey, now: datetime
) -> Mapping[str, StageHealth]:
    """Every stage in order, over many people (streamed, one person's touches in memory at a time)."""
    counted = Counted(book, now)
    for touches in persons:
        counted.add(touches)
    return {one.id: counted.of(one.id) for one in book.stages}
