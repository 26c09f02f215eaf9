"""All metrics of one call, each a value with its n or None with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from speech.transcript import Segment

from . import gaps, talk, wording
from .measure import Metric, MetricRules, Reason, refused
from .turns import MS, Conversation, covered
from .words import tokens

NOBODY = ("", "?")
"""Speakers of a source that names nobody (speech.formats.UNNAMED)."""

GAPS = (
    "patience",
    "post_objection_pause",
    "post_objection_ratio",
    "silence_share",
    "pause_p50",
    "pause_p90",
    "pause_max",
    "interruption_rate",
    "interruption_rate_rep",
    "interruption_rate_customer",
)
"""Need both ends of every utterance."""

UNTIMED = ("question_count", "open_question_share", "next_step_set", "competitor_early", "turn_entropy", "style_matching")  # fmt: skip
"""Need no times."""

NO_SIDES = (
    "silence_share", "pause_p50", "pause_p90", "pause_max", "interruption_rate", "turn_entropy", "interactivity", "unknown_share",
    "next_step_set", "competitor_early",
)  # fmt: skip
"""Do not ask who sits on which side: these are measured where one side hardly speaks or nobody knows the sides."""

NO_SPEAKERS = ("silence_share", "pause_p50", "pause_p90", "pause_max", "next_step_set", "competitor_early")
"""Do not even ask who speaks: these are measured where the speakers are uncertain."""


@dataclass(frozen=True, kw_only=True)
class CallMetrics:
    """The metrics of one call by name, in the order of definitions.md D1. Seconds."""

    metrics: dict[str, Metric]
    seconds: float
    speech_seconds: float
    turns: int
    timing: str

    def __getitem__(self, name: str) -> Metric:
        return self.metrics[name]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "seconds": self.seconds,
            "speech_seconds": self.speech_seconds,
            "turns": self.turns,
            "timing": self.timing,
            "metrics": {name: one.as_json() for name, one in self.metrics.items()},
        }


def call_metrics(
    segments: Sequence[Segment], rules: MetricRules | None = None, speaker_confidence: float | None = None
) -> CallMetrics:
    """Every metric of definitions.md D1 for one call.

    `speaker_confidence` (0 to 1) is how sure the diarizer was; None where speakers come from names or channels. Metrics
    are refused when it is below 0.7, with less than 60 s of speech, or when one side has less than 5 % of the speech."""
    rules = rules or MetricRules()
    found = Conversation.of(segments, rules)
    why = _Refusals(found, rules, speaker_confidence)
    metrics = {}
    for one in _measured(found, rules):
        reason = why.of(one.name)
        metrics[one.name] = refused(one, reason) if reason else one
    timed = found.timing != "none"
    return CallMetrics(
        metrics=metrics,
        seconds=found.length / MS if timed else 0.0,
        speech_seconds=found.speech / MS if timed else 0.0,
        turns=len(found.turns),
        timing=found.timing,
    )


def _measured(found: Conversation, rules: MetricRules) -> list[Metric]:
    return [
        talk.talk_ratio(found),
        talk.talk_share(found, "rep"),
        talk.talk_share(found, "customer"),
        talk.unknown_share(found),
        talk.longest_monologue(found),
        talk.longest_customer_story(found, rules),
        talk.company_overview(found),
        gaps.interactivity(found),
        gaps.patience(found),
        *gaps.objection_pauses(found, rules),
        wording.pace(found, "rep", rules),
        wording.pace(found, "customer", rules),
        *wording.question_metrics(found),
        *gaps.interruptions(found, rules),
        gaps.silence_share(found),
        wording.filler_rate(found),
        wording.next_step_set(found),
        wording.competitor_early(found, rules),
        talk.turn_entropy(found),
        *gaps.pause_metrics(found),
        wording.style_matching(found, rules),
    ]


NAMES = tuple(one.name for one in _measured(Conversation.of((), MetricRules()), MetricRules()))
"""The names of all metrics, in order."""


class _Refusals:
    """Why a metric of this call has no value."""

    def __init__(self, found: Conversation, rules: MetricRules, confidence: float | None) -> None:
        self._timing = found.timing
        self._short = _too_short(found, rules)
        self._unsure = _unsure(confidence, rules) or _nameless(found, rules)
        self._one_sided = _one_sided(found, rules)

    def of(self, name: str) -> Reason | None:
        """The first reason that holds, the most fundamental first."""
        if self._timing == "none" and name not in UNTIMED:
            return Reason(code="no_times", zh="文字稿没有时间", en="the transcript has no times")
        if self._timing == "starts" and name in GAPS:
            return Reason(
                code="no_end_times",
                zh="文字稿只有开始时间,量不出停顿和重叠",
                en="the transcript has no end times: pauses and overlaps cannot be measured",
            )
        if self._short:
            return self._short
        if self._unsure and name not in NO_SPEAKERS:
            return self._unsure
        return self._one_sided if name not in NO_SIDES else None


def _too_short(found: Conversation, rules: MetricRules) -> Reason | None:
    if found.timing == "none":
        words = sum(found.words(side) for side in ("rep", "customer", "unknown"))
        if words >= rules.min_tokens:
            return None
        return Reason(
            code="too_short",
            zh=f"只有 {words} 个字词,不足 {rules.min_tokens} 个",
            en=f"{words} words, fewer than {rules.min_tokens}",
        )
    if found.speech >= rules.min_speech_s * MS:
        return None
    return Reason(
        code="too_short",
        zh=f"有声部分只有 {found.speech / MS:.0f} 秒,不足 {rules.min_speech_s:.0f} 秒",
        en=f"{found.speech / MS:.0f} s of speech, less than {rules.min_speech_s:.0f} s",
    )


def _unsure(confidence: float | None, rules: MetricRules) -> Reason | None:
    if confidence is None or confidence >= rules.min_speaker_confidence:
        return None
    return Reason(
        code="speaker_unsure",
        zh=f"分不清谁在说话(把握 {confidence:.2f},要求 {rules.min_speaker_confidence:.2f})",
        en=f"who speaks is uncertain ({confidence:.2f}, needed {rules.min_speaker_confidence:.2f})",
    )


def _nameless(found: Conversation, rules: MetricRules) -> Reason | None:
    """Words of nobody: a recording in one channel that no diarizer has seen has a single "speaker" for everybody."""
    if found.timing == "none":
        nobody = sum(len(tokens(one.text)) for one in found.said if one.speaker in NOBODY)
        whole = sum(len(tokens(one.text)) for one in found.said)
    else:
        nobody = covered((one.start, one.end) for one in found.said if one.speaker in NOBODY)
        whole = found.speech
    if not whole or nobody / whole < rules.min_side_share:
        return None
    return Reason(
        code="speaker_unknown",
        zh=f"{100 * nobody / whole:.0f}% 的发言不知道是谁说的",
        en=f"nobody knows who speaks in {100 * nobody / whole:.0f} % of the speech",
    )


def _one_sided(found: Conversation, rules: MetricRules) -> Reason | None:
    amount = found.words if found.timing == "none" else found.spoken
    rep, customer, unknown = (amount(side) for side in ("rep", "customer", "unknown"))
    whole = rep + customer + unknown
    if whole and unknown / whole > 1 - 2 * rules.min_side_share:
        return Reason(
            code="no_sides",
            zh="不知道谁是销售、谁是客户",
            en="nobody knows who is the rep and who the customer",
        )
    for side, zh, en in ((rep, "销售", "the rep"), (customer, "客户", "the customer")):
        if not whole or side / whole < rules.min_side_share:
            share = 100 * side / whole if whole else 0.0
            return Reason(
                code="one_sided",
                zh=f"{zh}只占发言的 {share:.1f}%,不足 {100 * rules.min_side_share:.0f}%",
                en=f"{en} has {share:.1f} % of the speech, less than {100 * rules.min_side_share:.0f} %",
            )
    return None
