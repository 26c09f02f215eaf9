"""Which pieces of a talk are like which: tf-idf over character pairs (Chinese) or stems (English), and LexRank on it.

Erkan & Radev, LexRank: Graph-based Lexical Centrality as Salience in Text Summarization (JAIR 22, 2004). numpy is
imported when it is first needed.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.terms import STOP_EN

from .rouge import tokens

DAMPING, ROUNDS, CLOSE_ENOUGH = 0.85, 60, 1e-6
BLOCK = 2048
MOST_AT_ONCE = 3000
"""Pieces compared with each other at once; of a longer talk each stretch of so many has its own centrality, so that a
day of speech needs no more memory than an hour."""


def concepts(text: str, language: str) -> list[str]:
    """What a piece is about, in order: pairs of neighbouring characters in Chinese, telling stems in English."""
    words = tokens(text)
    if language == "zh":
        return [first + second for first, second in itertools.pairwise(words)]
    return [word for word in words if len(word) > 1 and word not in STOP_EN]


@dataclass(frozen=True)
class Bag:
    """The pieces as counted concepts. `spread` says in how many pieces a concept stands."""

    pieces: tuple[Counter[str], ...]
    spread: Counter[str]

    @property
    def size(self) -> int:
        return len(self.pieces)

    def rarity(self, concept: str) -> float:
        """log(N / n), 0 for what stands in every piece."""
        return math.log(self.size / self.spread[concept]) if self.spread[concept] else 0.0


def bag_of(texts: Sequence[str], language: str) -> Bag:
    pieces = tuple(Counter(concepts(text, language)) for text in texts)
    return Bag(pieces, Counter(concept for piece in pieces for concept in piece))


def similarity(bag: Bag) -> Any:
    """Cosines between all pieces, shape (n, n), float32, 1 on the diagonal where a piece says anything."""
    import numpy as np

    weights = {concept: bag.rarity(concept) for concept in bag.spread}
    lengths = np.array(
        [math.sqrt(sum((count * weights[c]) ** 2 for c, count in one.items())) or 1.0 for one in bag.pieces],
        dtype=np.float32,
    )
    shared = sorted(concept for concept, n in bag.spread.items() if n > 1)
    found = np.zeros((bag.size, bag.size), dtype=np.float32)
    for start in range(0, len(shared), BLOCK):
        column = {concept: at for at, concept in enumerate(shared[start : start + BLOCK])}
        block = np.zeros((bag.size, len(column)), dtype=np.float32)
        for row, piece in enumerate(bag.pieces):
            for concept, count in piece.items():
                if concept in column:
                    block[row, column[concept]] = count * weights[concept] / lengths[row]
        found += block @ block.T
    np.fill_diagonal(found, 1.0)
    return found


def centrality(edges: Any) -> Any:
    """The stationary distribution of a random surfer on non-negative `edges` (n, n); sums to 1."""
    import numpy as np

    size = len(edges)
    totals = edges.sum(axis=1)
    totals[totals == 0] = 1.0
    steps = (edges / totals[:, None]).T
    rank = np.full(size, 1.0 / size)
    for _ in range(ROUNDS):
        after = (1 - DAMPING) / size + DAMPING * (steps @ rank)
        if float(abs(after - rank).sum()) < CLOSE_ENOUGH:
            return after
        rank = after
    return rank


def centralities(bag: Bag) -> Any:
    """Continuous LexRank of every piece, times their number, so that 1 is usual; shape (n,)."""
    import numpy as np

    parts = []
    for start in range(0, bag.size, MOST_AT_ONCE):
        pieces = bag.pieces[start : start + MOST_AT_ONCE]
        part = Bag(pieces, Counter(concept for piece in pieces for concept in piece))
        edges = similarity(part)
        np.fill_diagonal(edges, 1e-9)
        parts.append(centrality(edges) * part.size)
    return np.concatenate(parts) if parts else np.zeros(0)
