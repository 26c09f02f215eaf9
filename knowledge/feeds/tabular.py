"""Rows out of CSV, TSV and Excel files, one at a time: encoding and delimiter are found, not asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from .encodings import find_encoding
from .errors import FeedError

MAX_CELL = 16 * 1024 * 1024
"""Characters in one cell; a transcript fits, a runaway quote does not."""

DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, kw_only=True)
class RawRow:
    """One row as the file has it. `number` counts as a spreadsheet does: the header is row 1."""

    number: int
    cells: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An open table: its header and its rows, which can be walked once."""

    header: tuple[str, ...]
    rows: Iterator[RawRow]
    encoding: str = ""
    delimiter: str = ""


@contextmanager
def open_sheet(
    path: Path, *, encoding: str = "auto", delimiter: str = "auto", sheet: str | None = None
) -> Iterator[Sheet]:
    """The table in a .csv, .tsv, .txt or .xlsx file, streamed. Raises FeedError where it is not one."""
    if not path.is_file():
        raise FeedError(f"找不到文件 {path} (no such file)。")
    if path.stat().st_size == 0:
        raise FeedError(f"{path} 是空文件，里面没有表头 (the file is empty).")
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        with _open_excel(path, sheet) as found:
            yield found
    elif suffix in (".xls", ".et", ".ods", ".numbers"):
        raise FeedError(f"{path}：请在表格软件里另存为 .xlsx 或 .csv (save it as .xlsx or .csv first)。")
    else:
        with _open_text(path, encoding, delimiter) as found:
            yield found


@contextmanager
def _open_text(path: Path, encoding: str, delimiter: str) -> Iterator[Sheet]:
    name = find_encoding(path) if encoding == "auto" else encoding
    csv.field_size_limit(MAX_CELL)
    try:
        with path.open(encoding=name, newline="") as stream:
            mark = _delimiter(stream) if delimiter == "auto" else delimiter
            reader = csv.reader(stream, delimiter=mark)
            header = _header(next(reader, []), path)
            rows = _guarded(_numbered(header, reader), path, name)
            yield Sheet(header=header, rows=rows, encoding=name, delimiter=mark)
    except LookupError:
        raise FeedError(
            f"{path}：不认识编码 {encoding}；可写 auto、utf-8、gb18030、big5 (unknown encoding)。"
        ) from None
    except UnicodeDecodeError as error:
        raise _undecodable(path, name, error) from None


def _delimiter(stream: TextIO) -> str:
    """The mark that splits the first line most often, outside quotes."""
    line = ""
    while not line.strip():
        line = stream.readline(MAX_CELL)
        if not line:
            break
    stream.seek(0)
    bare = "".join(part for index, part in enumerate(line.split('"')) if index % 2 == 0)
    return max(DELIMITERS, key=bare.count)


def _header(cells: list[Any], path: Path) -> tuple[str, ...]:
    names = ["" if cell is None else str(cell).strip().lstrip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise FeedError(f"{path}：第一行没有表头 (the first row has no column names)。")
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise FeedError(
            f"{path}：列名重复 {', '.join(doubled)}，请改成不同的名字 (column names appear twice)。"
        )
    return tuple(names)


def _numbered(header: tuple[str, ...], rows: Iterator[Any]) -> Iterator[RawRow]:
    for number, cells in enumerate(rows, start=2):
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        extra = [cell for cell in cells[len(header) :] if cell not in (None, "")]
        problem = ""
        if extra:
            problem = f"这一行有 {len(cells)} 格，表头只有 {len(header)} 列 (more cells than columns)"
        yield RawRow(number=number, cells=dict(zip(header, cells, strict=False)), problem=problem)


def _guarded(rows: Iterator[RawRow], path: Path, encoding: str) -> Iterator[RawRow]:
    """The same rows; what the csv module or the codec dislikes becomes a FeedError with the row."""
    last = 1
    try:
        for row in rows:
            last = row.number
            yield row
    except csv.Error as error:
        raise FeedError(
            f"{path}：第 {last + 1} 行附近读不下去 (cannot be read near row {last + 1})：{error}；"
            "看看引号是否成对、有没有乱码字节。"
        ) from None
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding, error) from None


def _undecodable(path: Path, encoding: str, error: UnicodeDecodeError) -> FeedError:
    return FeedError(
        f"{path}：按 {encoding} 解不开 ({error.reason})；去掉映射里的 encoding 让程序自己判断，"
        "或另存为 UTF-8 (cannot be decoded; use encoding: auto or save the file as UTF-8)。"
    )


@contextmanager
def _open_excel(path: Path, sheet: str | None) -> Iterator[Sheet]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise FeedError(f"{path}：不是完好的 Excel 文件 (not a sound .xlsx file)：{error}") from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise FeedError(f"{path}：没有工作表 {sheet}；有 (it has): {', '.join(book.sheetnames)}")
        page = book[sheet] if sheet is not None else book.worksheets[0]
        rows = iter(page.iter_rows(values_only=True))
        header = _header(list(next(rows, ())), path)
        yield Sheet(header=header, rows=_numbered(header, rows), encoding="xlsx")
    finally:
        book.close()
