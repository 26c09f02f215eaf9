"""Where a talk changes its subject: TextTiling over character pairs or stems, each stretch named by its own words.

Hearst, TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages (Computational Linguistics 23, 1997): a
boundary is a valley of the likeness between what lies before and after it, deeper than mean - deviation / 2 of all.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean, pstdev

from knowledge.insight.summary import Spoken, summarise
from knowledge.insight.summary.graph import concepts

from .shape import Talk, Topic

WINDOW = 8
"""Lines compared on either side; a topic has at least half as many."""

MOST = 12
_TITLE_CHARS = {"zh": 30, "en": 70}


def topics(talk: Talk) -> tuple[Topic, ...]:
    """The stretches of a talk in order; a short call is one. The title is a verbatim piece of one of its lines."""
    if not talk.lines:
        return ()
    language = "en" if talk.language == "en" else "zh"
    cuts = [0, *_boundaries(talk.lines, language), len(talk.lines)]
    found = []
    for begin, end in itertools.pairwise(cuts):
        topic = _topic(talk, begin, end, language)
        if topic is not None:
            found.append(topic)
    return tuple(found)


def _topic(talk: Talk, begin: int, end: int, language: str) -> Topic | None:
    part = talk.lines[begin:end]
    found = summarise(part, budget_chars=_TITLE_CHARS[language]).quotes
    if not found:
        longest = max(range(len(part)), key=lambda at: (len(part[at].text), -at))
        title, at = part[longest].text.strip(), longest
        if not title:
            return None
    else:
        best = max(found, key=lambda quote: (quote.score, -quote.turn))
        title, at = best.text, best.turn
    last = part[-1]
    return Topic(
        title=title[: 2 * _TITLE_CHARS[language]],
        quote=title,
        line=begin + at,
        speaker=part[at].speaker,
        t=part[at].start,
        t0=part[0].start,
        t1=last.end if last.end is not None else last.start,
        last=end - 1,
    )


def _boundaries(lines: Sequence[Spoken], language: str) -> list[int]:
    if len(lines) < 2 * WINDOW:
        return []
    bags = [Counter(concepts(line.text, language)) for line in lines]
    gaps = range(WINDOW // 2, len(lines) - WINDOW // 2)
    likeness = {
        gap: _cosine(_sum(bags[max(0, gap - WINDOW) : gap]), _sum(bags[gap : gap + WINDOW])) for gap in gaps
    }
    depth = {gap: _depth(likeness, gap) for gap in gaps}
    deep = fmean(depth.values()) + pstdev(depth.values()) / 2
    kept: list[int] = []
    for gap in sorted(gaps, key=lambda one: (-depth[one], one)):
        if (
            depth[gap] > deep
            and all(abs(gap - other) > WINDOW // 2 for other in kept)
            and len(kept) < MOST - 1
        ):
            kept.append(gap)
    return sorted(kept)


def _depth(likeness: dict[int, float], gap: int) -> float:
    """How far the likeness rises on both sides of a gap before it falls again."""
    total = 0.0
    for step in (-1, 1):
        top, at = likeness[gap], gap
        while at + step in likeness and likeness[at + step] >= top:
            at += step
            top = likeness[at]
        total += top - likeness[gap]
    return total


def _sum(bags: Sequence[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in bags:
        total.update(one)
    return total


def _cosine(one: Counter[str], two: Counter[str]) -> float:
    norm = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in two.values()))
    return sum(value * two[key] for key, value in one.items()) / norm if norm else 0.0
