"""What all office packages share: properties, links to outside, pictures, macros and embedded files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .package import Budget, Package
from .parts import Basket
from .pictures import is_telling
from .xml_events import Collector, all_text, parse

Recurse = Callable[[str, bytes, Basket, Budget], None]
"""Reads an inner file (name, bytes) one level down into the basket."""

PROPERTIES = re.compile(r"docProps/\w+\.xml|customXml/item\d*\.xml|meta\.xml")
PICTURE = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|webp|heic|svg|emf|wmf)$", re.IGNORECASE)
MACRO = re.compile(
    r"vba(?:Project|Data)\.(?:bin|xml)$|/activeX/|/macrosheets/|Basic/|Scripts/", re.IGNORECASE
)
INNER = re.compile(r"/embeddings/|/(?:afchunk|chunk)\d*\.|^ObjectReplacements/|^Object \d+", re.IGNORECASE)
DUMB = re.compile(
    r"theme/|(?:^|/)(?:styles|fontTable|webSettings|calcChain|tableStyles|presProps|viewProps|workbook|sharedStrings|"
    r"presentation|stylesWithEffects)\.xml$|printerSettings|\.(?:vml|odttf|fntdata|ttf|otf)$|Thumbnails/|thumbnail"
)
"""Parts that say nothing, or whose words are read by the document's own reader."""

TELLING = {
    "docVar": ("name", "val"),
    "lvlText": ("val",),
    "docPr": ("descr", "title"),
    "cNvPr": ("descr", "title"),
}
"""Attributes that hold words: document variables, labels of lists, descriptions of pictures."""

PULLED = ("attachedTemplate", "oleObject", "frame", "subDocument", "externalLink", "image")
"""Kinds of outside references that are fetched on opening, without a click."""


def read_xml(data: bytes, collector: Collector) -> str:
    parse(data, collector)
    return collector.found


def aside_parts(package: Package, basket: Basket, recurse: Recurse, root: str, read: re.Pattern[str]) -> None:
    """Everything of a package that its own reader has not read. `root` is the folder of the document's parts, `read`
    the names that are done; a part of an unknown kind is read as text if it is XML, and else is for a person."""
    for name in package.names:
        if read.fullmatch(name) or DUMB.search(name):
            continue
        if PROPERTIES.fullmatch(name):
            basket.text("properties", all_text(package.read(name)))
        elif name.endswith(".rels"):
            _links(package.read(name), basket)
        elif MACRO.search(name):
            basket.danger("", "macro")
        elif PICTURE.search(name) and name.startswith((root, "Pictures/")):
            if is_telling(name, package.read(name)):
                basket.cannot("", "picture")
        elif INNER.search(name):
            recurse(name.rpartition("/")[2], package.read(name), basket, package.budget)
        elif name.startswith(root):
            _unknown(name, package, basket)


def _unknown(name: str, package: Package, basket: Basket) -> None:
    if not name.endswith(".xml"):
        basket.cannot("", "embedded")
        return
    words = Collector(None, breaks=frozenset({"p", "v", "row", "si"}), asides=TELLING)
    basket.text("drawing", "\n".join([read_xml(package.read(name), words), *words.asides]))


@dataclass
class _Relations:
    """Targets outside the document."""

    targets: list[str] = field(default_factory=list)
    pulled: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") == "External":
            self.targets.append(attributes.get("Target", ""))
            self.pulled = self.pulled or attributes.get("Type", "").endswith(PULLED)

    def end(self, tag: str) -> None: ...

    def text(self, words: str) -> None: ...


def _links(data: bytes, basket: Basket) -> None:
    found = _Relations()
    parse(data, found)
    basket.text("links", "\n".join(found.targets))
    if found.pulled:
        basket.danger("", "remote")
