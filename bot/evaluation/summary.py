"""`eval summary`: our extractive summaries and plain LexRank on the same rows in one run, against people's summaries."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agents.figures import figures
from knowledge.insight.summary import METHOD, Extract, Spoken, lexrank, rouge, summarise

NAMES = ("rouge1", "rouge2", "rougeL")


class BadSummaryFile(ValueError):
    """A file of rows that cannot be read; the sentence names the line."""


def evaluate(path: Path) -> dict[str, Any]:
    """Means over the rows of `path`: ROUGE F1 (0..1; Chinese over characters), `quote_validity` (share of quotes that
    stand word for word in the turn they name), `unsupported_numbers` (figures in summaries that their talks do not
    have, a count), `chars` and `seconds` a row; the same ROUGE of LexRank under `baseline`. Raises BadSummaryFile."""
    ours: list[dict[str, float]] = []
    base: list[dict[str, float]] = []
    valid = quoted = strange = chars = 0
    seconds = 0.0
    known: dict[tuple[int, int | None], str] = {}
    for row in _rows(path):
        turns = [_spoken(turn) for turn in row["turns"]]
        start = time.perf_counter()
        found = summarise(turns, str(row.get("query") or ""), row.get("budget_chars"))
        seconds += time.perf_counter() - start
        key = (hash(tuple(turns)), row.get("budget_chars"))
        known = known if key in known else {key: lexrank(turns, row.get("budget_chars"))}
        ours.append(rouge(found.text, row["references"]))
        base.append(rouge(known[key], row["references"]))
        quoted += len(found.quotes)
        valid += valid_quotes(found, turns)
        strange += len(unsupported(found.text, turns))
        chars += len(found.text)
    n = len(ours)
    return {
        "n": n,
        "method": METHOD,
        **_means(ours),
        "quote_validity": valid / quoted if quoted else None,
        "quotes": quoted,
        "unsupported_numbers": strange,
        "chars": chars / n,
        "seconds": seconds / n,
        "baseline": {"method": "lexrank", **_means(base)},
    }


def valid_quotes(found: Extract, turns: Sequence[Spoken]) -> int:
    """How many quotes are what the turn they name says at that place."""
    return sum(turns[one.turn].text[one.start : one.end] == one.text for one in found.quotes)


def unsupported(text: str, turns: Sequence[Spoken]) -> list[str]:
    """The figures of a summary that nobody said, as text."""
    known = figures("\n".join(turn.text for turn in turns))
    return sorted(str(one) for one in figures(text) if not any(one.supported_by(other) for other in known))


def _means(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(one[name] for one in found) / len(found) for name in NAMES}


def _spoken(turn: Mapping[str, Any]) -> Spoken:
    return Spoken(speaker=str(turn.get("speaker") or ""), text=str(turn["text"]), start=turn.get("start"))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Every row, checked. Raises BadSummaryFile with the line."""
    count = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                text = line.decode("utf-8-sig")
                if text.strip():
                    count += 1
                    yield _row(text, number)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadSummaryFile(f"无法读取 {path}：{error} / cannot read {path}") from error
    if not count:
        raise BadSummaryFile(f"{path} 里没有一行数据 / {path} has no rows")


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
        fine = (
            isinstance(row["turns"], list)
            and all(isinstance(turn["text"], str) for turn in row["turns"])
            and isinstance(row["references"], list)
            and all(isinstance(one, str) for one in row["references"])
            and isinstance(row.get("budget_chars") or 0, int)
        )
    except (ValueError, KeyError, TypeError):
        fine = False
    if not fine:
        raise BadSummaryFile(
            f"第 {number} 行应有 turns[{{speaker,text}}] 和 references[…] / "
            f"line {number} needs turns[{{speaker,text}}] and references[...]"
        )
    checked: dict[str, Any] = row
    return checked
