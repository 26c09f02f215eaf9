"""Fits knowledge/insight/summary/weights.json on the development parts of VCSum and QMSum, and says what to expect.

`python -m tests.bench.train_summary [--write]`. The figures printed are cross-validated by meeting: every row is
summarised with weights that never saw its meeting. Ridge regression on the share of a piece's words and word pairs that
a person's summary uses; each row counts by the root of its size. No Chinese set asks questions: those columns take the
English weights, scaled to the spread of the Chinese scores. Deterministic.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.insight.summary import Spoken, rouge
from knowledge.insight.summary.extract import _JOIN, _WEIGHTS, lexrank, pick
from knowledge.insight.summary.features import ASKED, FEATURES, features
from knowledge.insight.summary.graph import bag_of
from knowledge.insight.summary.rouge import tokens
from knowledge.insight.summary.units import language_of, units
from knowledge.terms import STOP_EN

from .summary_sets import DATA, make_rows

FOLDS, RIDGE, PAIRS = 5, 1.5, 3.0


def examples(rows: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Rows with what is seen of each piece and how well it would have served."""
    made, known = [], {}
    for row in rows:
        turns = [Spoken(**turn) for turn in row["turns"]]
        key = (len(turns), turns[0].text, turns[-1].text)
        if key not in known:
            language = language_of(turns)
            pieces = units(turns, language)
            known = {key: (turns, language, pieces, bag_of([one.text for one in pieces], language))}
        turns, language, pieces, bag = known[key]
        seen = features(turns, pieces, bag, language, row["query"])
        used = served([one.text for one in pieces], row["references"], language)
        made.append({"row": row, "set": name, "language": language, "pieces": pieces, "bag": bag, "seen": seen,
                     "used": used, "turns": turns})  # fmt: skip
    return made


def served(texts: Sequence[str], references: Sequence[str], language: str) -> Any:
    """Share of a piece's words that a reference has, plus PAIRS times that of its word pairs."""
    gold = [tokens(text) for text in references]
    words = {word for one in gold for word in one} - (STOP_EN if language == "en" else set())
    pairs = {pair for one in gold for pair in itertools.pairwise(one)}
    shares = []
    for text in texts:
        mine = tokens(text)
        met = sum(p in pairs for p in itertools.pairwise(mine))
        shares.append((sum(word in words for word in mine) + PAIRS * met) / max(1, len(mine)))
    return np.array(shares)


def fit(made: Sequence[dict[str, Any]]) -> Any:
    """One weight a feature."""
    left, right = RIDGE * np.eye(len(FEATURES)), np.zeros(len(FEATURES))
    for one in made:
        weight = 1 / np.sqrt(len(one["seen"]))
        left += weight * one["seen"].T @ one["seen"]
        right += weight * one["seen"].T @ one["used"]
    return np.linalg.solve(left, right)


def scored(one: dict[str, Any], weights: Any) -> dict[str, float]:
    joint = _JOIN[one["language"]]
    said = [set(piece) for piece in one["bag"].pieces]
    chosen = pick(one["pieces"], said, one["seen"] @ weights, one["row"]["budget_chars"], len(joint))
    return rouge(joint.join(one["pieces"][at].text for at in chosen), one["row"]["references"])


def cross_validated(made: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Set -> n and mean figures of ours and of LexRank."""
    groups = sorted({one["row"]["group"] for one in made})
    found: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {}
    for fold in range(FOLDS):
        weights = fit([one for one in made if groups.index(one["row"]["group"]) % FOLDS != fold])
        for one in made:
            if groups.index(one["row"]["group"]) % FOLDS == fold:
                base = rouge(lexrank(one["turns"], one["row"]["budget_chars"]), one["row"]["references"])
                found.setdefault(one["set"], []).append((scored(one, weights), base))
    return {
        name: {"n": len(pairs)}
        | {f"{kind} {key}": round(sum(pair[at][key] for pair in pairs) / len(pairs), 4)
           for at, kind in enumerate(("ours", "lexrank")) for key in ("rouge1", "rouge2", "rougeL")}
        for name, pairs in sorted(found.items())
    }  # fmt: skip


def spread(made: Sequence[dict[str, Any]], weights: Any) -> float:
    """How far the scores of one talk's pieces lie apart without a question: mean standard deviation."""
    plain = weights * np.array([name not in ASKED for name in FEATURES])
    return float(np.mean([np.std(one["seen"] @ plain) for one in made]))


def main(arguments: Sequence[str]) -> None:
    made = [one for name, rows in make_rows(DATA).items() for one in examples(rows, name)]
    stored: dict[str, dict[str, float]] = {}
    wide: dict[str, float] = {}
    for language in ("zh", "en"):
        mine = [one for one in made if one["language"] == language]
        sys.stdout.write(json.dumps(cross_validated(mine), indent=1) + "\n")
        stored[language] = {name: round(float(w), 6) for name, w in zip(FEATURES, fit(mine), strict=True)}
        wide[language] = spread(mine, np.array(list(stored[language].values())))
    for name in ASKED:  # no Chinese set asks questions: as much beside the rest of a score as in English
        stored["zh"][name] = round(stored["en"][name] * wide["zh"] / wide["en"], 6)
    sys.stdout.write(f"spread {wide}\n")
    if "--write" in arguments:
        _WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
