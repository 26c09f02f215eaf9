"""Tables in files as rows for scoring: streamed, gzip or not, any usual separator and encoding; a fair sample of any size."""

from __future__ import annotations

import csv
import gzip
import hashlib
import heapq
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from knowledge.insight.scoring.cells import is_nothing
from knowledge.insight.scoring.table import Table

MOST_ROWS = 40_000
"""Rows a model is fitted on; of a longer file a fair sample of so many, chosen by a hash of the row."""
_ENCODINGS = ("utf-8-sig", "gb18030", "latin-1")
_LINES = 200
"""Line ends in one cell from which on a quotation mark was not closed."""
_TRUE = ("1", "true", "yes", "y", "t", "won", "是", "赢单", "成交", "1.0")
_FALSE = ("0", "false", "no", "n", "f", "lost", "否", "丢单", "未成交", "0.0")


class BadTable(ValueError):
    """A file that cannot be scored; the sentence says why in both languages."""


@dataclass
class Counts:
    """What was met while a file was read."""

    rows: int = 0
    without_label: int = 0
    uneven: int = 0
    left_out: dict[str, int] = field(default_factory=dict)


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """The file as text; gzip by its first bytes, the encoding by what decodes its first half megabyte."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if zipped else path.open("rb") as bytes_in:
            head = bytes_in.read(1 << 19)
        with gzip.open(path, "rb") if zipped else path.open("rb") as bytes_in:
            yield io.TextIOWrapper(bytes_in, encoding=_encoding(head), errors="replace", newline="")
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise BadTable(f"读不了 {path.name}({error}) / cannot read {path.name} ({error})") from error


def _encoding(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for one in _ENCODINGS:
        try:
            if _is_hanzi_misread(head.decode(one)):
                continue
        except UnicodeDecodeError as error:
            if error.start >= len(head) - 8:
                return one
            continue
        return one
    return "latin-1"


def _is_hanzi_misread(text: str) -> bool:
    """Whether a text that reads as UTF-8 is Chinese in GB18030 all the same: short words such as 医院 or 联通 are letters of
    scripts that nobody mixes (Armenian, historic Cyrillic, Hebrew, Arabic, N'Ko) and nothing else beyond ASCII."""
    beyond = [one for one in text if one > "\x7f"]
    odd = sum("\u0460" <= one <= "\u07ff" for one in beyond)
    armenian = any("\u0460" <= one <= "\u058f" for one in beyond)
    return armenian and 3 * odd >= len(beyond) and max(beyond) <= "\u07ff"


def rows_of(path: Path, counts: Counts) -> Iterator[dict[str, str]]:
    """Every row as {column: cell}. Short rows are filled with nothing, long ones cut, and both counted.

    Raises BadTable for an empty file, a file without a header and a header with a name twice.
    """
    csv.field_size_limit(1 << 24)
    with opened(path) as text:
        first = text.readline()
        if not first.strip():
            raise BadTable(f"{path.name} 是空的 / {path.name} is empty")
        mark = max(",;\t|", key=first.count)
        header = [name.strip() for name in next(csv.reader([first], delimiter=mark))]
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise BadTable(f"{path.name} 的表头重复 / header names twice: {', '.join(twice)[:200]}")
        for cells in _cells(path, text, mark):
            counts.rows += 1
            if len(cells) != len(header):
                counts.uneven += 1
                cells = [*cells, *([""] * (len(header) - len(cells)))]
            yield dict(zip(header, cells, strict=False))


def _cells(path: Path, text: IO[str], mark: str) -> Iterator[list[str]]:
    """The cells of every line that is not empty. Raises BadTable where a quotation mark swallows the lines after it."""
    reader = csv.reader(text, delimiter=mark)
    at = 2
    try:
        for cells in reader:
            if any(cell.count("\n") >= _LINES for cell in cells):
                raise csv.Error("quotation mark not closed")
            at = reader.line_num + 2
            if cells:
                yield cells
    except csv.Error as error:
        raise BadTable(
            f"{path.name} 第 {at} 行读不下去({error}):多半是引号没有成对 / "
            f"cannot be read from line {at} on ({error}): most likely a quotation mark without its other one"
        ) from error


def positive_of(values: Iterable[str], asked: str) -> str:
    """The label value that counts as true: the one asked for, else the yes of a yes and no, else the only one.

    Raises BadTable when it has to be said.
    """
    found = sorted({value.strip() for value in values if not is_nothing(value)})
    if asked:
        if asked not in found and len(found) > 1:
            shown = ", ".join(found[:8])
            raise BadTable(f"标签里没有 {asked!r},只有 {shown} / the label is never {asked!r}, only {shown}")
        return asked
    yes = [value for value in found if value.casefold() in _TRUE]
    rest = [value for value in found if value not in yes]
    if len(yes) == 1 and all(value.casefold() in _FALSE for value in rest):
        return yes[0]
    if not yes and rest and all(value.casefold() in _FALSE for value in rest):
        return "1"
    if len(yes) == 1 and len(found) == 2:
        return yes[0]
    shown = ", ".join(found[:8])
    raise BadTable(
        f"请用 --positive 说明哪个值算“是”:{shown} / say with --positive which value is true: {shown}"
    )


def sample(
    rows: Iterable[Mapping[str, str]], group: str = "", most: int = MOST_ROWS
) -> list[Mapping[str, str]]:
    """At most `most` rows in file order, each as likely as any other, the same ones every time; with a group column whole
    groups are chosen, as long as they fit. Memory is bounded by `most` rows."""
    kept: list[tuple[int, int, Mapping[str, str]]] = []
    for at, row in enumerate(rows):
        name = row.get(group, "") if group else f"{at}"
        key = -int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
        entry = (key, -at, row)
        if len(kept) < most:
            heapq.heappush(kept, entry)
        elif entry[:2] > kept[0][:2]:
            heapq.heapreplace(kept, entry)
    if group and len(kept) >= most:
        edge = kept[0][0]
        whole = [one for one in kept if one[0] != edge]
        kept = whole or kept
    return [row for _, _, row in sorted(kept, key=lambda one: -one[1])]


def table_of(
    rows: Sequence[Mapping[str, str]], label: str, positive: str, group: str = "", time: str = ""
) -> Table:
    """The rows as a table; label, group and time are no features."""
    names = [name for name in (rows[0] if rows else {}) if name not in {label, group, time}]
    return Table(
        columns={name: [row[name] for row in rows] for name in names},
        labels=[int(row[label].strip() == positive) for row in rows],
        groups=[row[group] for row in rows] if group else (),
        times=[row[time] for row in rows] if time else (),
    )
