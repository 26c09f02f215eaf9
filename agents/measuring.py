"""The metrics of a call as a review needs them: from speech.metrics where that floor measures, else none."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from knowledge.insight.reviews import Measured
from knowledge.model import Interaction
from speech.transcript import Segment

from .minutes import lines_of

PLACE = "speech.metrics"
"""Offers call_metrics(segments) -> an object whose `metrics` maps names to values with n and reason."""


def measured(row: Interaction) -> Mapping[str, Measured]:
    """Name -> value with n, or None with the reason. Needs who spoke when; what cannot be measured says so itself."""
    if find_spec(PLACE) is None:
        return {}
    segments = [
        Segment(
            speaker=line.speaker,
            text=line.text,
            side="rep" if line.side == "rep" else "customer" if line.side == "customer" else "unknown",
            start=line.start,
            end=line.end,
        )
        for line in lines_of(row)
    ]
    found: Any = import_module(PLACE).call_metrics(segments)
    return {name: of_metric(one) for name, one in found.metrics.items()}


def of_metric(metric: Any) -> Measured:
    """One of speech.metrics.Metric, narrowed."""
    reason = metric.reason
    return Measured(
        name=str(metric.name),
        value=None if metric.value is None else float(metric.value),
        n=int(metric.n),
        unit=str(metric.unit),
        reason=str(reason.zh) if reason else "",
        reason_en=str(reason.en) if reason else "",
    )
