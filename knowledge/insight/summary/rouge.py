"""ROUGE-1, ROUGE-2 and ROUGE-L as F1: over characters where the reference is Chinese, over stems where it is English.

Lin, ROUGE: A Package for Automatic Evaluation of Summaries (2004). Punctuation does not count; in Chinese text a Latin
word or a number is one token. Of several references the mean is taken, as the papers of VCSum and DialogSum do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.terms import fold, is_cjk, stem

_TOKEN = re.compile(r"[㐀-鿿\U00020000-\U0002ffff]|[a-z0-9]+(?:'[a-z]+)?|[^\W\d_a-z]+")


def tokens(text: str) -> list[str]:
    """What ROUGE counts: Chinese characters one by one, other words stemmed, numbers whole."""
    return [stem(one) for one in _TOKEN.findall(fold(text))]


def rouge(candidate: str, references: Sequence[str]) -> dict[str, float]:
    """`{"rouge1", "rouge2", "rougeL"}` as F1 in 0..1, the mean over `references`; zeros where nothing can match."""
    mine = tokens(candidate)
    found = [_one(mine, tokens(text)) for text in references if text.strip()]
    names = ("rouge1", "rouge2", "rougeL")
    if not found:
        return dict.fromkeys(names, 0.0)
    return {name: sum(one[place] for one in found) / len(found) for place, name in enumerate(names)}


def _one(mine: Sequence[str], theirs: Sequence[str]) -> tuple[float, float, float]:
    return _ngrams(mine, theirs, 1), _ngrams(mine, theirs, 2), _longest(mine, theirs)


def _ngrams(mine: Sequence[str], theirs: Sequence[str], n: int) -> float:
    ours = Counter(zip(*(mine[k:] for k in range(n)), strict=False))
    gold = Counter(zip(*(theirs[k:] for k in range(n)), strict=False))
    return _f1((ours & gold).total(), ours.total(), gold.total())


def _longest(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """F1 of the longest common subsequence, bit-parallel (Hyyrö 2004): one big integer a row."""
    places: dict[str, int] = {}
    for at, word in enumerate(mine):
        places[word] = places.get(word, 0) | (1 << at)
    full = (1 << len(mine)) - 1
    row = full
    for word in theirs:
        hit = row & places.get(word, 0)
        row = ((row + hit) | (row - hit)) & full
    common = len(mine) - row.bit_count()
    return _f1(common, len(mine), len(theirs))


def _f1(common: int, ours: int, gold: int) -> float:
    return 2 * common / (ours + gold) if common else 0.0


def is_chinese(texts: Sequence[str]) -> bool:
    """Whether most of what is written is Chinese; the sets are one language each."""
    sample = "".join(texts)[:4000]
    return sum(map(is_cjk, sample)) * 4 > len(sample)
