"""Train the scorer from the phrases: `python -m agents.offline.train` writes weights.json (seconds, deterministic)."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

from .classifier import WEIGHTS, Classifier
from .features import features, tokens

PHRASES = Path(__file__).with_name("phrases")
LANGUAGES = ("zh", "en")
STEPS, RATE, DECAY, SMALLEST = 80, 0.3, 2e-5, 0.12
MOST_WAYS, FULL_WAYS = 40, 12
"""Of a line that expands to more ways than MOST_WAYS evenly many are taken; beyond FULL_WAYS they share its weight."""

RARE = 2
"""Features seen in fewer phrases are left out, unless they are single tokens."""

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(?:account|deal|contact|person|product)\}")


def expand(line: str) -> list[str]:
    """(a|b) c -> a c, b c."""
    pieces = _CHOICE.split(line)
    choices = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    return [re.sub(r"\s+", " ", "".join(way)).strip() for way in product(*choices)]


def phrases() -> dict[str, dict[str, list[list[str]]]]:
    """intent -> language -> lines -> the ways each line expands to, in file order."""
    import yaml

    found: dict[str, dict[str, list[list[str]]]] = {}
    for path in sorted(PHRASES.glob("*.yaml")):
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[stored["intent"]] = {
            language: [expand(line) for line in stored[language].splitlines() if line.strip()]
            for language in LANGUAGES
        }
    return found


def phrases_hash() -> str:
    """Changes when a phrase does, or the way features are made."""
    digest = hashlib.sha256()
    sources = [*sorted(PHRASES.glob("*.yaml")), Path(__file__).with_name("features.py"), Path(__file__)]
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def examples() -> list[tuple[str, str, float, int]]:
    """(intent, text, weight, line); a phrase with a name counts less again without it, for names nobody knows."""
    rows: list[tuple[str, str, float, int]] = []
    line = 0
    for intent, by_language in phrases().items():
        for ways in by_language.values():
            for group in ways:
                line += 1
                ways_taken = _some(group)
                share = min(1.0, FULL_WAYS / len(ways_taken))
                for text in ways_taken:
                    rows.append((intent, text, share, line))
                    if _SLOT.search(text) and tokens(_SLOT.sub("", text)):
                        rows.append((intent, _SLOT.sub(" ", text), 0.4 * share, line))
    return rows


def _some(group: list[str]) -> list[str]:
    """At most MOST_WAYS ways of a line, evenly spread over all of them."""
    if len(group) <= MOST_WAYS:
        return group
    return [group[i * len(group) // MOST_WAYS] for i in range(MOST_WAYS)]


def _matrix(made: list[dict[str, float]], column: dict[str, int]) -> tuple[Any, Any]:
    """The examples as a sparse matrix with a last column of ones, and its transpose, both by rows: products of such a matrix
    run in one thread and in one order, so that training again gives the same numbers."""
    from scipy.sparse import csr_array  # type: ignore[import-untyped]

    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for one in made:
        cells = [(column[name], value) for name, value in one.items() if name in column]
        for at, value in [*cells, (len(column), 1.0)]:
            columns.append(at)
            values.append(value)
        ends.append(len(values))
    x = csr_array((values, columns, ends), shape=(len(made), len(column) + 1))
    return x, csr_array(x.T)


def train(rows: list[tuple[str, str, float, int]]) -> Classifier:
    """Multinomial logistic regression, full batch; calibrated on every fifth line of phrases, held out."""
    import numpy as np

    intents = sorted({row[0] for row in rows})
    made = [features(row[1]) for row in rows]
    counts = Counter(feature for one in made for feature in one)
    kept = sorted(f for f, n in counts.items() if n >= RARE or (" " not in f and f[0] != "~"))
    column = {feature: i for i, feature in enumerate(kept)}
    x, turned = _matrix(made, column)
    y = np.array([intents.index(row[0]) for row in rows])
    weight = np.array([row[2] for row in rows]) / np.sqrt(np.bincount(y) / len(rows))[y]
    held = np.array([row[3] for row in rows]) % 5 == 4
    trial = _fit(x, turned, y, np.where(held, 0.0, weight))
    scale = _calibrated((x @ trial)[held], y[held])
    full = _fit(x, turned, y, weight)
    return Classifier(
        intents=tuple(intents),
        bias=tuple(round(float(b), 2) for b in full[-1]),
        weights={feature: row for feature, i in column.items() if (row := _sparse(full[i]))},
        scale=scale,
        phrases_hash=phrases_hash(),
    )


def _fit(x: Any, turned: Any, y: Any, weight: Any) -> Any:
    """Adam; the weights of the examples say how much each counts."""
    import numpy as np

    wanted = np.eye(int(y.max()) + 1)[y]
    w = np.zeros((x.shape[1], wanted.shape[1]))
    mean, spread = np.zeros_like(w), np.zeros_like(w)
    weight = (weight / weight.sum())[:, None]
    for step in range(1, STEPS + 1):
        scores = x @ w
        chance = np.exp(scores - scores.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        slope = turned @ ((chance - wanted) * weight) + DECAY * w
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope * slope
        w -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    return w


def _calibrated(scores: Any, y: Any) -> float:
    """The temperature that makes held-out probabilities honest (least log loss)."""
    import numpy as np

    def loss(scale: float) -> float:
        z = scores * scale
        z = z - z.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))

    return min((round(0.05 * i, 2) for i in range(1, 41)), key=loss)


def _sparse(row: Any) -> list[int]:
    pairs = [(i, round(float(w) * 100)) for i, w in enumerate(row) if abs(w) >= SMALLEST]
    return [number for pair in pairs for number in pair]


def main() -> int:
    """Write weights.json and say how large it is."""
    made = train(examples())
    stored = {
        "phrases_hash": made.phrases_hash,
        "scale": made.scale,
        "intents": made.intents,
        "bias": made.bias,
        "weights": made.weights,
    }
    WEIGHTS.write_text(json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{WEIGHTS.name}: {len(made.weights)} features, scale {made.scale}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
