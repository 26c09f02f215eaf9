"""What an import did or would do: a table for people, JSON for programs, rejected rows as CSV."""

from __future__ import annotations

import csv
import json
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from .errors import one_line
from .plan import Change
from .rows import Rejection

KEPT = 200
"""Changes and rejections a report holds in memory per feed; the CSV holds every rejection."""


@dataclass(kw_only=True)
class FeedReport:
    """One feed's counts, with the first KEPT changes and rejections. `passed` was looked at and is none of our business,
    `gone` was taken away because the source has it no more; `quarantined` and `dropped` are events (journey) alone.
    `seconds` is elapsed wall time."""

    feed: str
    table: str
    file: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    passed: int = 0
    gone: int = 0
    remarks: list[str] = field(default_factory=list)
    quarantined: int = 0
    dropped: int = 0
    seconds: float = 0.0
    changes: list[Change] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    rejected_file: Path | None = None

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.unchanged + self.rejected + self.quarantined + self.dropped


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """Every feed of one run, in order."""

    feeds: tuple[FeedReport, ...]
    dry_run: bool

    @property
    def new(self) -> int:
        return sum(feed.new for feed in self.feeds)

    @property
    def changed(self) -> int:
        return sum(feed.changed for feed in self.feeds)

    @property
    def unchanged(self) -> int:
        return sum(feed.unchanged for feed in self.feeds)

    @property
    def rejected(self) -> int:
        return sum(feed.rejected for feed in self.feeds)

    def to_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        totals = {name: getattr(self, name) for name in ("new", "changed", "unchanged", "rejected")}
        return {"dry_run": self.dry_run, **totals, "feeds": [_feed_json(feed) for feed in self.feeds]}

    def as_text(self, examples: int = 5) -> str:
        """A table with a few changes and rejections of each feed below it, Chinese first."""
        rows: list[tuple[str, ...]] = [_HEAD] + [
            (f.feed, f.table, str(f.new), str(f.changed), str(f.unchanged), str(f.rejected))
            for f in self.feeds
        ]
        rows.append(
            ("合计 total", "", *(str(n) for n in (self.new, self.changed, self.unchanged, self.rejected)))
        )
        widths = [max(_width(row[column]) for row in rows) for column in range(len(_HEAD))]
        lines = [
            "  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        for feed in self.feeds:
            lines.extend(_details(feed, examples))
        if self.dry_run:
            lines.append("试运行：什么都没有写入 (dry run: nothing was written)")
        return "\n".join(lines)


_HEAD: tuple[str, ...] = ("来源 feed", "表 table", "新增 new", "变更 changed", "未变 same", "拒绝 rejected")


class RejectedRows:
    """Writes rejected rows to `<folder>/<feed>-<hash>.csv` as they come; no rejection, no file."""

    def __init__(self, folder: Path, name: str, digest: str) -> None:
        self.path = folder / f"{_safe(name)}-{digest[:12]}.csv"
        self._part = self.path.with_suffix(".part")
        self._stream: TextIO | None = None
        self._columns: list[str] = []

    def add(self, rejection: Rejection) -> None:
        """One more line: row number, column, reason and the raw cells."""
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._part.open("w", encoding="utf-8-sig", newline="")
            self._columns = [str(name) for name in rejection.raw]
            csv.writer(self._stream).writerow(["row", "column", "reason", *self._columns])
        cells = [_cell(rejection.raw.get(name)) for name in self._columns]
        csv.writer(self._stream).writerow([rejection.row, rejection.column, rejection.reason, *cells])

    def close(self) -> Path | None:
        """The finished file, or None; a file left by an earlier run of the same input is removed then."""
        if self._stream is None:
            self.path.unlink(missing_ok=True)
            return None
        self._stream.close()
        self._part.replace(self.path)
        return self.path


def _cell(value: Any) -> str:
    """A cell as text; a leading formula sign is defused, because people open this file in a spreadsheet."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") else text


def _safe(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name)[:60]


def _details(feed: FeedReport, examples: int) -> list[str]:
    lines = []
    if feed.gone or feed.passed:
        lines.append(
            f"  · {feed.feed} 源里已删并移除 {feed.gone}，与客户无关跳过 {feed.passed} (taken away, passed over)"
        )
    lines += [f"  · {feed.feed} {remark}" for remark in feed.remarks[:examples]]
    for change in feed.changes[:examples]:
        told = "；".join(f"{k}: {one_line(a, 30)} → {one_line(b, 30)}" for k, (a, b) in change.fields.items())
        lines.append(f"  ~ {feed.feed} 第 {change.row} 行 {'/'.join(map(str, change.key))}：{told}")
    for rejection in feed.rejections[:examples]:
        lines.append(f"  ! {feed.feed} 第 {rejection.row} 行 [{rejection.column}]：{rejection.reason}")
    if feed.quarantined:
        lines.append(
            f"  ? {feed.feed}：{feed.quarantined} 个事件进了隔离区，看 chengdan journey quarantine "
            "(events in quarantine)"
        )
    if feed.dropped:
        lines.append(f"  - {feed.feed}：{feed.dropped} 个事件因本人不同意没有记录 (not recorded: no consent)")
    if feed.rejected_file is not None:
        lines.append(f"  ! 全部被拒绝的行 (all rejected rows)：{feed.rejected_file}")
    return lines


def _feed_json(feed: FeedReport) -> dict[str, Any]:
    return {
        "feed": feed.feed,
        "table": feed.table,
        "file": feed.file,
        "new": feed.new,
        "changed": feed.changed,
        "unchanged": feed.unchanged,
        "rejected": feed.rejected,
        "passed": feed.passed,
        "gone": feed.gone,
        "remarks": feed.remarks,
        "quarantined": feed.quarantined,
        "dropped": feed.dropped,
        "seconds": round(feed.seconds, 3),
        "changes": [
            {
                "row": c.row,
                "key": list(c.key),
                "fields": {k: [_plain(a), _plain(b)] for k, (a, b) in c.fields.items()},
            }
            for c in feed.changes
        ],
        "rejections": [{"row": r.row, "column": r.column, "reason": r.reason} for r in feed.rejections],
        "rejected_file": str(feed.rejected_file) if feed.rejected_file else None,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
