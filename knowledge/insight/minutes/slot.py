"""What lies on the table while two sides agree on a time, and what a new word does to it: what is not said anew stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time

from .acts import Sentence
from .clauses import Named


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Days `since` to `until` and the hour, the sentences they rest on, and whether the other side said yes. `asked`: it
    was put as a question or the answer was put off; `hanging`: on a condition; the rest as in clauses.Named."""

    since: date | None = None
    until: date | None = None
    hour: time | None = None
    loose: bool = False
    assumed: bool = False
    minutes: int = 0
    zone: str = ""
    quotes: tuple[Sentence, ...] = ()
    agreed: bool = False
    asked: bool = False
    hanging: bool = False

    @property
    def sole(self) -> bool:
        """One day."""
        return self.since is not None and self.since == self.until

    @property
    def timed(self) -> bool:
        return self.hour is not None or self.loose

    def within(self, other: Slot) -> bool:
        """Whether this is one day of the other's."""
        if not self.sole or not (self.since and other.since and other.until):
            return False
        return other.since <= self.since <= other.until

    def misses(self, since: date, until: date) -> bool:
        """Whether none of these days is meant."""
        return bool(self.since and self.until) and (until < self.since or self.until < since)  # type: ignore[operator]

    def without_hour(self) -> Slot:
        return replace(self, hour=None, loose=False, assumed=False, agreed=False, asked=False)


def same_speaker(one: Sentence, two: Sentence) -> bool:
    """Whether the same side speaks; without sides the same person, without names the same line."""
    if one.side and two.side:
        return one.side == two.side
    if one.speaker or two.speaker:
        return one.speaker == two.speaker
    return one.line == two.line


def with_hour(old: Slot, new: Slot, *, theirs: bool) -> Slot:
    """The day that was named before, with the new hour; the other side naming the very same hour agrees to it."""
    same = old.hour == new.hour and not new.loose
    return replace(
        old,
        hour=new.hour,
        loose=new.loose,
        assumed=new.assumed,
        zone=new.zone or old.zone,
        minutes=new.minutes or old.minutes,
        quotes=both(old.quotes, new.quotes),
        agreed=same and (old.agreed or theirs),
        asked=new.asked,
        hanging=old.hanging or new.hanging,
    )


def with_day(old: Slot, new: Slot) -> Slot:
    """The hour that was named before, on the new day."""
    kept = new if new.timed else replace(new, hour=old.hour, loose=old.loose, assumed=old.assumed)
    return replace(
        kept,
        quotes=both(old.quotes, new.quotes),
        zone=new.zone or old.zone,
        minutes=new.minutes or old.minutes,
        hanging=old.hanging or new.hanging,
    )


def same_day(old: Slot, new: Slot, *, theirs: bool) -> Slot:
    """A day inside what was said before, or that day again."""
    minutes = new.minutes or old.minutes
    repeats = not new.timed or (old.hour == new.hour and not new.loose and new.zone in ("", old.zone))
    if old.sole and repeats:
        yes = old.agreed or (theirs and not new.asked)
        return replace(old, agreed=yes, asked=old.asked and not yes, minutes=minutes)
    if new.timed:
        return replace(new, minutes=minutes, zone=new.zone or old.zone)
    return with_day(old, new)


def refused(slot: Slot, named: Named, since: date | None, until: date | None) -> Slot | None:
    """What is left when a time was turned down: a refused hour leaves its day, a refused day nothing; another time than
    the one on the table changes nothing."""
    if since and until and slot.misses(since, until):
        return slot
    if named.timed:
        other = named.hour is not None and slot.hour is not None and named.hour != slot.hour
        return slot if other else slot.without_hour()
    return None


def both(before: tuple[Sentence, ...], now: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """The sentences a time rests on, in the order in which they were said."""
    return (*(one for one in before if one not in now), *now)
