"""The rows of a payload file: one text a line with what is known about it; a wrong line is named and passed over."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BadPayloads(Exception):
    """A file in which there is nothing to plant; the sentence says what to do."""


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One text to plant. Everything but the text may be empty."""

    id: str
    text: str
    lang: str = ""
    kind: str = ""
    family: str = ""
    group: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Skipped:
    """A line that could not be used, and why."""

    line: int
    why: str


def read_payloads(path: Path, limit: int = 0) -> tuple[list[Payload], list[Skipped]]:
    """The usable rows of a JSONL file (plain or gzip), at most `limit` (0: all), and the lines passed over. Columns
    that are not known are ignored; a row without `text` is read by its `context` (the benign carriers have only that).
    Raises BadPayloads for a file that cannot be read or holds no usable row."""
    rows: list[Payload] = []
    skipped: list[Skipped] = []
    for number, line in _lines(path):
        if limit and len(rows) >= limit:
            break
        found = _row(number, line)
        rows.append(found) if isinstance(found, Payload) else skipped.append(found)
    if not rows:
        told = f" 第 {skipped[0].line} 行 / line {skipped[0].line}: {skipped[0].why}" if skipped else ""
        raise BadPayloads(
            f'{path} 里没有可用的文本:每行写一个 JSON 对象,至少有 “text”,例如 {{"id": "1", "text": "…"}}。 / '
            f"{path} holds no text to plant: write one JSON object a line with at least “text”.{told}"
        )
    return rows, skipped


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        data = path.read_bytes()
        content = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadPayloads(f"无法读取 {path}:{error} / cannot read {path}: {error}") from error
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _row(number: int, line: str) -> Payload | Skipped:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        return Skipped(number, f"不是 JSON / not JSON: {str(error)[:80]}")
    if not isinstance(row, dict):
        return Skipped(number, "不是 JSON 对象 / not a JSON object")
    text = row.get("text") or row.get("context")
    if not isinstance(text, str) or not text.strip():
        return Skipped(number, "没有 “text” / no “text”")
    known = {name: str(row[name]) for name in ("lang", "kind", "family", "group", "goal") if row.get(name)}
    return Payload(id=str(row.get("id") or f"line-{number}"), text=text.replace("\x00", ""), **known)
