"""The mood of a customer: on words labelled by others, at planted drops, and beside outcomes: `python -m tests.bench.bench_mood`.

Words, weights and thresholds are those that ship. No machine fitted them, but people added words after reading misses on these
very sets: the figures are not held out. The search for the change was made on other sentences (product reviews, half of
persuasion_for_good) and other seeds. A share within a turn counts all planted drops, found or not."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from knowledge.insight.mood import Change, change_point, mood_of_call, polarity
from tests.fakes.mood_talks import planted

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
GOOD = {"positive-reaction-to-donation", "agree-donation"}
BAD = {"negative-reaction-to-donation", "disagree-donation", "disagree-donation-more"}
TALKS = 200
SEEDS = range(40000, 40000 + TALKS)
"""Seeds on which nothing was tried out."""
AT_ONCE = 2
"""Labelled sentences of others that make one turn of a planted talk."""


def bench(data: Path) -> list[dict[str, Any]]:
    """A row a measurement: name, n, value, and what it is."""
    good, bad = _labelled(data)
    rows = [
        _row(
            "persuasion_for_good: AUC of liking",
            f"{len(good)} + {len(bad)}",
            auc(_values(good), _values(bad)),
        )
    ]
    rows += [row for language in ("zh", "en") for row in _ours(language)]
    rows += _theirs(good, bad)
    talks = _talks(data / "craigslist_bargain" / "dialogues.jsonl.gz")
    ends = {
        one: [
            _mean([t["text"] for t in talk["turns"] if t["text"]][-3:])
            for talk in talks
            if talk["deal"] is one
        ]
        for one in (True, False)
    }
    rows.append(
        _row(
            "craigslist_bargain: AUC of a deal by the last 3 turns",
            f"{len(ends[True])} + {len(ends[False])}",
            auc(ends[True], ends[False]),
        )
    )
    return rows


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """The chance that one of `good` lies above one of `bad`, ties counted half (Hanley and McNeil 1982)."""
    return sum((a > b) + 0.5 * (a == b) for a in good for b in bad) / (len(good) * len(bad))


def _ours(language: str) -> list[dict[str, Any]]:
    """Talks of our own making with a planted drop, and without."""
    tried = []
    for seed in SEEDS:
        turns, at = planted(seed, language)
        calm = mood_of_call(planted(seed, language, drop=False)[0]).change
        tried.append((mood_of_call(turns).change, at, calm is not None))
    return _shares(f"our talks ({language})", tried)


def _theirs(good: Sequence[str], bad: Sequence[str]) -> list[dict[str, Any]]:
    """Talks put together from sentences that others labelled: content until the drop, then against."""
    dice, tried = random.Random(7), []
    for _ in range(TALKS):
        length = dice.randint(16, 36)
        at = dice.randint(6, length - 6)
        values = [
            polarity(" ".join(dice.sample(good if number < at else bad, AT_ONCE))) for number in range(length)
        ]
        calm = change_point([polarity(" ".join(dice.sample(good, AT_ONCE))) for _ in range(length)])
        tried.append((change_point(values), at, calm is not None))
    return _shares("persuasion sentences", tried)


def _shares(name: str, tried: Sequence[tuple[Change | None, int, bool]]) -> list[dict[str, Any]]:
    """Of (what was found, where it was planted, whether the same talk without a drop alarmed): the shares of all talks."""
    n = len(tried)
    found = [(change, at) for change, at, _ in tried if change is not None]
    near = sum(abs(change.at - at) <= 1 for change, at in found)
    return [
        _row(f"{name}: planted drop found", n, len(found) / n),
        _row(f"{name}: within ±1 turn, of all planted", n, near / n),
        _row(f"{name}: within ±1 turn, of those found", len(found), near / max(1, len(found))),
        _row(
            f"{name}: the turn shown within ±1, of all planted",
            n,
            sum(abs(c.shown - at) <= 1 for c, at in found) / n,
        ),
        _row(f"{name}: alarm without a drop", n, sum(calm for _, _, calm in tried) / n),
    ]


def _labelled(data: Path) -> tuple[list[str], list[str]]:
    rows = _talks(data / "persuasion_for_good" / "annotated_strategies.jsonl.gz")
    said = [one for row in rows for one in row["sentences"]]
    return [one["text"] for one in said if one["ee_label"] in GOOD], [
        one["text"] for one in said if one["ee_label"] in BAD
    ]


def _talks(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _values(texts: Sequence[str]) -> list[float]:
    return [polarity(one) for one in texts]


def _mean(texts: Sequence[str]) -> float:
    return fmean(_values(texts)) if texts else 0.0


def _row(name: str, n: object, value: float) -> dict[str, Any]:
    return {"name": name, "n": n, "value": round(value, 3)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bench(DATA), indent=1) + "\n")
