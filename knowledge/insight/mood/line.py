"""The line itself: a value for each turn of the customer, its parts, and the turn and sentence at which the level changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

from .change import LEAST_VALUES, Change, change_point
from .polarity import heaviest, polarity

VERSION = "mood-2"
"""Changes whenever the same transcript would give another line."""

CUT_IN, MOST_CUT_IN = 0.1, 0.3
"""What each interruption by the customer takes off a turn, and at most."""

HURRIED, MOST_HURRIED = 1.1, 0.2
"""A turn faster than this times their own median pace takes off up to MOST_HURRIED (definitions.md D1: 188 against 173
words a minute when flustered)."""

PACED_S = 2.0
"""A turn shorter than this says nothing about pace."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """One turn of a call or one letter. `customer` says whose it is; `line` is its number in the transcript, `id` its row;
    `tokens` and `seconds` give the pace where they are known; `cut_in` counts how often they cut in on us in this turn."""

    text: str
    customer: bool
    line: int = 0
    id: str = ""
    speaker: str = ""
    start: float | None = None
    seconds: float = 0.0
    tokens: int = 0
    cut_in: int = 0


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One value of the line, -1 to 1, and what it is made of. `quote` is the sentence that weighs most, verbatim."""

    value: float
    words: float
    hurry: float
    cut_in: float
    line: int
    id: str
    speaker: str
    start: float | None
    quote: str


@dataclass(frozen=True, kw_only=True)
class Mood:
    """`moments` are the customer's turns in order; `mean` over them; `change` where the level changed and `turn` the moment at
    which it did; None of both where it did not, or `reason` why that cannot be said. `n` turns of the customer."""

    moments: tuple[Moment, ...]
    mean: float | None
    change: Change | None
    reason: str = ""
    reason_en: str = ""

    @property
    def n(self) -> int:
        return len(self.moments)

    @property
    def turn(self) -> Moment | None:
        """The moment at the change, within one turn of it where that sounds like the new level: the one whose words are shown."""
        return self.moments[self.change.shown] if self.change else None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "version": VERSION, "n": self.n}


def mood_of_call(turns: Sequence[Text]) -> Mood:
    """The line of one call. Turns of ours are left out whole."""
    theirs = [one for one in turns if one.customer and one.text.strip()]
    pace = [one.tokens / one.seconds for one in theirs if one.seconds >= PACED_S and one.tokens]
    usual = median(pace) if len(pace) >= 3 else 0.0
    return _line([_moment(one, usual) for one in theirs])


def mood_of_texts(texts: Sequence[Text]) -> Mood:
    """The line over a customer's letters, oldest first: words alone."""
    return _line([_moment(one, 0.0) for one in texts if one.customer and one.text.strip()])


def _line(moments: Sequence[Moment]) -> Mood:
    if len(moments) < LEAST_VALUES:
        return Mood(
            moments=tuple(moments),
            mean=round(fmean(one.value for one in moments), 4) if moments else None,
            change=None,
            reason=f"数据不足:客户只说了 {len(moments)} 轮,至少要 {LEAST_VALUES} 轮",
            reason_en=f"not enough data: {len(moments)} turns of the customer, {LEAST_VALUES} at least",
        )
    values = [one.value for one in moments]
    found = change_point(values)
    if found is not None:
        moments = _pointed(moments, found)
    return Mood(moments=tuple(moments), mean=round(fmean(values), 4), change=found)


def _pointed(moments: Sequence[Moment], found: Change) -> list[Moment]:
    """The turn of the change with the sentence that pulls the new way."""
    kept = list(moments)
    one = kept[found.shown]
    fields = {**vars(one), "quote": heaviest(one.quote, down=found.down)}
    kept[found.shown] = Moment(**fields)
    return kept


def _moment(one: Text, usual: float) -> Moment:
    words = polarity(one.text)
    hurry = 0.0
    if usual and one.seconds >= PACED_S and one.tokens:
        over = one.tokens / one.seconds / usual
        hurry = -MOST_HURRIED * min(1.0, max(0.0, (over - HURRIED) / (2 - HURRIED)))
    cut = -min(MOST_CUT_IN, CUT_IN * one.cut_in)
    return Moment(
        value=round(max(-1.0, min(1.0, words + hurry + cut)), 4),
        words=words,
        hurry=round(hurry, 4),
        cut_in=round(cut, 4),
        line=one.line,
        id=one.id,
        speaker=one.speaker,
        start=one.start,
        quote=one.text.strip(),
    )
