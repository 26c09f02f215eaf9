"""How a sentence of a customer sounds, from -1 to 1: words with weights, turned by negation, raised by intensifiers.

The scheme is that of rule-based sentiment (Taboada et al. 2011; VADER, Hutto and Gilbert 2014): negation turns a word and
weakens it, an intensifier raises it, what follows "but" weighs more, and the sum s becomes s / sqrt(s^2 + 4).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from .lexicon import (
    ASKING,
    CONTRAST,
    EN_LESS,
    EN_MORE,
    EN_NOT,
    EN_WORDS,
    REFUSAL,
    SMILES,
    UNREAL,
    ZH_LESS,
    ZH_MORE,
    ZH_NOT,
    ZH_WORDS,
)

TURNED = -0.6
"""A negated word: 不专业 is not as bad as 专业 is good."""

RAISED, LOWERED, ASKED, BEFORE_BUT, BEHIND_BUT = 1.4, 0.6, 0.4, 0.5, 1.3
ALPHA = 4.0
NO = 0.8
"""What a no at the beginning of a sentence weighs."""

SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
CLAUSE_END = re.compile(r"[，,。！？!?；;、\s:：]")
NEAR_ZH, NEAR_EN = 5, 3
"""How far before a word its negation and its intensifiers are looked for: characters, words."""


def polarity(text: str) -> float:
    """-1 (bad) to 1 (good); 0 where nothing was said that sounds either way. Several sentences add up before the curve."""
    return bounded(sum(raw for _, raw in sentences(text)))


def sentences(text: str) -> list[tuple[str, float]]:
    """Each sentence, verbatim, with the sum of its words before it is bounded."""
    return [(one.strip(), _sentence(one)) for one in SENTENCE.findall(text) if one.strip()]


def bounded(raw: float) -> float:
    """s / sqrt(s^2 + 4), four digits."""
    return round(raw / math.sqrt(raw * raw + ALPHA), 4)


def heaviest(text: str, *, down: bool) -> str:
    """The sentence that pulls the text down (or up) most, verbatim; the first where none does."""
    found = sentences(text)
    if not found:
        return text.strip()
    return (min if down else max)(found, key=lambda pair: pair[1])[0]


def _sentence(text: str) -> float:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("nothing but", "only")
    turn = CONTRAST.search(folded)
    total = 0.0
    for at, weight in _hits(folded):
        if turn is not None:
            weight *= BEHIND_BUT if at >= turn.end() else BEFORE_BUT if at < turn.start() else 1.0
        total += weight
    total -= NO if REFUSAL.search(folded) else 0.0
    if ASKING.search(folded) or UNREAL.search(folded):
        total *= ASKED
    return total


def _hits(folded: str) -> Iterable[tuple[int, float]]:
    """Where a word stands and what it weighs there."""
    for found in _zh().finditer(folded):
        yield found.start(), ZH_WORDS[found[0]] * _zh_before(folded, found.start())
    for found in _en().finditer(folded):
        yield found.start(), EN_WORDS[found[0]] * _en_before(folded, found.start())
    for found in _smiles().finditer(folded):
        yield found.start(), SMILES[found[0]]


def _zh_before(folded: str, at: int) -> float:
    """The factor of what stands right before a Chinese word inside its clause."""
    near = CLAUSE_END.split(folded[max(0, at - NEAR_ZH) : at])[-1]
    factor = 1.0
    if any(one in near for one in ZH_LESS):
        factor *= LOWERED
    elif any(one in near for one in ZH_MORE):
        factor *= RAISED
    # 不太满意 is less and not: the 不 of 不太 counts as a negation too
    nots = len(_zh_not().findall(near))
    return factor * (TURNED if nots % 2 else 1.0)


def _en_before(folded: str, at: int) -> float:
    near = re.split(r"[,.!?;:]", folded[:at])[-1].split()[-NEAR_EN:]
    factor = RAISED if any(one in EN_MORE for one in near) else 1.0
    if any(one in EN_LESS for one in near):
        factor *= LOWERED
    return factor * (TURNED if sum(one in EN_NOT for one in near) % 2 else 1.0)


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def _zh() -> re.Pattern[str]:
    return re.compile(_longest_first(ZH_WORDS))


@cache
def _zh_not() -> re.Pattern[str]:
    return re.compile(_longest_first(ZH_NOT))


@cache
def _en() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z'])(?:{_longest_first(EN_WORDS)})(?![a-z'])")


@cache
def _smiles() -> re.Pattern[str]:
    return re.compile(_longest_first(SMILES))
