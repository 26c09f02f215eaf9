"""Text of a workbook: every sheet, hidden ones too, numbers as their format shows them, formulas, comments, caches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .office import Recurse, aside_parts, read_xml
from .package import Package, Refused
from .parts import Basket
from .sheet_formats import Formats, read_formats
from .xml_events import Collector, parse

ASIDES = (
    (r"xl/(?:comments\w*|comments/\w+|threadedComments/\w+)\.xml", "comments"),
    (r"xl/(?:drawings|charts|diagrams)/\w+\.(?:xml|vml)", "drawing"),
    (r"xl/(?:pivotCache|externalLinks|tables|queryTables|richData|slicerCaches)/\w+\.xml", "names"),
    (r"xl/(?:connections|metadata)\.xml", "names"),
)
SHEET = r"xl/(?:work|chart|dialog)sheets/\w+\.xml"
DONE = re.compile("|".join([SHEET, *(pattern for pattern, _ in ASIDES)]))


@dataclass
class _Book:
    """Names of the sheets by relation id, which are hidden, and the defined names."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _name: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("id", ""), attributes.get("name", ""), hidden))
        if tag == "definedName":
            self._name = True
            self.words.append(attributes.get("name", "") + " ")

    def end(self, tag: str) -> None:
        if tag == "definedName":
            self._name = False
            self.words.append("\n")

    def text(self, words: str) -> None:
        if self._name:
            self.words.append(words)


class _Targets:
    """Relation id -> file name."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship":
            self.of[attributes.get("Id", "")] = attributes.get("Target", "").lstrip("/").removeprefix("xl/")

    def end(self, tag: str) -> None: ...

    def text(self, words: str) -> None: ...


class _Strings:
    """The shared strings, phonetic hints left out."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self._pieces: list[str] = []
        self._in_text = self._in_hint = False

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self._in_hint = self._in_hint or tag == "rPh"
        self._in_text = tag == "t" and not self._in_hint

    def end(self, tag: str) -> None:
        if tag == "si":
            self.items.append("".join(self._pieces))
            self._pieces = []
        self._in_hint = self._in_hint and tag != "rPh"
        self._in_text = False

    def text(self, words: str) -> None:
        if self._in_text:
            self._pieces.append(words)


class _Cells:
    """One sheet as lines of tab-parted cells; formulas and page headers apart."""

    def __init__(self, strings: list[str], formats: Formats) -> None:
        self._strings, self._formats = strings, formats
        self._kind = self._style = self._tag = ""
        self._pieces: list[str] = []
        self._rows: list[str] = []
        self.formulas: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._tag = tag
        self._pieces = [] if tag in ("v", "f", "c") else self._pieces

    def end(self, tag: str) -> None:
        words = "".join(self._pieces)
        if tag == "v":
            self._rows.append(self._shown(words))
        elif tag == "f":
            self.formulas.append(words)
        elif tag in ("t", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
            self._rows.append(words)
        self._rows += {"c": ["\t"], "row": ["\n"], "headerFooter": ["\n"]}.get(tag, [])
        if tag in ("v", "f", "t"):
            self._pieces = []
        self._tag = ""

    def text(self, words: str) -> None:
        if self._tag:
            self._pieces.append(words)

    def _shown(self, words: str) -> str:
        if self._kind == "s":
            place = int(words) if words.strip().isdigit() else -1
            return self._strings[place] if 0 <= place < len(self._strings) else ""
        return self._formats.shown(words, self._style) if self._kind == "n" else words

    @property
    def found(self) -> str:
        return "".join(self._rows)


def read_sheets(package: Package, basket: Basket, recurse: Recurse) -> None:
    """All sheets in the order of the book, then what lies beside them."""
    if any(
        name.startswith("xl/") and name.endswith(".bin") and "printer" not in name for name in package.names
    ):
        basket.cannot("", "unknown")  # the binary workbook format
    strings, formats, book, targets = _Strings(), Formats({}), _Book(), _Targets()
    if "xl/workbook.xml" not in package.names:
        raise Refused("damaged")
    parse(package.read("xl/workbook.xml"), book)
    for name, handler in (("xl/sharedStrings.xml", strings), ("xl/_rels/workbook.xml.rels", targets)):
        if name in package.names:
            parse(package.read(name), handler)
    if "xl/styles.xml" in package.names:
        formats = read_formats(package.read("xl/styles.xml"))
    named = {f"xl/{targets.of.get(key, '')}": (title, hidden) for key, title, hidden in book.sheets}
    for name in package.names:
        if re.fullmatch(SHEET, name):
            _sheet(package.read(name), _Cells(strings.items, formats), named.get(name, (name, True)), basket)
    basket.text("names", "".join(book.words))
    _asides(package, basket)
    aside_parts(package, basket, recurse, "xl/", DONE)


def _sheet(data: bytes, cells: _Cells, title: tuple[str, bool], basket: Basket) -> None:
    parse(data, cells)
    name, hidden = title[0].replace("/", "∕"), title[1]
    place = f"{'hidden_' if hidden else ''}sheet:{name}"
    basket.text(place, f"{title[0]}\n{cells.found}")
    basket.text(place, "\n".join(cells.formulas))


def _asides(package: Package, basket: Basket) -> None:
    for pattern, place in ASIDES:
        for name in package.names:
            if not re.fullmatch(pattern, name):
                continue
            if place == "names":
                cached = Collector(None, breaks=frozenset({"v", "t"}), asides={"s": ("v",), "n": ("v",)})
                words = read_xml(package.read(name), cached)
                basket.text(place, "\n".join([words, *cached.asides]))
            elif not name.endswith(".vml"):  # where a comment's box stands; its words are in comments.xml
                said = Collector(
                    frozenset({"t", "text", "v"}), breaks=frozenset({"p", "comment", "threadedComment", "v"})
                )
                basket.text(place, read_xml(package.read(name), said))
