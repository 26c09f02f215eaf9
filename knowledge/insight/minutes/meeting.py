"""The next meeting that a talk ends with: proposed, refused, moved and agreed clause by clause, by rules; nothing is made up.

What was not said stays open and is named so: a week is no day, 下午 is no hour. A refused time is gone; the last one counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from knowledge import zones

from . import acts, clauses
from .acts import Sentence
from .clauses import Named, Reads
from .shape import NextMeeting, Said, Talk
from .slot import Slot, refused, same_day, same_speaker, with_day, with_hour

WINDOW = 6
"""So many sentences after the last word about it a time alone is no longer understood as the meeting's."""

LONGEST = 31
"""Days beyond which a span is no time for a meeting: "this year" is when other things happen."""

ANOTHER = 2
"""So many sentences after a time was agreed a later day is another meeting, unless something is changed by it."""


@dataclass
class Negotiation:
    """Hears a talk sentence by sentence. `last` is the sentence that spoke of it last, `monday` the beginning of the
    week that was named, `lines` those in which a meeting is spoken of anywhere; `aside`: the sentence
    before asked for something else, so that a time alone answers that."""

    talk: Talk
    reads: Reads
    slot: Slot | None = None
    last: int = -WINDOW - 1
    monday: date | None = None
    lines: frozenset[int] = frozenset()
    aside: bool = False

    def hear(self, at: int, one: Sentence, hinted: bool = False) -> None:
        """`hinted`: somebody else has found that it speaks of the meeting."""
        spoken = hinted or one.line in self.lines
        about = spoken or one.line + 1 in self.lines  # "Thursday at nine?" "Let's meet then."
        if not about and at - self.last > WINDOW:
            return
        for clause in clauses.cut(one.text):
            self._clause(at, one, clause, about, hinted)
        self.aside = self.last != at and not spoken and clauses.asks_else(one.text)
        if spoken:
            self.last = at

    def _clause(self, at: int, one: Sentence, clause: str, about: bool, hinted: bool) -> None:
        named = self.reads(clause, self.talk.there)
        if clauses.refuses(clause):
            self._refused(at, clause, named)
        elif clauses.calls_off(clause) and not named.dated:
            self.slot = None
        elif (named.dated or named.timed) and self._means(at, clause, named, about, hinted):
            self._named(at, one, named, clause)
        elif self.slot and about and named.minutes and clauses.bare(named.rest):
            self.slot = replace(self.slot, minutes=named.minutes)
        elif self.slot and not clauses.asks(one.text) and self._theirs(one):
            if clauses.puts_off(clause):
                self.slot = replace(self.slot, asked=True, agreed=False)
            elif clauses.agrees(clause):
                self.slot = replace(self.slot, agreed=True)

    def _means(self, at: int, clause: str, named: Named, about: bool, hinted: bool) -> bool:
        """Whether the time is the meeting's: it is spoken of in the very clause, or nothing else is."""
        if clauses.elsewhere(clause) or clauses.rambles(clause):
            return False
        if hinted or acts.meets(clause):
            return not acts.hands_over(clause)
        return (
            clauses.bare(named.rest)
            and not self.aside
            and (about or self.slot is not None or self.monday is not None or at - self.last <= 1)
        )

    def _named(self, at: int, one: Sentence, named: Named, clause: str) -> None:
        since, until = self._days(named)
        new = replace(self._fresh(one, named), since=since, until=until)
        near, self.last = at - self.last, at
        if since is None or until is None:
            if self.slot is not None or acts.meets(one.text):
                theirs = self.slot is not None and self._theirs(one)
                self.slot = with_hour(self.slot or Slot(), new, theirs=theirs)
            return
        if until < self.talk.there or (until == self.talk.there and named.hour is None):
            return
        if (until - since).days > LONGEST:
            return
        self._week_of(since, until)
        old, changed = self.slot, clauses.changes(clause)
        if old is None:
            self.slot = new
        elif old.since is None:
            self.slot = with_day(old, new)
        elif new.within(old):
            self.slot = same_day(old, new, theirs=self._theirs(one))
        elif changed or (not (old.sole and not new.sole) and self._replaces(old, since, near, clause)):
            self.slot = new  # else a week after a day was named, or the meeting after the next

    def _replaces(self, old: Slot, since: date, near: int, clause: str) -> bool:
        """Whether another day is meant instead: until a time was agreed always; then only at once, or by a word about it."""
        if not old.agreed or near <= 1:
            return True
        return acts.meets(clause) and (near <= ANOTHER or since < (old.since or since))

    def _fresh(self, one: Sentence, named: Named) -> Slot:
        return Slot(
            hour=named.hour,
            loose=named.loose,
            assumed=named.assumed,
            minutes=named.minutes,
            zone=self._zone(named.zone, one),
            quotes=(one,),
            asked=clauses.asks(one.text),
            hanging=clauses.hangs_on_something(one.text),
        )

    def _refused(self, at: int, clause: str, named: Named) -> None:
        if acts.hands_over(clause):
            return
        since, until = self._days(named)
        self._week_of(since, until)
        if self.slot is None:
            return
        if not (named.dated or named.timed) and not clauses.refuses_it_all(named.rest or clause):
            return  # something else will not do
        self.slot = refused(self.slot, named, since, until)
        self.last = at

    def _days(self, named: Named) -> tuple[date | None, date | None]:
        """A weekday without a week is that of the week spoken of, else the next one."""
        if named.since or named.weekday is None:
            return named.since, named.until
        today = self.talk.there
        if named.weekday < 0:
            return today + timedelta(days=1), today + timedelta(days=7)
        if self.monday is not None and self.monday + timedelta(days=named.weekday) > today:
            wanted = self.monday + timedelta(days=named.weekday)
        else:
            wanted = today + timedelta(days=(named.weekday - today.weekday() - 1) % 7 + 1)
        return wanted, wanted

    def _week_of(self, since: date | None, until: date | None) -> None:
        if since and until and (until - since).days < 7:
            self.monday = since - timedelta(days=since.weekday())

    def _theirs(self, one: Sentence) -> bool:
        """Whether somebody else speaks than who named the time."""
        return bool(self.slot and self.slot.quotes) and not same_speaker(self.slot.quotes[-1], one)  # type: ignore[union-attr]

    def _zone(self, said: str, one: Sentence) -> str:
        """Whose time was meant by "your time": the customer's where we say it, ours where they do."""
        if said not in ("yours", "ours"):
            return said
        if not one.side:
            return zones.UNCLEAR
        return self.talk.zone if (said == "yours") == (one.side == "rep") else zones.HOME


def next_meeting(
    talk: Talk, said: Sequence[Sentence], reads: Reads, hints: Collection[int] = ()
) -> NextMeeting | None:
    """The meeting a talk ends with, None where none is to come. `hints` are lines that somebody knows to speak of it."""
    lines = frozenset(one.line for one in said if acts.meets(one.text))
    heard = Negotiation(talk=talk, reads=reads, lines=lines)
    for at, one in enumerate(said):
        heard.hear(at, one, one.line in hints)
    slot = heard.slot
    if slot is None or slot.since is None or slot.until is None or _is_over(talk, slot):
        return None
    *before, last = slot.quotes
    return NextMeeting(
        when_iso=slot.since.isoformat()
        if slot.sole
        else f"{slot.since.isoformat()}/{slot.until.isoformat()}",
        at=f"{slot.hour:%H:%M}" if slot.hour else "",
        zone="" if slot.zone == zones.UNCLEAR else slot.zone or talk.zone,
        minutes=slot.minutes,
        agreed=slot.agreed,
        assumed=slot.assumed,
        unsettled=_unsettled(slot),
        because=tuple(Said(**_where(talk, one)) for one in before),
        **_where(talk, last),
    )


def _unsettled(slot: Slot) -> tuple[Any, ...]:
    left = {
        "day": not slot.sole,
        "hour": slot.hour is None,
        "zone": slot.zone == zones.UNCLEAR,
        "condition": slot.hanging,
        "answer": slot.asked and not slot.agreed and slot.quotes[-1].side != "customer",
    }
    return tuple(name for name, is_open in left.items() if is_open)


def _is_over(talk: Talk, slot: Slot) -> bool:
    """Of the day of the talk itself only what lies after its end counts."""
    if slot.until is None or slot.until > talk.there:
        return False
    if slot.hour is None or talk.began is None or not slot.sole:
        return True
    ends = max((line.end or line.start or 0.0 for line in talk.lines), default=0.0)
    start = datetime.combine(talk.there, slot.hour, talk.began.tzinfo)
    return start <= talk.began + timedelta(seconds=ends)


def _where(talk: Talk, one: Sentence) -> dict[str, Any]:
    return {"quote": one.text, "line": one.line, "speaker": one.speaker, "t": talk.lines[one.line].start}
