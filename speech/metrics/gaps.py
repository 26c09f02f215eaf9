"""Metrics of time between words: patience, pauses, silence, interruptions, switches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .measure import Metric, MetricRules, Reason, ratio, statistic
from .turns import MS, Conversation, Said, Turn
from .words import OBJECTIONS, folded

_STRETCH = 500
"""Milliseconds of pause inside which one speaker's utterances count as one stretch of speech."""

NO_SWITCH = Reason(
    code="no_switch", zh="没有客户说完、销售接话的地方", en="the rep never follows the customer"
)
NO_OBJECTION = Reason(code="no_objection", zh="没有听到异议", en="no objection was heard")
NO_PATIENCE = Reason(
    code="no_patience", zh="平时接话没有停顿,比不出倍数", en="the rep's usual pause is zero: no ratio"
)


def interactivity(talk: Conversation) -> Metric:
    """Speaker switches a minute, from first word to last; all reps count as one voice (Gong, definitions.md D1)."""
    voices = ["rep" if turn.side == "rep" else f"@{turn.speaker}" for turn in talk.turns]
    switches = sum(1 for one, other in pairwise(voices) if one != other)
    return ratio("interactivity", "switches/min", switches, talk.length / MS / 60, len(voices))


def patience(talk: Conversation) -> Metric:
    """Median of max(0, rep.start - customer.end) over customer -> rep switches, seconds."""
    return statistic("patience", "s", "median", [gap for _, gap in _answers(talk)], NO_SWITCH)


def objection_pauses(talk: Conversation, rules: MetricRules) -> tuple[Metric, Metric]:
    """The same after the turns that hold an objection, and its ratio to the rep's own patience."""
    found = [gap for turn, gap in _answers(talk) if is_objection(turn.text, rules.objections)]
    pause = statistic("post_objection_pause", "s", "median", found, NO_OBJECTION)
    usual = patience(talk).value or 0.0
    why = NO_OBJECTION if pause.value is None else NO_PATIENCE
    times = ratio(
        "post_objection_ratio", "x", pause.value or 0.0, 0.0 if why is NO_OBJECTION else usual, pause.n, why
    )
    return pause, times  # fmt: skip


def is_objection(text: str, more: Sequence[str] = ()) -> bool:
    """Whether the words of an objection stand in the text; Latin ones as whole words."""
    plain = folded(text)
    return any(_stands(folded(one), plain) for one in (*OBJECTIONS, *more) if one.strip())


def _stands(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


def silence_share(talk: Conversation) -> Metric:
    """Seconds in which nobody speaks / seconds from first word to last."""
    silent = (talk.length - talk.speech) / MS
    return ratio("silence_share", "share", silent, talk.length / MS, len(pauses(talk)))


def pauses(talk: Conversation) -> list[float]:
    """Every gap in which nobody speaks, seconds, in order."""
    return [(later[0] - one[1]) / MS for one, later in pairwise(talk.spans)]


def pause_metrics(talk: Conversation) -> tuple[Metric, Metric, Metric]:
    """Median, 90th percentile and longest of the pauses, seconds."""
    found = pauses(talk)
    return (
        statistic("pause_p50", "s", "p50", found),
        statistic("pause_p90", "s", "p90", found),
        statistic("pause_max", "s", "max", found),
    )


def interruptions(talk: Conversation, rules: MetricRules) -> tuple[Metric, Metric, Metric]:
    """B starts while A speaks, they overlap long enough, B is no back-channel and goes on: events per turn, in all, by
    the rep of the customer, and by the customer of the rep."""
    events = cut_ins(talk, rules)
    turns = len(talk.turns)
    by_rep = sum(1 for a, b in events if (a.side, b.side) == ("customer", "rep"))
    by_customer = sum(1 for a, b in events if (a.side, b.side) == ("rep", "customer"))
    return (
        ratio("interruption_rate", "per turn", len(events), turns, turns),
        ratio("interruption_rate_rep", "per turn", by_rep, turns, turns),
        ratio("interruption_rate_customer", "per turn", by_customer, turns, turns),
    )


def cut_ins(talk: Conversation, rules: MetricRules) -> list[tuple[Turn, Turn]]:
    """The interruptions: who was cut in on, and what they were cut in on by, in order."""
    overlap, goes_on = round(rules.interruption_overlap_s * MS), round(rules.interruption_goes_on_s * MS)
    runs = _stretches(talk.said)
    return [(a, b) for b in runs if b.length >= goes_on and (a := _cut(runs, b, overlap))]


def _cut(runs: Sequence[Turn], late: Turn, overlap: int) -> Turn | None:
    """Who was speaking when `late` began, and was still speaking long enough afterwards; whoever spoke longest."""
    cut = [
        run
        for run in runs
        if run.speaker != late.speaker
        and run.start < late.start < run.end
        and min(run.end, late.end) - late.start >= overlap
    ]
    return max(cut, key=lambda run: (run.end, -run.start, run.speaker), default=None)


def _stretches(said: Sequence[Said]) -> list[Turn]:
    """What each speaker says without a pause worth the name, back-channels left out."""
    open_runs: dict[tuple[str, str], tuple[list[Said], int]] = {}
    done: list[list[Said]] = []
    for one in said:
        if one.backchannel:
            continue
        key = (one.speaker, one.side)
        run, end = open_runs.get(key, ([], one.start))
        if not run or one.start - end > _STRETCH:
            run, end = [], one.start
            done.append(run)
        run.append(one)
        open_runs[key] = (run, max(end, one.end))
    return [Turn(speaker=run[0].speaker, side=run[0].side, said=tuple(run)) for run in done]


def _answers(talk: Conversation) -> list[tuple[Turn, float]]:
    pairs = pairwise(talk.turns)
    return [
        (one, max(0, later.start - one.end) / MS)
        for one, later in pairs
        if one.side == "customer" and later.side == "rep"
    ]
