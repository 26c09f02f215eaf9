"""Metrics of how people speak: pace, questions, fillers, style matching, next step, competitors."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from speech.transcript import Side

from .commitments import next_steps
from .measure import Evidence, Metric, MetricRules, Reason, flag, ratio, refused, single, statistic
from .questions import Question, questions
from .turns import MS, Conversation, Said
from .words import FILLERS, FUNCTION_WORDS, folded, is_chinese, tokens

NO_LONG_TURN = Reason(
    code="no_long_turn",
    zh="没有够长的发言可以量语速",
    en="no turn is long enough to measure pace",
)
NO_QUESTION = Reason(code="no_question", zh="销售没有提问", en="the rep asks nothing")
NO_NAMES = Reason(code="no_names", zh="没有给出竞品名单", en="no competitor names were given")
NOT_NAMED = Reason(code="not_named", zh="没有提到竞品", en="no competitor was named")


def pace(talk: Conversation, side: Side, rules: MetricRules) -> Metric:
    """Median over a side's turns of tokens a minute: characters in a Chinese call, words in an English one; a Latin word
    in a Chinese call is one token. Turns shorter than `pace_turn_s` are left out; pauses inside a turn are no time."""
    unit = "chars/min" if is_chinese("\n".join(one.text for one in talk.said)) else "words/min"
    shortest = rules.pace_turn_s * MS
    turns = [turn for turn in talk.turns if turn.side == side and turn.spoken >= max(shortest, 1)]
    rates = [len(tokens(turn.text)) / (turn.spoken / MS / 60) for turn in turns]
    return statistic(f"pace_{side}", unit, "median", rates, NO_LONG_TURN)


def asked(talk: Conversation) -> list[tuple[Said, Question]]:
    """Every question of the rep."""
    return [(one, question) for one in talk.of_side("rep") for question in questions(one.text)]


def question_metrics(talk: Conversation) -> tuple[Metric, Metric, Metric]:
    """Questions of the rep, the same per 30 minutes, and the share of open ones."""
    found = asked(talk)
    opened = sum(1 for _, question in found if question.open)
    minutes = talk.length / MS / 60
    turns = sum(1 for turn in talk.turns if turn.side == "rep")
    count = single("question_count", "questions", len(found), turns)
    return (
        count,
        ratio("questions_per_30min", "questions/30min", len(found), minutes / 30, turns),
        ratio("open_question_share", "share", opened, len(found), len(found), NO_QUESTION),
    )


def filler_rate(talk: Conversation) -> Metric:
    """Fillers of the rep, outside back-channels, a minute of the rep's speech."""
    said = talk.of_side("rep")
    count = sum(len(FILLERS.findall(folded(one.text))) for one in said)
    return ratio("filler_rate", "per rep min", count, talk.spoken("rep") / MS / 60, len(said))


def next_step_set(talk: Conversation) -> Metric:
    """Whether either side made a dated commitment, with the quotes; n is the number of them."""
    found = next_steps(talk)
    return flag("next_step_set", bool(found), len(found), found)


def competitor_early(talk: Conversation, rules: MetricRules) -> Metric:
    """Whether a competitor is named in the first third of the call (of its words where there are no times)."""
    blank = flag("competitor_early", False, 0)
    if not any(name.strip() for name in rules.competitors):
        return refused(blank, NO_NAMES)
    hits = [(place, one) for place, one in _places(talk) if _names(one.text, rules.competitors)]
    if not hits:
        return refused(blank, NOT_NAMED)
    early = [one for place, one in hits if place < rules.early_share]
    timed = talk.timing != "none"
    proof = [
        Evidence(quote=one.text, speaker=one.speaker, side=one.side, start=one.start / MS if timed else None)
        for one in (early or [one for _, one in hits])[:3]
    ]
    return flag("competitor_early", bool(early), len(hits), proof)


def _places(talk: Conversation) -> list[tuple[float, Said]]:
    """How far into the call each utterance begins, from 0 to 1."""
    if talk.timing != "none":
        first = talk.spans[0][0] if talk.spans else 0
        return [((one.start - first) / (talk.length or 1), one) for one in talk.said]
    sizes = [len(tokens(one.text)) for one in talk.said]
    whole = sum(sizes) or 1
    return [(sum(sizes[:at]) / whole, one) for at, one in enumerate(talk.said)]


def _names(text: str, names: tuple[str, ...]) -> bool:
    plain = folded(text)
    return any(
        name in plain
        if not name.isascii()
        else re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", plain)
        for name in (folded(one.strip()) for one in names)
        if name
    )


def style_matching(talk: Conversation, rules: MetricRules) -> Metric:
    """Language style matching (Ireland and Pennebaker 2010): the mean over categories of function words of
    1 - |a - b| / (a + b), a and b the shares of each side's tokens; categories that neither side uses are left out.
    Needs `lsm_tokens` on each side."""
    sizes = {side: talk.words(side) for side in ("rep", "customer")}
    least = min(sizes.values())
    why = Reason(
        code="few_words",
        zh=f"至少一方只说了 {least} 个字词,不足 {rules.lsm_tokens} 个",
        en=f"one side says {least} words, fewer than {rules.lsm_tokens}",
    )
    if least < rules.lsm_tokens:
        return statistic("style_matching", "0-1", "mean", [], why)
    language = "zh" if is_chinese("\n".join(one.text for one in talk.said)) else "en"
    rep, customer = (_shares(talk, side, language) for side in ("rep", "customer"))
    used = [(rep[name], customer[name]) for name in sorted(rep) if rep[name] + customer[name] > 0]
    if not used:
        return statistic("style_matching", "0-1", "mean", [])
    value = sum(1 - abs(a - b) / (a + b) for a, b in used) / len(used)
    return single("style_matching", "0-1", value, sum(sizes.values()))


def _shares(talk: Conversation, side: Side, language: str) -> dict[str, float]:
    """Each category's share of a side's tokens."""
    counts: Counter[str] = Counter()
    for one in talk.said:
        if one.side == side:
            counts.update(_category(language)[word] for word in _matcher(language).findall(folded(one.text)))
    size = talk.words(side)
    return {name: counts[name] / size for name in FUNCTION_WORDS[language]}


@cache
def _category(language: str) -> dict[str, str]:
    """Each function word and the first category that has it."""
    found: dict[str, str] = {}
    for name, words in FUNCTION_WORDS[language].items():
        for word in words:
            found.setdefault(word, name)
    return found


@cache
def _matcher(language: str) -> re.Pattern[str]:
    words = sorted(_category(language), key=lambda word: (-len(word), word))
    inner = "|".join(re.escape(word) for word in words)
    return re.compile(inner if language == "zh" else rf"(?<![a-z0-9'])(?:{inner})(?![a-z0-9'])")
