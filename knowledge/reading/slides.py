"""Text of a presentation (every slide, hidden ones too, with notes and comments) and of an OpenDocument file."""

from __future__ import annotations

import re

from .office import Recurse, aside_parts, read_xml
from .package import Package
from .parts import Basket
from .xml_events import Collector

BREAKS = frozenset({"p", "br", "tr"})
PLACES = (
    (r"ppt/slides/slide(\d+)\.xml", "slide:"),
    (r"ppt/notesSlides/notesSlide(\d+)\.xml", "slide:"),
    (r"ppt/(?:slideLayouts|slideMasters|notesMasters|handoutMasters)/\w+\.xml", "header"),
    (r"ppt/comments/\w+\.xml", "comments"),
    (r"ppt/(?:charts|diagrams)/\w+\.xml", "drawing"),
)
DONE = re.compile("|".join(pattern for pattern, _ in PLACES))
OPEN = re.compile(r"content\.xml|styles\.xml")


def read_slides(package: Package, basket: Basket, recurse: Recurse) -> None:
    for name in package.names:
        for pattern, place in PLACES:
            found = re.fullmatch(pattern, name)
            if not found:
                continue
            asides = {"cNvPr": ("descr", "title")}
            words = Collector(frozenset({"t", "v", "text"}), BREAKS, frozenset({"tc"}), asides)
            basket.text(place + (found[1] if found.groups() else ""), read_xml(package.read(name), words))
            basket.text("drawing", "\n".join(words.asides))
    aside_parts(package, basket, recurse, "ppt/", DONE)


def read_open_document(package: Package, basket: Basket, recurse: Recurse) -> None:
    """ODF: content, styles (headers and footers) and meta data."""
    for name, place in (("content.xml", "body"), ("styles.xml", "header")):
        if name in package.names:
            words = Collector(
                None, frozenset({"p", "h", "line-break"}), frozenset({"tab", "s", "table-cell"})
            )
            basket.text(place, read_xml(package.read(name), words))
    aside_parts(package, basket, recurse, "Pictures/", OPEN)
