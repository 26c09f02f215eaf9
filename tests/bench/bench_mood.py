"""The mood of a customer: on words labelled by others, at planted drops, and beside outcomes: `python -m tests.bench.bench_mood`.

Words, weights and thresholds are those that ship. No machine fitted them, but people added words after reading misses on these
very sets: the figures are not held out."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from knowledge.insight.mood import change_point, mood_of_call, polarity
from tests.fakes.mood_talks import planted

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
GOOD = {"positive-reaction-to-donation", "agree-donation"}
BAD = {"negative-reaction-to-donation", "disagree-donation", "disagree-donation-more"}
TALKS = 200
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
    found, near = 0, 0
    for seed in range(1000, 1000 + TALKS):
        turns, at = planted(seed, language)
        change = mood_of_call(turns).change
        found += change is not None
        near += change is not None and abs(change.at - at) <= 1
    alarms = sum(
        mood_of_call(planted(seed, language, drop=False)[0]).change is not None
        for seed in range(1000, 1000 + TALKS)
    )
    return [
        _row(f"our talks ({language}): planted drop found", TALKS, found / TALKS),
        _row(f"our talks ({language}): within ±1 turn, of those found", found, near / max(1, found)),
        _row(f"our talks ({language}): alarm without a drop", TALKS, alarms / TALKS),
    ]


def _theirs(good: Sequence[str], bad: Sequence[str]) -> list[dict[str, Any]]:
    """Talks put together from sentences that others labelled: content until the drop, then against."""
    dice, found, near, alarms = random.Random(7), 0, 0, 0
    for _ in range(TALKS):
        length = dice.randint(16, 36)
        at = dice.randint(6, length - 6)
        values = [
            polarity(" ".join(dice.sample(good if number < at else bad, AT_ONCE))) for number in range(length)
        ]
        change = change_point(values)
        found += change is not None
        near += change is not None and abs(change.at - at) <= 1
        alarms += (
            change_point([polarity(" ".join(dice.sample(good, AT_ONCE))) for _ in range(length)]) is not None
        )
    return [
        _row("persuasion sentences: planted drop found", TALKS, found / TALKS),
        _row("persuasion sentences: within ±1 turn, of those found", found, near / max(1, found)),
        _row("persuasion sentences: alarm without a drop", TALKS, alarms / TALKS),
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
