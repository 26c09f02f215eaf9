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
)
"""How a question can be answered without a person; `by_hand` is answered by people alone."""


class Detect(BaseModel):
    """What the automatic answer looks for. `fields` are customer facts, any of which counts; `words` stand in what
    `side` says; `least` is how many are needed for the full value."""

    model_config = ConfigDict(extra="forbid")

    how: str
    fields: list[str] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    side: Literal["rep", "customer"] = "rep"
    least: int = Field(1, ge=1)


class Question(BaseModel):
    """One question. `type`: boolean, range (0 to `top`), single (of `options`, the best first), metric (`metric_ref`
    inside `low`..`high`). With `evidence_required` a value above 0 needs a quote. `pass_if` is the least that passes."""

    model_config = ConfigDict(extra="forbid")

    id: str
    text: str
    text_en: str
    guide: str = ""
    guide_en: str = ""
    type: Literal["boolean", "range", "single", "metric"] = "boolean"
    top: int = Field(1, ge=1)
    options: list[str] = Field(default_factory=list)
    mandatory: bool = False
    na_allowed: bool = True
    weight: float = Field(1.0, gt=0)
    evidence_required: bool = True
    metric_ref: str = ""
    low: float | None = None
    high: float | None = None
    pass_if: float | None = None
    detect: Detect | None = None


class CallFilter(BaseModel):
    """Which calls the card is for."""

    model_config = ConfigDict(extra="forbid")

    kinds: list[str] = Field(default_factory=lambda: ["call", "meeting"])
    least_lines: int = Field(4, ge=1)


class Scorecard(BaseModel):
    """A card. The rep sees their own review first: others from the moment they have opened it, or `own_first_days` after
    the call. Below `least_calls` calls no mean and no trend is told. A rep with fewer than `new_rep_calls` calls gets one
    coaching point, others at most `most_points`."""

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
        if one.mandatory and one.na_allowed:
            yield f"{where}: 必答题不能选不适用 / a mandatory question cannot be NA"
        if one.detect and one.detect.how not in DETECTORS:
            yield f"{where}: 未知的 detect / unknown detect {one.detect.how!r}; known: {', '.join(DETECTORS)}"
        if one.detect and one.detect.how == "fact" and not one.detect.fields:
            yield f"{where}: detect fact 要写 fields / detect fact needs fields"
        if one.detect and one.detect.how == "words" and not one.detect.words:
            yield f"{where}: detect words 要写 words / detect words needs words"
