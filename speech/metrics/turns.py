"""Segments become a conversation: whole milliseconds, one order, turns, and who spoke how long."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from speech.transcript import Segment, Side

from .measure import MetricRules
from .words import is_backchannel, tokens

Timing = Literal["full", "starts", "none"]
"""Whether every utterance has both ends, its beginning alone (its end is taken from the next one), or no times."""

MS = 1000
_SLOWEST = 350
"""Milliseconds a token, for the end of a last utterance that has none (173 words a minute)."""


@dataclass(frozen=True, kw_only=True, order=True)
class Said:
    """One utterance; times in milliseconds, 0 where there are none."""

    start: int
    end: int
    speaker: str
    side: Side
    text: str
    backchannel: bool


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A maximal run of one speaker; a back-channel neither ends nor starts one."""

    speaker: str
    side: Side
    said: tuple[Said, ...]

    @cached_property
    def start(self) -> int:
        return min(one.start for one in self.said)

    @cached_property
    def end(self) -> int:
        return max(one.end for one in self.said)

    @property
    def length(self) -> int:
        return self.end - self.start

    @cached_property
    def spoken(self) -> int:
        """Milliseconds with sound, pauses left out."""
        return covered((one.start, one.end) for one in self.said)

    @cached_property
    def text(self) -> str:
        return "\n".join(one.text for one in self.said)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Everything said, ordered by (start, end, speaker, text) where there are times, as given where there are none."""

    said: tuple[Said, ...]
    timing: Timing

    @classmethod
    def of(cls, segments: Sequence[Segment], rules: MetricRules) -> Conversation:
        """The conversation of a transcript's segments; segments without any word do not count."""
        spoken = [one for one in segments if one.text.strip()]
        starts = [_ms(one.start) for one in spoken]
        if not spoken or any(one is None for one in starts):
            said = tuple(_said(one, 0, 0, rules) for one in spoken)
            return cls(said=said, timing="none")
        ends = [_ms(one.end) for one in spoken]
        begun = sorted({one for one in starts if one is not None})
        timed: list[Said] = []
        for one, start, end in zip(spoken, starts, ends, strict=True):
            assert start is not None
            until = _until(one.text, start, begun) if end is None else max(start, end)
            timed.append(_said(one, start, until, rules))
        full: Timing = "starts" if any(one is None for one in ends) else "full"
        return cls(said=tuple(sorted(timed)), timing=full)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The turns in order."""
        runs: list[list[Said]] = []
        for one in self.said:
            if one.backchannel:
                continue
            if runs and runs[-1][0].speaker == one.speaker:
                runs[-1].append(one)
            else:
                runs.append([one])
        return tuple(Turn(speaker=run[0].speaker, side=run[0].side, said=tuple(run)) for run in runs)

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The stretches in which anybody speaks, joined where they touch."""
        return tuple(joined((one.start, one.end) for one in self.said))

    @cached_property
    def length(self) -> int:
        """From the first word to the last."""
        return self.spans[-1][1] - self.spans[0][0] if self.spans else 0

    @property
    def speech(self) -> int:
        """Milliseconds in which anybody speaks."""
        return sum(end - start for start, end in self.spans)

    def spoken(self, side: Side) -> int:
        """Milliseconds in which this side speaks; two of one side at once count once."""
        return covered((one.start, one.end) for one in self.said if one.side == side)

    def words(self, side: Side) -> int:
        """Tokens of this side."""
        return sum(len(tokens(one.text)) for one in self.said if one.side == side)

    def of_side(self, side: Side) -> tuple[Said, ...]:
        """What this side said, back-channels left out."""
        return tuple(one for one in self.said if one.side == side and not one.backchannel)


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The union of spans, in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def covered(spans: Iterable[tuple[int, int]]) -> int:
    """How long the union of spans is."""
    return sum(end - start for start, end in joined(spans))


def _said(one: Segment, start: int, end: int, rules: MetricRules) -> Said:
    heard = is_backchannel(one.text, rules.backchannel_tokens)
    return Said(
        start=start, end=end, speaker=one.speaker, side=one.side, text=one.text, backchannel=heard
    )  # fmt: skip


def _ms(seconds: float | None) -> int | None:
    return round(seconds * MS) if seconds is not None and math.isfinite(seconds) else None


def _until(text: str, start: int, begun: Sequence[int]) -> int:
    """The end of an utterance that has none: the next beginning, or what so many words take at least."""
    later = next((one for one in begun if one > start), None)
    return start + len(tokens(text)) * _SLOWEST if later is None else later
