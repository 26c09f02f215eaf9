"""Published ranges of the metrics by type of call, and how a value compares; weak sources are marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .measure import Metric

Verdict = Literal["below", "within", "above"]
ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Range:
    """From `low` to `high` (None: open). `weak`: take the direction, not the digit. `source` is a tag of sources.md."""

    low: float | None
    high: float | None
    source: str
    weak: bool = False


RANGES: dict[str, dict[str, Range]] = {
    "talk_ratio": {
        ANY: Range(low=0.35, high=0.65, source="D3a, D3b", weak=True),
        "discovery": Range(low=0.30, high=0.35, source="D3e", weak=True),
        "demo": Range(low=None, high=0.55, source="D3e", weak=True),
        "negotiation": Range(low=0.40, high=0.45, source="D3e", weak=True),
    },
    "longest_monologue": {ANY: Range(low=None, high=150.0, source="D3b", weak=True)},
    "longest_customer_story": {ANY: Range(low=50.0, high=None, source="D3g")},
    "company_overview": {ANY: Range(low=None, high=120.0, source="D3g")},
    "patience": {ANY: Range(low=0.6, high=1.0, source="O12", weak=True)},
    "question_count": {ANY: Range(low=11.0, high=14.0, source="D3i")},
    "questions_per_30min": {"discovery": Range(low=11.0, high=14.0, source="D3j", weak=True)},
    "open_question_share": {ANY: Range(low=0.6, high=None, source="O13", weak=True)},
    "filler_rate": {ANY: Range(low=None, high=3.0, source="O13", weak=True)},
    "next_step_set": {ANY: Range(low=1.0, high=None, source="D3j", weak=True)},
}
"""Defaults of definitions.md D1; a blueprint may hand others to `judged`."""


def judged(
    metric: Metric, call_type: str = "", ranges: dict[str, dict[str, Range]] | None = None
) -> tuple[Verdict, Range] | None:
    """How a value lies to the range of its call type, else to the range of any call; None without a value or a range."""
    known = (RANGES if ranges is None else ranges).get(metric.name, {})
    one = known.get(call_type) or known.get(ANY)
    if one is None or metric.value is None:
        return None
    if one.low is not None and metric.value < one.low:
        return "below", one
    return ("above" if one.high is not None and metric.value > one.high else "within"), one
