"""Rows as a file for a spreadsheet: CSV or XLSX, marked with who took them and when, and harmless when opened.

A cell that begins like a formula is shown as text: what a customer wrote must not run on a colleague's machine.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula may begin, full-width forms included (some programs fold them)."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What is written. `marks` are the watermark's label and value; `at` is the moment that stands in the file."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    marks: Sequence[tuple[str, str]]
    at: datetime


def harmless(value: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula, made a text for good; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return (
        f"'{value}"
        if value.lstrip(" \n\ufeff\u200b").startswith(FORMULA) or value.startswith(FORMULA)
        else value
    )


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark Excel wants; the first row is the watermark, the second the columns."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([harmless("# " + " · ".join(f"{name}: {value}" for name, value in sheet.marks))])
    writer.writerow([harmless(name) for name in sheet.columns])
    for row in sheet.rows:
        writer.writerow(["" if cell is None else harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def as_xlsx(sheet: Sheet) -> bytes:
    """The rows on the first sheet, the watermark on the second and in every printed page's foot."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def clean(value: Cell) -> Cell:
        return ILLEGAL_CHARACTERS_RE.sub("", str(harmless(value))) if isinstance(value, str) else value

    book = Workbook()
    page = book.active
    assert page is not None, "a new workbook has a sheet"
    page.title = sheet.title[:31]
    page.append([clean(name) for name in sheet.columns])
    for row in sheet.rows:
        page.append([clean(cell) for cell in row])
    page.freeze_panes = "A2"
    if (foot := page.oddFooter) is not None:
        foot.center.text = " · ".join(value for _, value in sheet.marks).replace("&", "&&")
    mark = book.create_sheet("水印 watermark")
    for name, value in sheet.marks:
        mark.append([clean(name), clean(value)])
    moment = sheet.at.astimezone(UTC).replace(tzinfo=None)
    book.properties.creator = next((value for _, value in sheet.marks), "")
    book.properties.created = book.properties.modified = moment
    out = io.BytesIO()
    book.save(out)
    return _still(out.getvalue(), moment)


def _still(data: bytes, moment: datetime) -> bytes:
    """The same archive with one time on every member: the same rows give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return out.getvalue()
