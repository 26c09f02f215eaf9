"""Small Word files made on the spot: contracts with tags in whatever shape a lawyer's Word leaves them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import docx
from docx.document import Document


def word(
    *paragraphs: str | Sequence[str], table: Sequence[Sequence[str]] = (), header: str = "", footer: str = ""
) -> bytes:
    """A Word file; a paragraph given as a list of pieces has one run for each piece, as Word cuts them."""
    document = docx.Document()
    for one in paragraphs:
        paragraph = document.add_paragraph()
        for piece in [one] if isinstance(one, str) else one:
            paragraph.add_run(piece)
    if table:
        rows = document.add_table(rows=len(table), cols=max(len(row) for row in table))
        for row, cells in zip(rows.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=False):
                cell.paragraphs[0].add_run(text)
    section = document.sections[0]
    if header:
        section.header.paragraphs[0].add_run(header)
    if footer:
        section.footer.paragraphs[0].add_run(footer)
    return saved(document)


def saved(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same package with one part changed or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        names = old.namelist()
        for one in names:
            new.writestr(one, change(old.read(one)) if one == name else old.read(one))
        if name not in names:
            new.writestr(name, change(b""))
    return buffer.getvalue()


def text_of(data: bytes) -> str:
    """All paragraphs of body, tables, headers and footers, a line each."""
    document = docx.Document(io.BytesIO(data))
    lines = [one.text for one in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for section in document.sections:
        lines += [one.text for one in (*section.header.paragraphs, *section.footer.paragraphs)]
    return "\n".join(lines)
