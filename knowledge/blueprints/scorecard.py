"""Scorecards (definitions.md D5): what a call is scored by, what counts as evidence, and who may see the score when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DETECTORS = (
    "fact",
    "next_step",
    "objections_answered",
    "questions",
    "words",
    "nothing_banned",
    "questions_answered",
    "tracker",
    "no_tracker",
    "spin",
)
"""How a question can be answered without a person; `by_hand` is answered by people alone."""


class Detect(BaseModel):
    """What the automatic answer looks for. `fields` are customer facts, any of which counts; `words` stand in what
    `side` says; `least` is how many are needed for the full value. `tracker` is the id of a tracker in force: that it hits, or
    (`no_tracker`) that it does not. `spin`: at most `most_situation` situation questions, and `least` of the other three
    kinds (definitions.md D3)."""

    model_config = ConfigDict(extra="forbid")

    how: str
    fields: list[str] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    side: Literal["rep", "customer"] = "rep"
    least: int = Field(1, ge=1)
    tracker: str = ""
    most_situation: int = Field(3, ge=0)


class Question(BaseModel):
    """One question. `type`: boolean, range (0 to `top`), single (of `options`, the best first), multi (any of `options`),
    metric (`metric_ref` inside `low`..`high`). With `evidence_required` a value above 0 needs a quote. `pass_if` is the least
    value, 0 to 1, that passes; without it nothing is said of passing."""

    model_config = ConfigDict(extra="forbid")

    id: str
    text: str
    text_en: str
    guide: str = ""
    guide_en: str = ""
    type: Literal["boolean", "range", "single", "multi", "metric"] = "boolean"
    top: int = Field(1, ge=1)
    options: list[str] = Field(default_factory=list)
    mandatory: bool = False
    na_allowed: bool = True
    weight: float = Field(1.0, gt=0)
    evidence_required: bool = True
    metric_ref: str = ""
    low: float | None = None
    high: float | None = None
    pass_if: float | None = Field(None, ge=0, le=1)
    detect: Detect | None = None

    def passed(self, value: float | None) -> bool | None:
        """Whether a value passes; None where nothing is asked, or nothing was answered."""
        return None if self.pass_if is None or value is None else value >= self.pass_if - 1e-9

    def value_of(self, said: str) -> float | None:
        """What a person's mark comes to, 0 to 1: a number, yes or no, an option, or several with commas. None for NA. Raises
        ValueError with what may be said."""
        word = said.strip().casefold()
        if word in ("na", "n/a", "不适用"):
            if not self.na_allowed:
                raise ValueError("这题不能选不适用 / this question cannot be NA")
            return None
        if word in ("yes", "true", "是", "no", "false", "否"):
            return float(word in ("yes", "true", "是"))
        chosen = [one.strip() for one in said.replace("，", ",").split(",")]
        if self.type in ("single", "multi") and all(one in self.options for one in chosen):
            return self._options(chosen)
        try:
            value = float(word)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            told = f";{'、'.join(self.options)}" if self.options else ""
            raise ValueError(f"要填 0 到 1、是/否或不适用{told} / 0 to 1, yes/no or NA: {said[:40]!r}")
        return value

    def _options(self, chosen: list[str]) -> float:
        if self.type == "multi":
            return round(len(set(chosen)) / len(self.options), 4)
        last = len(self.options) - 1
        return round(1 - self.options.index(chosen[0]) / last, 4)


class CallFilter(BaseModel):
    """Which calls the card is for: kinds, types (discovery, demo, negotiation; none: all), stages the deal is in now, and at
    least so many lines and seconds (0: any)."""

    model_config = ConfigDict(extra="forbid")

    kinds: list[str] = Field(default_factory=lambda: ["call", "meeting"])
    least_lines: int = Field(4, ge=1)
    least_seconds: float = Field(0, ge=0)
    types: list[str] = Field(default_factory=list)
    stages: list[str] = Field(default_factory=list)

    def fits(self, *, kind: str, lines: int, seconds: float, call_type: str, stage: str) -> bool:
        """Whether a call is one of them. A call without times (0 seconds) is not too short."""
        return (
            kind in self.kinds
            and lines >= self.least_lines
            and (not seconds or seconds >= self.least_seconds)
            and (not self.types or call_type in self.types)
            and (not self.stages or stage in self.stages)
        )


class Scorecard(BaseModel):
    """A card. `visibility`: who may see what people and the rules say on it: everybody who may read the call (public), the
    rep and who leads them, only who leads them, or each person their own marks. `participants`: whose review it is: whose
    call it is (host), who spoke in it (attended), or also whoever was asked to the booked meeting that it is
    (invited).

    The rep sees their own review first: others from the moment they have opened it, or `own_first_days` after the call. Below
    `least_calls` calls no mean and no trend is told. A rep with fewer than `new_rep_calls` calls gets one coaching point,
    others at most `most_points`."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    name_en: str
    call_filter: CallFilter = Field(default_factory=CallFilter)
    visibility: Literal["public", "scored+managers", "managers", "scorer"] = "scored+managers"
    participants: Literal["host", "attended", "invited"] = "host"
    own_first_days: int = Field(30, ge=0)
    least_calls: int = Field(3, ge=1)
    new_rep_calls: int = Field(10, ge=0)
    most_points: int = Field(3, ge=1, le=3)
    questions: list[Question] = Field(min_length=1)

    def question(self, question_id: str) -> Question | None:
        """The question with this id."""
        return next((one for one in self.questions if one.id == question_id), None)


def faults(card: Scorecard) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    ids = [one.id for one in card.questions]
    for question_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"questions: {question_id} 出现多次 / appears more than once"
    for one in card.questions:
        where = f"questions: {one.id}"
        if one.type == "metric" and not one.metric_ref:
            yield f"{where}: 指标题要写 metric_ref / a metric question names its metric_ref"
        if one.type == "metric" and one.low is None and one.high is None:
            yield f"{where}: 指标题要有 low 或 high / a metric question has low or high"
        if one.low is not None and one.high is not None and one.low > one.high:
            yield f"{where}: low 大于 high / low is above high"
        if one.type == "single" and len(one.options) < 2:
            yield f"{where}: 单选题至少两个选项 / a single choice has two options at least"
        if one.type == "multi" and not one.options:
            yield f"{where}: 多选题要有选项 / a multiple choice has options"
        if one.mandatory and one.na_allowed:
            yield f"{where}: 必答题不能选不适用 / a mandatory question cannot be NA"
        if one.detect and one.detect.how not in DETECTORS:
            yield f"{where}: 未知的 detect / unknown detect {one.detect.how!r}; known: {', '.join(DETECTORS)}"
        if one.detect and one.detect.how in ("tracker", "no_tracker") and not one.detect.tracker:
            yield f"{where}: detect {one.detect.how} 要写 tracker / names its tracker"
        if one.detect and one.detect.how == "fact" and not one.detect.fields:
            yield f"{where}: detect fact 要写 fields / detect fact needs fields"
        if one.detect and one.detect.how == "words" and not one.detect.words:
            yield f"{where}: detect words 要写 words / detect words needs words"
