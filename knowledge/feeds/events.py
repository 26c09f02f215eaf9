"""Events of the journey from JSONL, CSV and Excel files: the same rules as the collector's, row by row, in bounded memory."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from knowledge.journey.incoming import Origin
from knowledge.journey.keys import HouseKey
from knowledge.journey.linking import relink
from knowledge.journey.planning import plan_in_force
from knowledge.journey.taking import Taken, take

from .errors import FeedError
from .event_mapping import EventMapping, Row, mapped
from .report import KEPT, FeedReport, RejectedRows
from .rowfeed import Run
from .rows import Rejection
from .tabular import RawRow, open_sheet

LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
BATCH = 2000
LONGEST_LINE = 1024 * 1024


def ingest_events(path: Path, mapping: EventMapping | None, run: Run) -> FeedReport:
    """Load the events of a file. Without a mapping it is JSONL with our own field names."""
    if run.key is None:
        raise FeedError("没有身份密钥，不能导入事件 (events need the house's identity key).")
    report = FeedReport(feed=mapping.name if mapping else path.name, table="touch_event", file=str(path))
    sink = RejectedRows(run.rejected, report.feed, _digest(path, mapping))
    started = time.perf_counter()
    with run.scope.batch() as session:  # so that whoever is on record is known when their events come
        run.affected.add(relink(session, run.key, run.now))
    try:
        with _rows(path, mapping, run) as rows:
            _load(rows, mapping, run, run.key, report, sink)
    finally:
        report.rejected_file = sink.close()
    report.seconds = time.perf_counter() - started
    return report


def _load(
    rows: Iterable[Row],
    mapping: EventMapping | None,
    run: Run,
    key: HouseKey,
    report: FeedReport,
    sink: RejectedRows,
) -> None:
    origin = Origin(source=mapping.source if mapping else "web", received_at=run.now)
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        good = [row for row in batch if row.payload is not None]
        with run.scope.batch() as session:
            told = take(session, [row.payload or {} for row in good], origin, key)
        bad = [
            Rejection(row=row.number, column="", reason=row.problem, raw=row.raw or {})
            for row in batch
            if row.payload is None
        ]
        _count(report, sink, told, good, bad)
        told.affected.profile_ids.clear()  # of a million events there may be as many; the customers are few
        run.affected.add(told.affected)
        if run.progress is not None:
            run.progress(report.feed, report.rows)


def _count(
    report: FeedReport, sink: RejectedRows, told: Taken, good: list[Row], bad: list[Rejection]
) -> None:
    for position, fault in sorted(told.faults.items()):
        if fault.fate == "rejected":
            row = good[position]
            bad.append(
                Rejection(row=row.number, column="", reason=fault.reason, raw=row.raw or row.payload or {})
            )
    bad.sort(key=lambda one: one.row)
    report.new += told.new
    report.unchanged += told.unchanged
    report.rejected += len(bad)
    report.quarantined += told.count("quarantined")
    report.dropped += told.count("dropped")
    report.rejections.extend(bad[: KEPT - len(report.rejections)])
    for rejection in bad:
        sink.add(rejection)


def _digest(path: Path, mapping: EventMapping | None) -> str:
    found = hashlib.sha256(mapping.model_dump_json().encode() if mapping else b"")
    with path.open("rb") as stream:
        while chunk := stream.read(1024 * 1024):
            found.update(chunk)
    return found.hexdigest()


@contextmanager
def _rows(path: Path, mapping: EventMapping | None, run: Run) -> Iterator[Iterator[Row]]:
    with run.scope.batch() as session:
        plan = plan_in_force(session)
    if path.name.lower().endswith(LINES):
        yield (mapped(row, mapping, plan) if mapping else row for row in _lines(path))
    elif mapping is None:
        raise FeedError(
            f"{path}：事件表格要用 --mapping 指明映射文件 (a table of events needs --mapping FILE)。"
        )
    else:
        with open_sheet(
            path, encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet
        ) as sheet:
            wanted = [
                rule.column for rule in (*mapping.columns.values(), *mapping.props.values()) if rule.column
            ]
            absent = [column for column in dict.fromkeys(wanted) if column not in sheet.header]
            if absent:
                raise FeedError(f"{path}：文件里没有列 (columns missing)：{'、'.join(absent)}。")
            yield (mapped(_sheet_row(row), mapping, plan) for row in sheet.rows)


def _sheet_row(row: RawRow) -> Row:
    return Row(row.number, None if row.problem else row.cells, row.problem, row.cells)


def _lines(path: Path) -> Iterator[Row]:
    """One JSON object a line; a line that is none is told by its number."""
    try:
        yield from _read(path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FeedError(f"{path}：压缩文件不完整 (the gzip file is damaged)：{error}") from None


def _read(path: Path) -> Iterator[Row]:
    number = 0
    with path.open("rb") as plain, _unpacked(path, plain) as stream:
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                while line and not line.endswith(b"\n"):
                    line = stream.readline(LONGEST_LINE)
                yield Row(number, None, "这一行太长 (the line is too long)")
            elif line.strip():
                yield _line(number, line)


def _unpacked(path: Path, plain: BinaryIO) -> AbstractContextManager[BinaryIO]:
    return cast("BinaryIO", gzip.GzipFile(fileobj=plain)) if path.name.endswith(".gz") else nullcontext(plain)


def _line(number: int, line: bytes) -> Row:
    try:
        found = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return Row(number, None, f"不是 JSON (not JSON)：{error}")
    if not isinstance(found, dict):
        return Row(number, None, "应为一个 JSON 对象 (should be a JSON object)")
    return Row(number, found, raw=found)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
