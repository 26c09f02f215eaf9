"""An extractive summary: the sentences and clauses of a talk that say most of it, word for word, within a budget.

No model writes anything here, and the result says so (`method`): every quote is a substring of the turn it names. The
score of a piece is a weighted sum of features.FEATURES, fitted to predict which share of a piece's words and word pairs
a person's summary uses; pieces are then taken greedily by score and length, less what earlier ones already said.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .features import FEATURES, features
from .graph import bag_of, centrality, similarity
from .units import Spoken, Unit, language_of, sentences, units

METHOD = "extractive-1"
BUDGET = {"zh": 200, "en": 420}
"""Characters of a summary when nobody says how many: about as long as people write them."""

REPEAT = 0.7
"""How much a piece loses when all it says has been said; 0 would not mind repetition."""

MOST = 400
"""Only so many of the best pieces are weighed against each other."""

_JOIN = {"zh": "；", "en": " "}
_WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Verbatim words: `turns[turn].text[start:end] == text`. `at` is the second the turn begins, None where unknown."""

    text: str
    turn: int
    start: int
    end: int
    speaker: str
    at: float | None
    score: float


@dataclass(frozen=True, kw_only=True)
class Extract:
    """Quotes in the order they were said, at most `budget` characters of text together with what joins them."""

    quotes: tuple[Quote, ...]
    language: str
    budget: int
    method: str = METHOD

    @property
    def text(self) -> str:
        return _JOIN[self.language].join(quote.text for quote in self.quotes)


def summarise(turns: Sequence[Spoken], query: str = "", budget_chars: int | None = None) -> Extract:
    """The talk, or what it says about `query`, in at most `budget_chars` characters; deterministic.

    An empty talk gives no quotes. A budget too small for any piece gives the beginning of none: nothing is cut off.
    """
    language = language_of(turns)
    budget = budget_chars if budget_chars is not None else BUDGET[language]
    pieces = units(turns, language)
    if not pieces:
        return Extract(quotes=_whole(turns, budget), language=language, budget=budget)
    bag = bag_of([piece.text for piece in pieces], language)
    rows = features(turns, pieces, bag, language, query)
    scores = rows @ _weights(language)
    chosen = pick(pieces, [set(one) for one in bag.pieces], scores, budget, len(_JOIN[language]))
    quotes = tuple(_quote(turns, pieces[at], float(scores[at])) for at in chosen)
    return Extract(quotes=quotes, language=language, budget=budget)


def pick(pieces: Sequence[Unit], said: Sequence[set[str]], scores: Any, budget: int, joint: int) -> list[int]:
    """Which pieces to take, in the order of the talk: each time the one with the most score a character that is new."""
    best = sorted(range(len(pieces)), key=lambda at: (-float(scores[at]), at))[:MOST]
    covered: set[str] = set()
    chosen: list[int] = []
    left = budget + joint
    while best:
        fitting = [at for at in best if len(pieces[at].text) + joint <= left]
        if not fitting:
            break
        top = max(fitting, key=lambda at: (_gain(float(scores[at]), said[at], covered), -at))
        chosen.append(top)
        covered |= said[top]
        left -= len(pieces[top].text) + joint
        best.remove(top)
    return sorted(chosen)


def _gain(score: float, said: set[str], covered: set[str]) -> float:
    return score * (1 - REPEAT * len(said & covered) / max(1, len(said)))


def lexrank(turns: Sequence[Spoken], budget_chars: int | None = None, threshold: float = 0.1) -> str:
    """The baseline: whole sentences by LexRank with a threshold, in their order, within the budget; asks no question."""
    import numpy as np

    language = language_of(turns)
    texts = sentences(turns)
    left = budget_chars if budget_chars is not None else BUDGET[language]
    if not texts:
        return ""
    edges = (similarity(bag_of(texts, language)) > threshold).astype(np.float32)
    chosen = []
    for at in np.argsort(-centrality(edges), kind="stable"):
        if len(texts[at]) <= left:
            chosen.append(int(at))
            left -= len(texts[at])
    return ("" if language == "zh" else " ").join(texts[at] for at in sorted(chosen))


def _whole(turns: Sequence[Spoken], budget: int) -> tuple[Quote, ...]:
    """A talk of nothing but short words: its turns as they are, while they fit."""
    found: list[Quote] = []
    for number, turn in enumerate(turns):
        text = turn.text.strip()
        if text and len(text) + 1 <= budget - sum(len(one.text) + 1 for one in found):
            start = turn.text.index(text)
            unit = Unit(turn=number, start=start, end=start + len(text), text=text, sentence=number)
            found.append(_quote(turns, unit, 0.0))
    return tuple(found)


def _quote(turns: Sequence[Spoken], unit: Unit, score: float) -> Quote:
    turn = turns[unit.turn]
    return Quote(
        text=unit.text, turn=unit.turn, start=unit.start, end=unit.end, speaker=turn.speaker, at=turn.start,
        score=round(score, 6),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _weights(language: str) -> Any:
    import numpy as np

    stored = json.loads(_WEIGHTS.read_text(encoding="utf-8"))[language]
    return np.array([stored[name] for name in FEATURES])
