"""Which skill a sentence asks for: a linear scorer in pure Python over weights trained from the phrases."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path

from .features import features

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Classifier:
    """Weights per feature as {class number: hundredths}; `scale` calibrates scores to probabilities."""

    intents: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, list[int]]
    scale: float
    phrases_hash: str

    def predict(self, text: str) -> list[tuple[str, float]]:
        """(intent, probability), likeliest first; the probabilities sum to one."""
        scores = list(self.bias)
        for feature, value in features(text).items():
            row = self.weights.get(feature)
            if row is None:
                continue
            for i in range(0, len(row), 2):
                scores[row[i]] += row[i + 1] * value / 100
        best = max(scores)
        parts = [math.exp((score - best) * self.scale) for score in scores]
        total = sum(parts)
        ranked = sorted(zip(self.intents, parts, strict=True), key=lambda pair: (-pair[1], pair[0]))
        return [(intent, part / total) for intent, part in ranked]


@functools.cache
def classifier() -> Classifier:
    """The trained scorer, read once."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Classifier(
        intents=tuple(stored["intents"]),
        bias=tuple(stored["bias"]),
        weights=stored["weights"],
        scale=stored["scale"],
        phrases_hash=stored["phrases_hash"],
    )
