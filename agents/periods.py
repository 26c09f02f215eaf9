"""A period of a rep's calls: metrics as the mean of calls and pooled, beside the calls' range and the rep's own time before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from knowledge.insight.reviews import means
from knowledge.model import Person
from knowledge.pictures import Trend
from speech.metrics import Aggregate, CallMetrics, Range, judged, over_calls
from speech.metrics.names import NAMES, VERDICTS

from .cards import calls_of, card_for
from .measuring import metrics_of, rules_of
from .pictures import trend_picture
from .reviewing import Reviewed, facts_of, reviewed
from .skill import Turn
from .wording import day

PAST_DAYS = 90
MOST_PAST = 20
SHOWN = ("talk_ratio", "longest_monologue", "question_count", "open_question_share", "patience", "interruption_rate_rep",
         "filler_rate", "next_step_set")  # fmt: skip
"""The metrics a review tells, in this order; `chengdan call metrics` has them all."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """The rep's own reviews of the ninety days before the period, as far as the asker may see them, and their metrics."""

    reviews: tuple[Reviewed, ...]
    metrics: tuple[CallMetrics, ...]

    @cached_property
    def over(self) -> dict[str, Aggregate]:
        return over_calls(self.metrics)


def past_of(turn: Turn, person: Person, shown: Sequence[Reviewed]) -> Past:
    """Before the first of these calls."""
    first = min(one.row.at for one in shown)
    rows = calls_of(turn, person, first - timedelta(days=PAST_DAYS), first - timedelta(microseconds=1))
    kept = []
    for row in rows[:MOST_PAST]:
        card = card_for(turn, row, facts_of(turn, row), person)
        if card is not None:
            one = reviewed(turn, row, *card, look=False)
            if one.open and not one.tampered:
                kept.append(one)
    return Past(reviews=tuple(kept), metrics=tuple(metrics_of(turn, one.row) for one in kept))


def call_figures(turn: Turn, one: Reviewed, past: Past) -> list[str]:
    """The metrics of one call, each beside its range and the own mean before; those that were refused with the reason, once."""
    found, ranges = metrics_of(turn, one.row), rules_of(turn, one.row).ranges
    lines, refused = [], dict[str, list[str]]()
    for name in SHOWN:
        metric = found[name]
        if metric.value is None:
            why = turn.say(metric.reason.zh, metric.reason.en) if metric.reason else "—"
            refused.setdefault(why, []).append(_name(turn, name))
            continue
        parts = [f"{_name(turn, name)} {_value(metric.value, metric.unit, turn)}(n={metric.n})"]
        verdict = judged(metric, one.review.call_type, ranges)
        if verdict is not None:
            parts.append(f"{turn.say(*VERDICTS[verdict[0]])} {_span(turn, metric.unit, verdict[1])}")
        own = past.over[name]
        if own.mean_of_calls is not None and own.unit == metric.unit:
            mean = _value(own.mean_of_calls, own.unit, turn)
            parts.append(turn.say(f"本人此前 {mean}(n={own.n})", f"own before {mean} (n={own.n})"))
        lines.append("  · " + turn.say(";", "; ").join(parts))
    joined = turn.say("、", ", ")
    lines += [f"  · {joined.join(names)} — ({why})" for why, names in refused.items()]
    return lines


def period_figures(turn: Turn, shown: Sequence[Reviewed], past: Past) -> list[str]:
    """Each metric over the period: mean of the calls and pooled, n calls, beside the own mean before."""
    over = over_calls([metrics_of(turn, one.row) for one in shown])
    lines = []
    for name in SHOWN:
        now, own = over[name], past.over[name]
        if now.mean_of_calls is None or now.pooled is None:
            continue
        mean, pooled = _value(now.mean_of_calls, now.unit, turn), _value(now.pooled, now.unit, turn)
        told = turn.say(
            f"{_name(turn, name)}:每通均值 {mean},合并 {pooled}(n={now.n} 通)",
            f"{_name(turn, name)}: mean of calls {mean}, pooled {pooled} (n={now.n})",
        )
        if own.mean_of_calls is not None and own.unit == now.unit:
            before = _value(own.mean_of_calls, own.unit, turn)
            told += turn.say(f";此前 {before}(n={own.n})", f"; before {before} (n={own.n})")
        lines.append(f"  · {told}")
    if not lines:
        return []
    return [turn.say("本期指标:", "Metrics of the period:"), *lines]


def period_means(turn: Turn, shown: Sequence[Reviewed], past: Past) -> list[str]:
    """The mean score of the period beside that of before; not enough data where n is small. Of one card alone: scores of
    different cards are no one scale."""
    card = shown[0].card
    mean, n = means([one.review for one in shown if one.card.id == card.id], card.least_calls)
    old, m = means([one.review for one in past.reviews if one.card.id == card.id], card.least_calls)
    little = turn.say(
        f"数据不足(至少 {card.least_calls} 通)", f"not enough data ({card.least_calls} calls at least)"
    )
    now_told, past_told = (f"{one:g}" if one is not None else little for one in (mean, old))
    return [
        turn.say(
            f"本期均分:{now_told}(n={n});此前 {PAST_DAYS} 天本人均分:{past_told}(n={m})",
            f"Mean of the period: {now_told} (n={n}); own mean of the {PAST_DAYS} days before: {past_told} (n={m})",
        )
    ]


def trend(turn: Turn, person: Person, shown: Sequence[Reviewed], past: Past) -> str:
    """The picture of the period's calls, oldest first: score, and share of the talk; "" or why there is none."""
    calls = sorted(shown, key=lambda one: (one.row.at, one.row.id))
    card = shown[0].card
    labels = tuple(day(one.row.at)[5:] for one in calls)
    old, _ = means([one.review for one in past.reviews if one.card.id == card.id], card.least_calls)
    found = [metrics_of(turn, one.row)["talk_ratio"] for one in calls]
    span = rules_of(turn, calls[-1].row).ranges.get("talk_ratio", {}).get("any")
    own = past.over["talk_ratio"].mean_of_calls
    rows = [
        Trend(title=turn.say("评分", "score"), labels=labels, own=old,
              values=tuple(one.review.score if one.card.id == card.id else None for one in calls)),
        Trend(
            title=turn.say("我方说话占比 %", "our share of the talk, %"), labels=labels, own=_percent(own),
            values=tuple(_percent(one.value) for one in found), low=_percent(span.low) if span else None,
            high=_percent(span.high) if span else None,
        ),
    ]  # fmt: skip
    if all(one.value is None for one in found):
        rows = rows[:1]
    return trend_picture(turn, person.id, person.name, rows)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _name(turn: Turn, name: str) -> str:
    return turn.say(*NAMES[name])


def _value(value: float, unit: str, turn: Turn) -> str:
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "yes/no":
        return (
            f"{100 * value:.0f} %" if 0 < value < 1 else turn.say(*(("是", "yes") if value else ("否", "no")))
        )
    units = {"questions": "", "s": turn.say(" 秒", " s"), "per turn": turn.say("/轮", " per turn"),
             "per rep min": turn.say("/分钟", "/min")}  # fmt: skip
    return f"{value:.2f}".rstrip("0").rstrip(".") + units.get(unit, f" {unit}")


def _span(turn: Turn, unit: str, span: Range) -> str:
    if unit == "yes/no":
        return f"[{turn.say('目标:是', 'wanted: yes')}]"
    low, high = (None if end is None else _value(end, unit, turn) for end in (span.low, span.high))
    told = f"≤ {high}" if low is None else f"≥ {low}" if high is None else f"{low}~{high}"
    return f"[{told}{turn.say(',来源弱', ', weak source') if span.weak else ''}]"
