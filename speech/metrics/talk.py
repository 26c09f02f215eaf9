"""Metrics of who speaks how long: ratio, shares, monologue, customer story, company overview, evenness of turns."""

from __future__ import annotations

import math
from collections import Counter

from speech.transcript import Side

from .measure import Metric, MetricRules, Reason, ratio, single, statistic
from .turns import MS, Conversation, Said, Turn
from .words import ABOUT_US

NO_REP = Reason(code="no_rep_turn", zh="销售没有说话", en="the rep says nothing")
NO_CUSTOMER = Reason(code="no_customer_turn", zh="客户没有说话", en="the customer says nothing")
NO_OVERVIEW = Reason(code="no_overview", zh="没有介绍公司", en="nothing is said about our company")


def talk_ratio(talk: Conversation) -> Metric:
    """Rep speech / (rep + customer speech); silence out."""
    rep, customer = talk.spoken("rep"), talk.spoken("customer")
    return ratio("talk_ratio", "share", rep / MS, (rep + customer) / MS, len(talk.turns))


def talk_share(talk: Conversation, side: Side) -> Metric:
    """Speech of a side / length of the conversation."""
    name = f"talk_share_{side}"
    return ratio(name, "share", talk.spoken(side) / MS, talk.length / MS, len(talk.turns))


def longest_monologue(talk: Conversation) -> Metric:
    """The longest turn of the rep, seconds."""
    lengths = [turn.length / MS for turn in talk.turns if turn.side == "rep"]
    return statistic("longest_monologue", "s", "max", lengths, NO_REP)


def longest_customer_story(talk: Conversation, rules: MetricRules) -> Metric:
    """The longest turn of the customer, short clarifying turns of the rep allowed inside it, seconds."""
    stories = _stories(talk.turns, round(rules.clarifying_turn_s * MS))
    return statistic("longest_customer_story", "s", "max", stories, NO_CUSTOMER)


def _stories(turns: tuple[Turn, ...], short: int) -> list[float]:
    """Lengths of the runs of customer turns that only short rep turns part."""
    runs: list[list[Turn]] = [[]]
    for at, turn in enumerate(turns):
        if turn.side == "customer":
            runs[-1].append(turn)
        elif not _clarifies(turns, at, short):
            runs.append([])
    return [(max(one.end for one in run) - run[0].start) / MS for run in runs if run]


def _clarifies(turns: tuple[Turn, ...], at: int, short: int) -> bool:
    """A short rep turn between two turns of the customer."""
    follows = at + 1 < len(turns) and turns[at + 1].side == "customer"
    return turns[at].side == "rep" and turns[at].length <= short and follows


def company_overview(talk: Conversation) -> Metric:
    """The longest contiguous block in which the rep speaks about their company, seconds. A block is within one turn,
    from the first such utterance to the last; one other utterance between two of them belongs to it."""
    blocks = [
        (max(one.end for one in block) - block[0].start) / MS
        for turn in talk.turns
        if turn.side == "rep"
        for block in _blocks(turn.said)
    ]
    return statistic("company_overview", "s", "max", blocks, NO_OVERVIEW)


def _blocks(said: tuple[Said, ...]) -> list[tuple[Said, ...]]:
    marked = [at for at, one in enumerate(said) if ABOUT_US.search(one.text)]
    found: list[tuple[int, int]] = []
    for at in marked:
        if found and at - found[-1][1] <= 2:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return [said[first : last + 1] for first, last in found]


def turn_entropy(talk: Conversation) -> Metric:
    """Shannon entropy of the speakers' shares of the turns, bits: 0 one speaks, log2(k) when k speak equally often."""
    shares = sorted(Counter(turn.speaker for turn in talk.turns).values())
    turns = sum(shares)
    if not turns:
        return statistic("turn_entropy", "bit", "mean", [])
    bits = -math.fsum(count / turns * math.log2(count / turns) for count in shares)
    return single("turn_entropy", "bit", bits, turns)


def unknown_share(talk: Conversation) -> Metric:
    """Speech of speakers whose side nobody knows / all speech: what the other figures do not see."""
    every = sum(talk.spoken(side) for side in ("rep", "customer", "unknown"))
    return ratio("unknown_share", "share", talk.spoken("unknown") / MS, every / MS, len(talk.said))
