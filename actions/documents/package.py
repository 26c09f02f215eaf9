"""The Word file as a package: what must not be in one, and the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

from .faults import DocumentRefused, Fault, Place

MOST_PARTS = 500
MOST_BYTES = 40 * 1024 * 1024
"""Unpacked; a contract has some hundred kilobytes."""

NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_FIELD = re.compile(r"<w:(?:instrText|fldSimple)\b([^>]*?)(?:/>|>([^<]*)<)")
_HARMLESS_FIELDS = frozenset(
    {
        "PAGE",
        "NUMPAGES",
        "SECTIONPAGES",
        "REF",
        "PAGEREF",
        "TOC",
        "SEQ",
        "HYPERLINK",
        "STYLEREF",
        "SECTION",
        "NOTEREF",
        "=",
    }
)
_CODE = re.compile(r"(?:vbaProject|vbaData|/activeX/|/embeddings/|/afchunk|oleObject)", re.I)
_FILE = Place(part="file")


def parts_of(data: bytes) -> dict[str, bytes]:
    """Part name -> bytes, in the order of the package. Raises DocumentRefused for what is no Word file or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = [info for info in package.infolist() if not info.is_dir()]
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
                raise DocumentRefused(
                    "Word 文件解开后太大，不是一份普通的合同。",
                    "the Word file unpacks to far more than a contract holds",
                )
            parts = {info.filename: package.read(info) for info in infos}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as error:
        if isinstance(error, DocumentRefused):
            raise
        raise DocumentRefused("这不是 Word（.docx）文件。", "this is not a Word (.docx) file") from error
    if "word/document.xml" not in parts or "[Content_Types].xml" not in parts:
        raise DocumentRefused("这不是 Word（.docx）文件。", "this is not a Word (.docx) file")
    return parts


def file_faults(parts: dict[str, bytes]) -> Iterator[Fault]:
    """What a template must not bring along: code, embedded files, links to outside, fields that fetch or compute."""
    for name, data in parts.items():
        if _CODE.search(name) or (name == "[Content_Types].xml" and b"macroEnabled" in data):
            yield _forbidden(f"含宏或嵌入的程序（{name}）", f"it holds macros or embedded objects ({name})")
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in data[:4096].upper():
            yield _forbidden(f"{name} 里有 DTD", f"{name} holds a DTD")
        if name.endswith(".rels"):
            yield from _outside(data)
        if name.startswith("word/") and name.endswith(".xml"):
            text = data.decode("utf-8", "replace")
            yield from _fields(text)
            yield from _marks(text)
    if "word/comments.xml" in parts and b"<w:comment " in parts["word/comments.xml"]:
        yield _forbidden(
            "有批注，会随合同发给客户，请先删除", "it holds comments, which would go to the customer"
        )


def _outside(data: bytes) -> Iterator[Fault]:
    for relation in _RELATION.findall(data):
        if b'"External"' in relation and b"/hyperlink" not in relation:
            target = re.search(rb'Target="([^"]*)"', relation)
            shown = target[1].decode("utf-8", "replace")[:80] if target else ""
            yield _forbidden(f"引用了外部文件 {shown}", f"it refers to an outside file {shown}")
        if b"/aFChunk" in relation:
            yield _forbidden("嵌入了另一份文件", "another file is embedded")


def _fields(text: str) -> Iterator[Fault]:
    for match in _FIELD.finditer(text):
        found = re.search(r'w:instr="([^"]*)"', match[1])
        code = (found[1] if found else match[2] or "").strip()
        word = code.split()[0].upper() if code.split() else ""
        # A field's code may be split over runs; only its first piece begins with a name in capitals.
        if re.fullmatch(r"[A-Z]{2,}", word) and word not in _HARMLESS_FIELDS:
            yield _forbidden(
                f"含域代码 {word}，只允许页码一类的域",
                f"it holds the field {word}; only page numbers and the like may stand",
            )


def _marks(text: str) -> Iterator[Fault]:
    if re.search(r"<w:(?:ins|del|moveFrom|moveTo) ", text):
        yield _forbidden(
            "有未接受的修订，请先全部接受或拒绝", "it holds tracked changes; accept or reject them first"
        )


def _forbidden(zh: str, en: str) -> Fault:
    return Fault(kind="forbidden", zh=zh, en=en, place=_FILE)


def normalised(data: bytes, moment: datetime = NO_MOMENT) -> bytes:
    """The same package with fixed times in the zip and in docProps: the same content has the same SHA-256."""
    parts = parts_of(data)
    if "docProps/core.xml" in parts:
        parts["docProps/core.xml"] = _core(parts["docProps/core.xml"], moment)
    return packed(parts)


def packed(parts: dict[str, bytes]) -> bytes:
    """Parts as a package: content types first, the rest by name, no times of its own."""
    first = ("[Content_Types].xml", "_rels/.rels")
    names = [name for name in first if name in parts] + sorted(set(parts) - set(first))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name in names:
            info = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            package.writestr(info, parts[name])
    return buffer.getvalue()


def _core(data: bytes, moment: datetime) -> bytes:
    stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = data.decode("utf-8")
    for tag in ("created", "modified"):
        text = re.sub(rf"(<dcterms:{tag}[^>]*>)[^<]*(</dcterms:{tag}>)", rf"\g<1>{stamp}\g<2>", text)
    text = re.sub(r"(<cp:lastModifiedBy>)[^<]*(</cp:lastModifiedBy>)", r"\g<1>成单\g<2>", text)
    text = re.sub(r"(<cp:revision>)[^<]*(</cp:revision>)", r"\g<1>1\g<2>", text)
    return re.sub(r"<cp:lastPrinted>[^<]*</cp:lastPrinted>", "", text).encode("utf-8")
