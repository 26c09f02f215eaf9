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
PULLED = ("attachedTemplate", "oleObject", "frame", "subDocument", "externalLink", "image")
"""Kinds of outside references that are fetched on opening, without a click."""


def read_xml(data: bytes, collector: Collector) -> str:
    parse(data, collector)
    return collector.found


def aside_parts(package: Package, basket: Basket, recurse: Recurse, root: str) -> None:
    """Everything of a package that is not its own text. `root` is the folder of the document's parts."""
    for name in package.names:
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
