"""Call metrics for a person: name, value, unit, n, range, or the reason why there is no value."""

from __future__ import annotations

from collections.abc import Iterator

from speech.metrics import CallMetrics, Metric, judged
from speech.metrics.names import NAMES, VERDICTS
from speech.metrics.ranges import Range

Ranges = dict[str, dict[str, Range]]


def metric_lines(found: CallMetrics, kind: str, ranges: Ranges) -> Iterator[str]:
    """A line a metric; quotes below those that rest on some."""
    if found.timing == "none":
        yield f"{found.turns} 轮,没有时间 / {found.turns} turns, no times"
    else:
        yield (
            f"{found.seconds / 60:.1f} 分钟,{found.turns} 轮 / {found.seconds / 60:.1f} minutes, {found.turns} turns"
        )
    for name, one in found.metrics.items():
        zh, en = NAMES[name]
        yield f"{zh} / {en}: {_value(one)}{_range(one, kind, ranges)}"
        for proof in one.evidence:
            when = (
                "" if proof.start is None else f"[{int(proof.start) // 60:02d}:{int(proof.start) % 60:02d}] "
            )
            yield f"    {when}{proof.speaker}: {proof.quote}"


def _value(one: Metric) -> str:
    if one.value is None:
        reason = one.reason
        return f"— ({reason.zh} / {reason.en})" if reason else "—"
    if one.kind == "flag":
        return f"{'是 / yes' if one.value else '否 / no'} (n={one.n})"
    shown = f"{100 * one.value:.1f} %" if one.unit == "share" else f"{one.value:.2f} {one.unit}"
    return f"{shown} (n={one.n})"


def _range(one: Metric, kind: str, ranges: Ranges) -> str:
    found = judged(one, kind, ranges)
    if found is None:
        return ""
    verdict, span = found
    zh, en = VERDICTS[verdict]
    return f"  {zh} / {en} [{_span(one, span)}{', 来源弱 / weak source' if span.weak else ''}]"


def _span(one: Metric, span: Range) -> str:
    low, high = (None if end is None else _end(one, end) for end in (span.low, span.high))
    if low is None:
        return f"≤ {high}"
    return f"≥ {low}" if high is None else f"{low}-{high}"


def _end(one: Metric, end: float) -> str:
    return f"{100 * end:.0f} %" if one.unit == "share" else f"{end:g}"
