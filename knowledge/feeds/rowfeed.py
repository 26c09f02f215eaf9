"""One mapping and its file (or its inline rows), loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from knowledge.journey.affected import Affected
from knowledge.journey.keys import HouseKey

from .errors import FeedError
from .headers import fitted
from .load import Loader, Progress, Scope
from .mapping import Mapping
from .report import FeedReport, RejectedRows
from .rows import RowReader, check_header
from .tabular import RawRow, Sheet, open_sheet


@dataclass(frozen=True, kw_only=True)
class Run:
    """What every feed of one run shares. `rejected` is the folder of the rejected-rows files; `key` hashes what identifies
    people in events, and `affected` gathers whom those concern."""

    scope: Scope
    now: datetime
    rejected: Path
    progress: Progress | None = None
    key: HouseKey | None = None
    affected: Affected = field(default_factory=Affected)


def ingest_rows(mapping: Mapping, path: Path | None, run: Run) -> FeedReport:
    """Load a mapping's rows from `path`, or from the mapping itself when it carries `rows`."""
    report = FeedReport(feed=mapping.name, table=mapping.table, file=str(path or ""))
    with _sheet(mapping, path) as sheet:
        mapping = fitted(mapping, sheet.header)
        reader = RowReader(mapping, run.now)
        check_header(mapping, sheet.header, path or mapping.name)
        sink = RejectedRows(run.rejected, mapping.name, digest(mapping, path))
        loader = Loader(mapping.table, report, sink, run.now)
        return loader.run(
            sheet.rows,
            reader.read,
            run.scope,
            key=mapping.key,
            distinct=mapping.distinct,
            twins=mapping.twins,
            progress=run.progress,
        )


def digest(mapping: Mapping, path: Path | None) -> str:
    """A hash of the mapping and the file's bytes: one input, one name of the rejected-rows file."""
    found = hashlib.sha256(mapping.model_dump_json().encode())
    if path is not None:
        with path.open("rb") as stream:
            while chunk := stream.read(1024 * 1024):
                found.update(chunk)
    return found.hexdigest()


@contextmanager
def _sheet(mapping: Mapping, path: Path | None) -> Iterator[Sheet]:
    if path is None and not mapping.rows:
        raise FeedError(
            f"映射 {mapping.name} 没有写 file，也没有 rows (the mapping names neither file nor rows)。"
        )
    if path is None:
        header = tuple(dict.fromkeys(name for row in mapping.rows for name in row))
        rows = (RawRow(number=n, cells=row) for n, row in enumerate(mapping.rows, start=1))
        yield Sheet(header=header, rows=rows)
        return
    with open_sheet(
        path, encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet
    ) as sheet:
        yield sheet
