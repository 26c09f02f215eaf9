"""Conversation metrics: what a call measures, refused with a reason where it cannot be measured. Pure and deterministic."""

from __future__ import annotations

from .call import NAMES, CallMetrics, call_metrics
from .many import Aggregate, over_calls
from .measure import Evidence, Metric, MetricRules, Reason
from .ranges import RANGES, Range, judged
from .turns import Conversation, Turn

__all__ = [
    "NAMES",
    "RANGES",
    "Aggregate",
    "CallMetrics",
    "Conversation",
    "Evidence",
    "Metric",
    "MetricRules",
    "Range",
    "Reason",
    "Turn",
    "call_metrics",
    "judged",
    "over_calls",
]
