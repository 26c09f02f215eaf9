"""Text of a Word document: what one sees, and apart from it what is hidden, deleted, commented or in its properties."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .office import Recurse, aside_parts
from .package import Package
from .parts import Basket
from .xml_events import parse

BREAKS = frozenset({"p", "br", "cr", "tr"})
TABS = frozenset({"tab", "tc"})
PLACES: tuple[tuple[str, str], ...] = (
    (r"word/(?:document|glossary/document)\d*\.xml", "body"),
    (r"word/header\d*\.xml", "header"),
    (r"word/footer\d*\.xml", "footer"),
    (r"word/(?:footnotes|endnotes)\.xml", "footnotes"),
    (r"word/(?:comments\w*|people)\.xml", "comments"),
)
DONE = re.compile("|".join(pattern for pattern, _ in PLACES))


class Flow:
    """A story of the document twice: `seen`, as a page shows it, and `whole`, with what is hidden or struck out."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._whole: list[str] = []
        self.asides: list[str] = []
        self._taking = ""
        self._hidden = False
        self._in_run = False
        self.secret = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "r":
            self._in_run, self._hidden = True, False
        elif tag in ("vanish", "webHidden") and self._in_run:
            self._hidden = attributes.get("val", "1") not in ("0", "false", "off")
        elif tag in ("t", "delText", "instrText", "delInstrText"):
            self._taking = tag
        elif tag == "sym":
            self._add(_symbol(attributes.get("char", "")))
        elif tag in ("docPr", "cNvPr", "imagedata"):
            self.asides += [attributes[name] for name in ("descr", "title") if attributes.get(name)]
        elif tag in ("noBreakHyphen", "softHyphen"):
            self._add("-")

    def end(self, tag: str) -> None:
        if tag in ("t", "delText", "instrText", "delInstrText"):
            self._taking = ""
        elif tag == "r":
            self._in_run = self._hidden = False
        elif tag in BREAKS:
            self._both("\n")
        elif tag in TABS:
            self._both("\t")

    def text(self, words: str) -> None:
        if self._taking:
            self._add(words, struck=self._taking != "t")

    def _add(self, words: str, struck: bool = False) -> None:
        self._whole.append(words)
        if struck or self._hidden:
            self.secret = self.secret or bool(words.strip())
        else:
            self._seen.append(words)

    def _both(self, sign: str) -> None:
        self._seen.append(sign)
        self._whole.append(sign)

    @property
    def seen(self) -> str:
        return "".join(self._seen)

    @property
    def whole(self) -> str:
        return "".join(self._whole)


def read_word(package: Package, basket: Basket, recurse: Recurse) -> None:
    """Every story of the document, its properties, links, pictures and embedded files."""
    for name in package.names:
        place = next((place for pattern, place in PLACES if re.fullmatch(pattern, name)), "")
        if place:
            _story(package.read(name), place, basket)
    aside_parts(package, basket, recurse, "word/", DONE)


def _story(data: bytes, place: str, basket: Basket) -> None:
    flow = Flow()
    parse(data, flow)
    basket.text(place, flow.seen)
    if flow.secret:
        basket.text("hidden", flow.whole)
    basket.text("drawing", "\n".join(flow.asides))


def _symbol(code: str) -> str:
    """A sign of a symbol font; its private-use half stands for the plain character."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return chr(value - 0xF000) if 0xF020 <= value <= 0xF0FF else chr(value) if 32 <= value < 0xD800 else ""
