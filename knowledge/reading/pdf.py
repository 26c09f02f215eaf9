"""Text of a PDF page by page, its notes, fields, outline and properties; pages that only show pictures are said so.

pypdf reads in pure Python; a hostile file can still cost time and memory, which the child process bounds.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from .office import Recurse
from .package import Budget, Refused
from .parts import Basket

MAX_PAGES = 500
WRAPPED = 56
"""Columns (a Chinese character is two) from which a line without an end is one that the page broke."""

EMPTY_STREAM = 40
"""Bytes of drawing below which a page without text is simply blank."""

ACTIVE = ("/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/RichMedia", "/Rendition")
MAX_OBJECTS = 20_000


def read_pdf(data: bytes, basket: Basket, recurse: Recurse, budget: Budget) -> None:
    """Raises Refused for what is encrypted or broken."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("encrypted")
        _pages(reader, basket)
        _beside(reader, basket)
        _inner(reader, basket, recurse, budget)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Refused("damaged") from error
    except (AssertionError, ZeroDivisionError, OverflowError, NotImplementedError, LookupError) as error:
        raise Refused("damaged") from error
    except OSError as error:
        raise Refused("damaged") from error


def _pages(reader: PdfReader, basket: Basket) -> None:
    for number, page in enumerate(reader.pages, 1):
        if number > MAX_PAGES:
            basket.cannot(f"page:{number}", "too_long")
            return
        text = page.extract_text() or ""
        basket.text(f"page:{number}", unwrapped(text))
        if _unmapped_font(page):
            basket.cannot(f"page:{number}", "garbled")
        if not text.strip() and _draws(page):
            basket.cannot(f"page:{number}", "no_text")
        elif _large_picture(page):
            basket.cannot(f"page:{number}", "picture")
        basket.text("notes", "\n".join(_annotations(page)))


def unwrapped(text: str) -> str:
    """Lines that only the width of the page broke, joined again; short lines (tables, headings) stay as they are."""
    joined = ""
    for line in text.splitlines():
        last = joined.rpartition("\n")[2].rstrip()
        wide = len(last) + sum(char > "\u2e80" for char in last) >= WRAPPED
        if last and wide and last[-1] not in "。;；.!?！？:：" and line.strip():
            gap = "" if last[-1] > "\u2e80" or line.lstrip()[0] > "\u2e80" else " "
            joined = joined.rstrip() + gap + line.lstrip()
        else:
            joined += ("\n" if joined else "") + line
    return joined


def _draws(page: Any) -> bool:
    contents = page.get_contents()
    return contents is not None and len(contents.get_data().strip()) > EMPTY_STREAM


def _resources(page: Any, kind: str) -> Iterator[Any]:
    for one in dict.values(_inside(_inside(page, "/Resources"), kind)):
        yield one.get_object()


def _inside(one: DictionaryObject, key: str) -> DictionaryObject:
    """The dictionary under a key, empty when there is none."""
    found = one.get(key)
    found = found.get_object() if found is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _large_picture(page: Any) -> bool:
    """A picture of screenshot size on the page (or one level down, in a form)."""
    for one in _resources(page, "/XObject"):
        if one.get("/Subtype") == "/Form":
            inner = _inside(_inside(one, "/Resources"), "/XObject")
            if any(_telling(part.get_object()) for part in dict.values(inner)):
                return True
        elif _telling(one):
            return True
    return False


def _telling(one: Any) -> bool:
    return (
        one.get("/Subtype") == "/Image" and int(one.get("/Width", 0)) * int(one.get("/Height", 0)) > 250_000
    )


def _unmapped_font(page: Any) -> bool:
    """A font of glyph numbers without a table of letters: what is extracted is not what is seen."""
    fonts = _resources(page, "/Font")
    return any(
        font.get("/Subtype") == "/Type0"
        and "/ToUnicode" not in font
        and str(font.get("/Encoding")) in ("/Identity-H", "/Identity-V")
        for font in fonts
    )


def _annotations(page: Any) -> Iterator[str]:
    notes = page.get("/Annots")
    for entry in (notes.get_object() if notes is not None else ()) or ():
        note = entry.get_object()
        for key in ("/Contents", "/RC", "/T", "/V", "/DV", "/TU"):
            if isinstance(note.get(key), str):
                yield str(note[key])
        address = _inside(note, "/A").get("/URI")
        if isinstance(address, str):
            yield str(address)


def _beside(reader: PdfReader, basket: Basket) -> None:
    """Form fields, outline, properties, and whatever acts by itself."""
    fields = (reader.get_fields() or {}).values()
    basket.text("notes", "\n".join(str(one.get("/V", "")) for one in fields))
    basket.text("properties", "\n".join(str(value) for value in (reader.metadata or {}).values()))
    packet = _inside(reader.trailer, "/Root").get("/Metadata")
    if packet is not None and isinstance(packet.get_object(), StreamObject):
        basket.text("properties", packet.get_object().get_data().decode("utf-8", "replace"))
    basket.text("notes", "\n".join(_titles(reader.outline)))
    if _acts(reader):
        basket.danger("", "script")


def _titles(outline: Any) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield str(entry.get("/Title", ""))


def _acts(reader: PdfReader) -> bool:
    """Whether any object holds a script or an action that reaches outside; links to pages and addresses do not."""
    waiting: list[Any] = [_inside(reader.trailer, "/Root")]
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < MAX_OBJECTS:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            if (
                any(key in ACTIVE for key in one)
                or one.get("/S") in ACTIVE
                or one.get("/Subtype") == "/RichMedia"
            ):
                return True
            waiting.extend(dict.values(one))
        elif isinstance(one, ArrayObject):
            waiting.extend(list.__iter__(one))
    return False


def _inner(reader: PdfReader, basket: Basket, recurse: Recurse, budget: Budget) -> None:
    for name, versions in reader.attachments.items():
        for data in versions:
            budget.take(len(data))
            recurse(str(name), data, basket, budget)
