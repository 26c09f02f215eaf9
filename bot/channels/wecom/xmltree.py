"""WeCom's XML read without its dangers: no DTD, no entities, bounded size and depth; names to values and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

LARGEST = 1024 * 1024
DEEPEST = 8
MOST = 2000


class BadXml(Exception):
    """Not the XML that WeCom sends. The words name what is wrong and no content."""


class Fields:
    """The children of one element. A name that comes several times has its first value; `all` has the others."""

    def __init__(self, element: Element) -> None:
        self._element = element

    def get(self, name: str, default: str = "") -> str:
        """The text of a child, stripped; `default` where there is none or it is empty."""
        child = self._element.find(name)
        return ((child.text or "").strip() if child is not None else "") or default

    def number(self, name: str) -> int:
        """A whole number of at most 18 digits; 0 where there is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0

    def under(self, name: str) -> Fields:
        """The children of a child; empty where there is none."""
        child = self._element.find(name)
        return Fields(child if child is not None else Element(name))

    def all(self, path: str) -> Iterator[Fields]:
        """Every element at this path: one or many, always an iterator."""
        return (Fields(found) for found in self._element.findall(path))

    def text(self) -> str:
        """The element's own text."""
        return (self._element.text or "").strip()

    def flat(self) -> dict[str, str]:
        """Names and texts of the children that have no children of their own."""
        return {child.tag: (child.text or "").strip() for child in self._element if not len(child)}


def read(data: bytes) -> Fields:
    """The fields under the root. Raises BadXml."""
    if len(data) > LARGEST:
        raise BadXml("too large")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise BadXml("a DTD or an entity") from None
    except (ParseError, ValueError, LookupError):
        raise BadXml("not well-formed") from None
    if root.tag != "xml":
        raise BadXml("another root")
    _bounded(root)
    return Fields(root)


def _bounded(root: Element) -> None:
    waiting, seen = [(root, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST:
            raise BadXml("too deep or too many elements")
        waiting += [(child, depth + 1) for child in element]
