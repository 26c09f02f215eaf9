"""One measured value: what it is, how many observations it stands on, and in words why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Kind = Literal["ratio", "median", "max", "p50", "p90", "flag", "mean"]
"""How the value comes from its observations, and so how the values of several calls are pooled:
ratio: `top / bottom`; median, max, p50, p90: of `values`; flag: 1 or 0; mean: one number a call, pooled as their mean."""


@dataclass(frozen=True, kw_only=True)
class MetricRules:
    """Every threshold of the metrics; the defaults are those of definitions.md D1. Seconds, shares from 0 to 1.

    A blueprint may hold others: `MetricRules.of({...})`. `min_tokens` stands for the 60 seconds where a transcript has
    no times (at 173 words a minute, definitions.md D1)."""

    min_speech_s: float = 60.0
    min_side_share: float = 0.05
    min_speaker_confidence: float = 0.7
    min_tokens: int = 173
    backchannel_tokens: int = 5
    interruption_overlap_s: float = 0.3
    interruption_goes_on_s: float = 1.0
    clarifying_turn_s: float = 3.0
    lsm_tokens: int = 100
    early_share: float = 1 / 3
    pace_turn_s: float = 2.0
    """A turn shorter than this says nothing about pace: its ends are as long as itself."""
    competitors: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    """Words that mark an objection beside the built-in ones, as the playbook has them."""

    @classmethod
    def of(cls, given: dict[str, Any]) -> MetricRules:
        """The rules in a blueprint's mapping. Raises ValueError naming a key that is unknown or no number."""
        known = {one.name for one in fields(cls)}
        values: dict[str, Any] = {}
        for key, value in given.items():
            if key not in known:
                raise ValueError(f"不认识 {key} / unknown key {key}; {', '.join(sorted(known))}")
            if key in ("competitors", "objections"):
                values[key] = tuple(str(one) for one in value)
            elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(f"{key} 要写数字 / {key} must be a number")
            else:
                values[key] = value
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A verbatim piece of the transcript and when it was said (seconds; None where there are no times)."""

    quote: str
    speaker: str
    side: str
    start: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why there is no value: a code for programs, a sentence in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A value with `n`, the number of observations it stands on, or None with a reason.

    `top`/`bottom` (of a ratio) and `values` (of a median, maximum or percentile) are kept, so that calls can be pooled.
    """

    name: str
    unit: str
    kind: Kind
    value: float | None = None
    n: int = 0
    top: float = 0.0
    bottom: float = 0.0
    values: tuple[float, ...] = ()
    reason: Reason | None = None
    evidence: tuple[Evidence, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """For programs: name, value, unit, n, and reason or evidence where there are any."""
        found: dict[str, Any] = {"value": self.value, "unit": self.unit, "n": self.n}
        if self.reason:
            found["reason"] = {"code": self.reason.code, "zh": self.reason.zh, "en": self.reason.en}
        if self.evidence:
            found["evidence"] = [vars(one) for one in self.evidence]
        return found


def ratio(name: str, unit: str, top: float, bottom: float, n: int, why: Reason | None = None) -> Metric:
    """`top / bottom`, or None with `why` where there is nothing to divide by."""
    if bottom <= 0:
        return Metric(name=name, unit=unit, kind="ratio", reason=why or NOTHING)
    return Metric(name=name, unit=unit, kind="ratio", value=_neat(top / bottom), n=n, top=top, bottom=bottom)


def statistic(name: str, unit: str, kind: Kind, values: Sequence[float], why: Reason | None = None) -> Metric:
    """The median, maximum or percentile of `values`, or None with `why` where there are none."""
    if not values:
        return Metric(name=name, unit=unit, kind=kind, reason=why or NOTHING)
    ordered = tuple(sorted(values))
    return Metric(
        name=name, unit=unit, kind=kind, value=summed(kind, ordered), n=len(ordered), values=ordered
    )


def summed(kind: Kind, ordered: Sequence[float]) -> float:
    """One number for sorted `ordered`; percentiles are interpolated between neighbours (Hyndman and Fan, type 7)."""
    if kind == "max":
        return _neat(ordered[-1])
    if kind in ("mean", "flag"):
        return _neat(math.fsum(ordered) / len(ordered))
    place = (0.9 if kind == "p90" else 0.5) * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return _neat(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def single(name: str, unit: str, value: float, n: int) -> Metric:
    """One number of a call that pools as the mean of its calls."""
    neat = _neat(value)
    return Metric(name=name, unit=unit, kind="mean", value=neat, n=n, values=(neat,))


def flag(name: str, yes: bool, n: int, evidence: Sequence[Evidence] = ()) -> Metric:
    """Yes or no as 1 or 0, with what was said."""
    return Metric(
        name=name, unit="yes/no", kind="flag", value=float(yes), n=n, values=(float(yes),), evidence=tuple(evidence)
    )  # fmt: skip


def refused(metric: Metric, why: Reason) -> Metric:
    """The metric without its value."""
    return Metric(name=metric.name, unit=metric.unit, kind=metric.kind, reason=why)


def _neat(value: float) -> float:
    """Six digits after the point: what floats add beyond is noise that would differ between machines."""
    return round(value, 6) + 0.0


NOTHING = Reason(
    code="none_found", zh="通话里没有可以量的地方", en="nothing of the kind happened in the call"
)
