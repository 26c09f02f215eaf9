"""Files for readers, made on the spot: documents, workbooks, PDFs, archives, with words in every hidden place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import docx
import openpyxl
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl.comments import Comment
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

_PDF_PAGE = "BT /F1 12 Tf 72 720 Td ({}) Tj ET"


def word(*paragraphs: str, header: str = "", footer: str = "", table: str = "", keywords: str = "") -> bytes:
    """A plain document."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        document.add_table(rows=1, cols=1).rows[0].cells[0].text = table
    document.sections[0].header.paragraphs[0].text = header
    document.sections[0].footer.paragraphs[0].text = footer
    document.core_properties.keywords = keywords
    return _saved(document)


def word_with_hidden(seen: str, hidden: str) -> bytes:
    """A paragraph whose second run is hidden text."""
    document = docx.Document()
    paragraph = document.add_paragraph(seen)
    run = paragraph.add_run(hidden)
    run.font.hidden = True
    return _saved(document)


def word_with_deleted(seen: str, struck: str) -> bytes:
    """A paragraph with a tracked deletion."""
    document = docx.Document()
    paragraph = document.add_paragraph(seen)
    deletion = OxmlElement("w:del")
    deletion.set(qn("w:author"), "x")
    run = OxmlElement("w:r")
    text = OxmlElement("w:delText")
    text.text = struck
    run.append(text)
    deletion.append(run)
    paragraph._p.append(deletion)
    return _saved(document)


def word_with_comment(seen: str, comment: str) -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph(seen)
    document.add_comment(paragraph.runs, text=comment, author="x")
    return _saved(document)


def workbook(
    rows: list[list[object]], hidden: Mapping[str, object] | None = None, comment: str = ""
) -> bytes:
    """A sheet of rows, and a hidden sheet with the given cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "报价"
    for row in rows:
        sheet.append(row)
    if comment:
        sheet["A1"].comment = Comment(comment, "x")
    if hidden:
        secret = book.create_sheet("内部")
        secret.sheet_state = "hidden"
        for cell, value in hidden.items():
            secret[cell] = value
    return _saved(book)


def formatted(value: float, number_format: str) -> bytes:
    """A workbook of one number in a format of its own."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = value
    sheet["A1"].number_format = number_format
    return _saved(book)


def pdf(
    *pages: str,
    password: str = "",
    title: str = "",
    script: str = "",
    attached: Mapping[str, bytes] | None = None,
) -> bytes:
    """A PDF of plain Latin text, page by page."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(595, 842)
        font = DictionaryObject(
            {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
             NameObject("/BaseFont"): NameObject("/Helvetica")}
        )  # fmt: skip
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        stream = StreamObject()
        stream.set_data(_PDF_PAGE.format(text).encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if title:
        writer.add_metadata({"/Title": title})
    if script:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    for name, data in (attached or {}).items():
        writer.add_attachment(name, data)
    if password:
        writer.encrypt(password)
    return _written(writer)


def drawn_pdf() -> bytes:
    """A page that draws lines and no letters: what a text turned into outlines looks like."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    stream = StreamObject()
    stream.set_data(b"10 10 m 200 200 l S 30 40 m 100 20 l S " * 10)
    page[NameObject("/Contents")] = writer._add_object(stream)
    return _written(writer)


def archive(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return out.getvalue()


def package(data: bytes, changes: Mapping[str, bytes]) -> bytes:
    """An office file with some of its parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    return archive(parts | dict(changes))


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
