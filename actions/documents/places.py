"""The text of a Word file paragraph by paragraph, with the place of each, in the order in which Word shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .faults import Place
from .wordxml import Element, W

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARTS = (
    (re.compile(r"word/header\d*\.xml"), "header"),
    (re.compile(r"word/document\.xml"), "body"),
    (re.compile(r"word/footnotes\.xml"), "notes"),
    (re.compile(r"word/footer\d*\.xml"), "footer"),
)
FIRST_WORDS = 14


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph: its text with the runs joined, where it stands, and its element."""

    text: str
    place: Place
    element: Element


def text_parts(parts: dict[str, bytes]) -> Iterator[tuple[str, str, bytes]]:
    """(part name, header | body | notes | footer, XML) of the parts that are filled in and shown."""
    for pattern, kind in _PARTS:
        for name in sorted(parts):
            if pattern.fullmatch(name):
                yield name, kind, parts[name]


def paragraphs(root: Element, part: str) -> list[Paragraph]:
    """Every paragraph below `root`, those in tables, content controls and text boxes included."""
    return list(_Walk(part).below(root, 0, 0, 0))


@dataclass
class _Walk:
    """Counts paragraphs and tables while it goes down a tree."""

    part: str
    seen: int = 0
    tables: int = 0

    def below(self, element: Element, table: int, row: int, column: int) -> Iterator[Paragraph]:
        if element.tag == f"{W}tbl":
            self.tables += 1
            yield from self._rows(element, self.tables)
            return
        for child in element:
            if not isinstance(child.tag, str) or child.tag == _FALLBACK:
                continue
            if child.tag == f"{W}p":
                yield self._paragraph(child, table, row, column)
            yield from self.below(child, table, row, column)

    def _rows(self, table: Element, number: int) -> Iterator[Paragraph]:
        for row, line in enumerate(table.iterchildren(f"{W}tr"), 1):
            for column, cell in enumerate(line.iterchildren(f"{W}tc"), 1):
                yield from self.below(cell, number, row, column)

    def _paragraph(self, element: Element, table: int, row: int, column: int) -> Paragraph:
        self.seen += 1
        text = text_of(element)
        words = " ".join(text.split())
        shown = words[:FIRST_WORDS] + ("…" if len(words) > FIRST_WORDS else "")
        place = Place(part=self.part, paragraph=self.seen, words=shown, table=table, row=row, column=column)
        return Paragraph(text=text, place=place, element=element)


def text_of(paragraph: Element) -> str:
    """The text of one paragraph without the paragraphs inside it (text boxes)."""
    pieces: list[str] = []
    _collect(paragraph, pieces)
    return "".join(pieces)


def _collect(element: Element, pieces: list[str]) -> None:
    for child in element:
        if child.tag in (f"{W}p", _FALLBACK):
            continue
        if child.tag == f"{W}t":
            pieces.append(child.text or "")
        elif child.tag in (f"{W}tab", f"{W}br", f"{W}cr") and element.tag == f"{W}r":
            pieces.append("\t" if child.tag == f"{W}tab" else "\n")
        else:
            _collect(child, pieces)


def hidden_tags(root: Element) -> list[str]:
    """Template tags where no reader sees them: in attributes, comments, field codes, deleted text."""
    found = []
    for node in root.iter():
        visible = node.tag == f"{W}t"
        texts = [
            *(node.attrib.values() if isinstance(node.tag, str) else ()),
            "" if visible else node.text,
            node.tail,
        ]
        found += [one[:40] for one in texts if one and ("{{" in one or "{%" in one or "{#" in one)]
    return found
