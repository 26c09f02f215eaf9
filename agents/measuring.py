"""The metrics of a call by the rules in force, as a review needs them: each value with its n, each refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from actions.call_rules import CallRules
from knowledge import blueprints
from knowledge.blueprints.call_metrics import CallMetricsBook
from knowledge.insight.reviews import Measured
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts
from speech.metrics import CallMetrics, Metric, call_metrics
from speech.transcript import Segment, Side

from .minutes import lines_of
from .skill import Turn

_SIDES: dict[str, Side] = {"rep": "rep", "customer": "customer"}


def rules_of(turn: Turn, row: Interaction) -> CallRules:
    """How this call is measured; the rules that ship where the desk has none for it."""
    return turn.once(("rules", row.id), lambda: _rules_of(turn, row))


def _rules_of(turn: Turn, row: Interaction) -> CallRules:
    found = turn.desk.call_rules(row.id)
    if found is not None:
        return found
    content = blueprints.default("call_metrics")
    book = CallMetricsBook.model_validate(content)
    return CallRules(
        rules=book.rules(), ranges=book.spans(), version=blueprints.version_of(content), types=dict(book.types)
    )  # fmt: skip


def metrics_of(turn: Turn, row: Interaction) -> CallMetrics:
    """Every metric of a call. How sure a diarizer was of the speakers counts: what rests on them is refused below 0.7."""
    return turn.once(("metrics", row.id), lambda: _metrics_of(turn, row))


def _metrics_of(turn: Turn, row: Interaction) -> CallMetrics:
    recording = turn.desk.recording(row.id)
    sure = recording.speaker_confidence if recording else None
    return call_metrics(segments_of(row), rules_of(turn, row).rules, sure)


def measured(turn: Turn, row: Interaction) -> Mapping[str, Measured]:
    """Name -> value with n, or None with the reason: no times, too short, one side silent, speakers unsure."""
    return {name: of_metric(one) for name, one in metrics_of(turn, row).metrics.items()}


def type_of(turn: Turn, row: Interaction, facts: DealFacts | None) -> str:
    """discovery, demo or negotiation, by the stage the deal was in on that day; "" where nobody knows."""
    if facts is None:
        return ""
    stage = next(
        (step.stage for step in reversed(facts.stages) if step.at <= row.at),
        facts.stages[0].stage if facts.stages else facts.deal.stage,
    )
    return rules_of(turn, row).types.get(stage, "")


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
