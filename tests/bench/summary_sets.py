"""Turns VCSum and QMSum of ../shared/data into the rows that `chengdan eval summary` reads."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BUDGETS = {"vcsum_meetings": 250, "vcsum_segments": 150, "qmsum_general": 600, "qmsum_specific": 400}
"""Characters of a summary in each set: round numbers near what its people write, the same for every row."""


def make_rows(data: Path) -> dict[str, list[dict[str, Any]]]:
    """Set name -> rows {"id", "group", "turns", "query", "budget_chars", "references"}. `group` is the meeting."""
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in BUDGETS}
    for meeting in _read(data / "vcsum" / "meetings.jsonl.gz"):
        parts = [_turns(segment["turns"]) for segment in meeting["segments"]]
        whole = [turn for part in parts for turn in part]
        if meeting["complete"]:
            made["vcsum_meetings"].append(
                _row(meeting["id"], meeting["id"], whole, "", meeting["overall_summary"])
            )
        for segment, turns in zip(meeting["segments"], parts, strict=True):
            made["vcsum_segments"].append(_row(segment["id"], meeting["id"], turns, "", segment["summary"]))
    for meeting in _read(data / "qmsum" / "meetings.jsonl.gz"):
        turns = [
            {"speaker": one["speaker"], "text": one["content"]} for one in meeting["meeting_transcripts"]
        ]
        series = meeting["id"][:6]  # the meetings of one design team are about one product
        for kind in ("general", "specific"):
            for at, asked in enumerate(meeting[f"{kind}_query_list"]):
                row = _row(f"{meeting['id']}-{at}", series, turns, asked["query"], asked["answer"])
                made[f"qmsum_{kind}"].append(row)
    for name, rows in made.items():
        for row in rows:
            row["budget_chars"] = BUDGETS[name]
    return made


def write_rows(rows: list[dict[str, Any]], path: Path) -> None:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _row(id_: Any, group: Any, turns: list[dict[str, str]], query: str, reference: str) -> dict[str, Any]:
    return {"id": str(id_), "group": str(group), "turns": turns, "query": query, "references": [reference]}


def _turns(turns: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"speaker": str(turn["speaker"]), "text": "".join(turn["sentences"])} for turn in turns]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
