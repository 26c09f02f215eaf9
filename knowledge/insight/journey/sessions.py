"""Visits and what they were worth (definitions.md D8): sessions, engaged or bounced, page dwell and its sudden drop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from statistics import median

from .events import Touch, in_order

PAGES: frozenset[str] = frozenset({"web", "app"})
"""Sources that are visits to pages of ours."""
IDLE = timedelta(minutes=30)
"""Longer than this without an event, and the next one begins a session (D14, D8)."""
CAP_S = 1800.0
"""A page that stays open longer than this counts this much (D8: 30 minutes)."""
ENGAGED_S, ENGAGED_PAGES = 10.0, 2
RECENT_DAYS, USUAL_DAYS, DROP = 7, 28, 0.5
LEAST_DAYS = 3
"""Days with a visit that the usual level needs before a drop from it can be told."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Touches of one person on our pages with never more than IDLE between two. `seconds` is what could be seen, each page
    capped; `pages` counts different pages. `engaged`: 10 s or 2 pages or a conversion; where no time was measured at all,
    what the page itself reported."""

    person: str
    touches: tuple[Touch, ...]

    @property
    def begin(self) -> datetime:
        return self.touches[0].at

    @property
    def seconds(self) -> float:
        return sum(dwell_s(one) for one in self.touches)

    @property
    def pages(self) -> int:
        return len({one.page for one in self.touches if one.page})

    @property
    def engaged(self) -> bool:
        if any(one.conversion for one in self.touches) or self.pages >= ENGAGED_PAGES:
            return True
        if all(one.visible_s is None for one in self.touches):
            return any(one.engaged for one in self.touches)
        return self.seconds >= ENGAGED_S


def dwell_s(touch: Touch) -> float:
    """Seconds the page could be seen, capped at 30 minutes; 0 where nobody measured it."""
    return min(CAP_S, max(0.0, touch.visible_s or 0.0))


def sessions(touches: Iterable[Touch]) -> list[Session]:
    """The sessions of one person, in order. Crawlers and what is no visit to a page of ours are left out."""
    found: list[list[Touch]] = []
    for one in in_order(t for t in touches if t.source in PAGES and not t.bot):
        if found and one.at - found[-1][-1].at <= IDLE:
            found[-1].append(one)
        else:
            found.append([one])
    return [Session(person=part[0].person, touches=tuple(part)) for part in found]


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """Sessions that were not engaged, of all. `ids` are the first touches of those that bounced, at most MOST_IDS."""

    n: int
    bounced: int
    ids: tuple[str, ...] = ()

    @property
    def rate(self) -> float | None:
        return self.bounced / self.n if self.n else None


MOST_IDS = 50


def bounce(found: Iterable[Session]) -> Bounce:
    """The bounce rate of sessions (streamed: only counts and a few ids are kept)."""
    n = bounced = 0
    ids: list[str] = []
    for one in found:
        n += 1
        if not one.engaged:
            bounced += 1
            if len(ids) < MOST_IDS:
                ids.append(one.touches[0].id)
    return Bounce(n=n, bounced=bounced, ids=tuple(ids))


def day_of(at: datetime, utc_offset_hours: int = 8) -> date:
    """The day of a moment on the working clock."""
    return at.astimezone(timezone(timedelta(hours=utc_offset_hours))).date()


def daily_dwell(touches: Iterable[Touch], utc_offset_hours: int = 8) -> dict[date, float]:
    """Day -> seconds on our pages, each page capped; only days with a visit occur."""
    found: defaultdict[date, float] = defaultdict(float)
    for one in touches:
        if one.source in PAGES and not one.bot:
            found[day_of(one.at, utc_offset_hours)] += dwell_s(one)
    return dict(found)


@dataclass(frozen=True, kw_only=True)
class DwellDrop:
    """The median seconds of the days with a visit: of 7 days, and of 28 days before. A week without any visit counts 0.
    `days` is how many days with a visit the usual level rests on."""

    recent_s: float
    usual_s: float
    days: int

    @property
    def share(self) -> float:
        """What is left of the usual level, 0 to 1 and above."""
        return self.recent_s / self.usual_s

    def fell(self, to: float = DROP) -> bool:
        return self.recent_s <= to * self.usual_s


def dwell_drop(touches: Iterable[Touch], now: datetime, utc_offset_hours: int = 8) -> DwellDrop | None:
    """How the last 7 days compare with the person's own 28 days before them; None when those hold too few visits."""
    found = dwell_drops(touches, now, 1, utc_offset_hours)
    return found[0] if found else None


def dwell_drops(
    touches: Iterable[Touch], now: datetime, weeks: int, utc_offset_hours: int = 8
) -> list[DwellDrop]:
    """Each of the last `weeks` weeks, the newest first, against the 28 days before them all; nothing without a usual level."""
    today = day_of(now, utc_offset_hours)
    seconds = daily_dwell((one for one in touches if one.at <= now), utc_offset_hours)
    edge = today - timedelta(days=RECENT_DAYS * weeks)
    usual = [s for day, s in seconds.items() if edge - timedelta(days=USUAL_DAYS) < day <= edge]
    if len(usual) < LEAST_DAYS or median(usual) <= 0:
        return []
    made = []
    for week in range(weeks):
        end = today - timedelta(days=RECENT_DAYS * week)
        recent = [s for day, s in seconds.items() if end - timedelta(days=RECENT_DAYS) < day <= end]
        left = float(median(recent)) if recent else 0.0
        made.append(DwellDrop(recent_s=left, usual_s=float(median(usual)), days=len(usual)))
    return made


def enquiries(touches: Iterable[Touch], after: datetime, until: datetime) -> list[Touch]:
    """Messages from the customer in (after, until], in order."""
    return in_order(one for one in touches if one.is_enquiry and not one.bot and after < one.at <= until)


def enquiry_frequency(touches: Iterable[Touch], now: datetime, days: int = 7) -> float:
    """Inbound messages a week, over the last `days`."""
    return len(enquiries(touches, now - timedelta(days=days), now)) * 7 / days


def all_sessions(persons: Iterable[Sequence[Touch]]) -> Iterator[Session]:
    """The sessions of many people, one person in memory at a time."""
    for touches in persons:
        yield from sessions(touches)
