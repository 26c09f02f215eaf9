"""The metrics of a call as a review needs them: those of speech.metrics, narrowed, each refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.insight.reviews import Measured
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts
from speech.metrics import Metric, MetricRules, call_metrics
from speech.transcript import Segment, Side

from .minutes import lines_of
from .skill import Turn

_SIDES: dict[str, Side] = {"rep": "rep", "customer": "customer"}


def measured(turn: Turn, row: Interaction, facts: DealFacts | None) -> Mapping[str, Measured]:
    """Name -> value with n, or None with the reason: no times, too short, one side silent, speakers unsure."""
    segments = segments_of(row)
    competitor = facts.deal.competitor if facts else ""
    recording = turn.desk.recording(row.id)
    rules = MetricRules(competitors=(competitor,) if competitor else ())
    found = call_metrics(segments, rules, recording.speaker_confidence if recording else None)
    return {name: of_metric(one) for name, one in found.metrics.items()}


def segments_of(row: Interaction) -> list[Segment]:
    """Who said what and when, as the metrics and the pictures take it."""
    return [
        Segment(
            speaker=line.speaker,
            text=line.text,
            side=_SIDES.get(line.side, "unknown"),
            start=line.start,
            end=line.end,
        )
        for line in lines_of(row)
    ]


def of_metric(metric: Metric) -> Measured:
    """One metric, narrowed."""
    reason = metric.reason
    return Measured(
        name=metric.name,
        value=metric.value,
        n=metric.n,
        unit=metric.unit,
        reason=reason.zh if reason else "",
        reason_en=reason.en if reason else "",
    )
