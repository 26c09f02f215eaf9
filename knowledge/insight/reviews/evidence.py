"""What a review is made of: a talk with its minutes and whatever was measured, and answers that name their moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.insight.minutes import Minutes, Said, Talk
from knowledge.insight.tracking import Hit

from .spin import Spin

VERSION = "review-2"
"""Changes whenever the same transcript and card would give another review."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One metric of a call as a review needs it: `value` None with the reason why; `n` observations."""

    name: str
    value: float | None
    n: int = 0
    unit: str = ""
    reason: str = ""
    reason_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One call: the talk, its minutes, its metrics by name (none where nobody measured), where trackers hit in it."""

    talk: Talk
    minutes: Minutes
    metrics: Mapping[str, Measured] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()

    def said(self, line: int, quote: str = "") -> Said:
        """A line, or a piece of it, as evidence."""
        spoken = self.talk.lines[line]
        words = quote or spoken.text.strip() or spoken.speaker or "…"
        return Said(quote=words, line=line, speaker=spoken.speaker, t=spoken.start)


class Answer(BaseModel):
    """The answer to one question of a card. `value` 0..1 is normalised, None is NA with its reason; `by` is auto or the
    id of the person who scored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question_id: str
    value: float | None
    evidence: tuple[Said, ...] = ()
    by: str = "auto"
    reason: str = ""
    reason_en: str = ""


class Point(BaseModel):
    """One thing to do better: at which moment, of which kind, and why. The better line is looked up when it is shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["banned", "objection", "next_step", "question", "unanswered"]
    moment: Said
    why: str
    why_en: str
    class_id: str = ""


class Review(BaseModel):
    """One call scored: `score` 0..100, None with `no_score` saying why; answers in the card's order; `points` in order of
    weight. `card_version` is the SHA-256 of the card, `transcript` that of the transcript it rests on, `call_type` discovery,
    demo, negotiation or "". `spin` counts our questions by kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    call_id: str
    version: str = VERSION
    card: str
    card_version: str
    transcript: str = ""
    call_type: str = ""
    engine: str
    score: float | None
    no_score: str = ""
    no_score_en: str = ""
    answers: tuple[Answer, ...] = ()
    points: tuple[Point, ...] = ()
    spin: Spin = Spin()
