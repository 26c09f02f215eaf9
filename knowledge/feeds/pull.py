"""A CRM through its mappings: part for part what changed since the last reading, what was held back, and what is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from knowledge.library import feeds as rows

from .errors import FeedError
from .gone import Taker
from .load import Loader
from .mapping import Mapping, parse_mapping, read_yaml
from .report import FeedReport, RejectedRows
from .rowfeed import Run
from .rows import Rejection, RowReader
from .source import NotAllowed, Record, Source
from .tabular import RawRow

OVERLAP = timedelta(minutes=10)
"""What changed shortly before the last reading is asked for once more: search indexes of CRMs lag behind."""

AHEAD = timedelta(minutes=5)
"""A change dated further ahead of our clock does not move the cursor: their clock jumped."""

SIZE = 500


def bundle(path: Path, parts: Collection[str] = ()) -> tuple[Mapping, ...]:
    """The mappings of a folder's import.yaml, in order; each names the part of the CRM it reads, one of `parts`. Raises
    FeedError."""
    data = read_yaml(path / "import.yaml")
    listed = data.get("feeds") if isinstance(data, dict) else None
    if not isinstance(listed, list) or not listed:
        raise FeedError(f"{path / 'import.yaml'}：要有列表 feeds (a list of feeds is missing)。")
    names = [one["mapping"] if isinstance(one, dict) else one for one in listed]
    found = tuple(parse_mapping(read_yaml(path / str(name)), path / str(name)) for name in names)
    without = [one.name for one in found if one.part is None]
    if without:
        raise FeedError(f"{path}：映射 {'、'.join(without)} 没有写 part (these mappings name no part)。")
    strange = sorted({str(one.part) for one in found if parts and one.part not in parts})
    if strange:
        raise FeedError(f"{path}：没有 part {'、'.join(strange)}；可用 (allowed): {', '.join(parts)}")
    return found


def pull(
    source: Source, mappings: Sequence[Mapping], feed: str, run: Run, *, anew: bool = False
) -> list[FeedReport]:
    """Read every part in order, then take away what is gone, the leaning rows first. A part that may not be read is left
    out with a remark; raises FeedError where the CRM cannot be read, and what was read until then stays."""
    parts = [_Part(source, mapping, feed, run, anew) for mapping in mappings]
    for part in parts:
        part.read()
    taker = Taker(run)
    for part in reversed(parts):
        part.take_away(taker)
    return [part.report for part in parts]


class _Sink(RejectedRows):
    """Keeps the external id and the reason of every rejection, beside the file that shows its cells."""

    def __init__(self, folder: Path, name: str, digest: str) -> None:
        super().__init__(folder, name, digest)
        self.refused: dict[str, tuple[str, str]] = {}

    def add(self, rejection: Rejection) -> None:
        super().add(rejection)
        self.refused[str(rejection.raw.get("id") or rejection.row)] = (rejection.column, rejection.reason)


class _Part:
    """One part of one reading."""

    def __init__(self, source: Source, mapping: Mapping, feed: str, run: Run, anew: bool) -> None:
        self._source, self._mapping, self._feed, self._run, self._anew = source, mapping, feed, run, anew
        self._name = str(mapping.part)
        self._columns = tuple(dict.fromkeys(mapping.wanted.values()))
        self.report = FeedReport(feed=mapping.name, table=mapping.table, file=f"{feed}:{self._name}")
        self._since: datetime | None = None
        self._newest: datetime | None = None
        self._seen: set[str] = set()
        self._readable = True

    def read(self) -> None:
        """Load what changed and what was held back; then move the cursor and write down what was refused."""
        with self._run.scope.look() as session:
            self._since = _moment(rows.cursor(session, self._feed, self._name))
            held = rows.held_ids(session, self._feed, self._name)
        since = self._since - OVERLAP if self._since and not self._anew else None
        mark = hashlib.sha256(f"{self._feed}\n{self._mapping.model_dump_json()}".encode()).hexdigest()
        sink = _Sink(self._run.rejected, f"{self._feed}-{self._name}", mark)
        loader = Loader(self._mapping.table, self.report, sink, self._run.now)
        reader = RowReader(self._mapping, self._run.now)
        try:
            loader.run(
                self._numbered(held, since), reader.read, self._run.scope, key=self._mapping.key, distinct=True,
                twins=self._mapping.twins, size=SIZE, progress=self._run.progress,
            )  # fmt: skip
        except NotAllowed as error:
            self._readable = False
            self.report.remarks.append(str(error))
            return
        self._end(held, sink.refused)

    def _numbered(self, held: Sequence[str], since: datetime | None) -> Iterator[RawRow]:
        for number, record in enumerate(self._records(held, since), start=1):
            if record.at is not None and record.at <= self._run.now + AHEAD:
                self._newest = max(record.at, self._newest or record.at)
            yield RawRow(number=number, cells={**record.cells, "id": record.id}, problem=record.problem)

    def _records(self, held: Sequence[str], since: datetime | None) -> Iterator[Record]:
        """What was held back first, then what changed; a record that is in both comes once."""
        if held:
            for record in self._source.again(self._name, self._columns, held):
                self._seen.add(record.id)
                yield record
        for record in self._source.changed(self._name, self._columns, since):
            if record.id not in self._seen:
                yield record

    def _end(self, held: Sequence[str], refused: dict[str, tuple[str, str]]) -> None:
        with self._run.scope.batch() as session:
            newest = max(filter(None, (self._newest, self._since)), default=None)
            if newest is not None:
                rows.put_cursor(session, self._feed, self._name, newest.isoformat(), self._run.now)
            rows.hold(session, self._feed, self._name, refused, held, self._run.now)

    def take_away(self, taker: Taker) -> None:
        """What the CRM has no more; nothing at the first reading, when there is nothing of it here."""
        if self._since is None or not self._readable:
            return
        prefix = self._mapping.columns["id"].prefix if "id" in self._mapping.columns else ""
        try:
            for one in self._source.gone(self._name, self._since - OVERLAP):
                taker.take(self._mapping.table, prefix, one, self.report)
        except NotAllowed as error:
            self.report.remarks.append(str(error))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
