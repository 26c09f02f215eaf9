"""XML as a stream of tags and text: no tree, no entities, no depth without end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from .package import Refused

MAX_DEPTH = 256


class Handler(Protocol):
    """What wants to hear of the document. Names come without their namespace."""

    def start(self, tag: str, attributes: Mapping[str, str], /) -> None: ...
    def end(self, tag: str, /) -> None: ...
    def text(self, words: str, /) -> None: ...


def parse(data: bytes, handler: Handler) -> None:
    """Tell `handler` the whole document. Raises Refused: a document type (whose entities may expand or read files),
    nesting beyond MAX_DEPTH, or bad XML."""
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Refused("damaged")
        handler.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(_local(name))

    parser = expat.ParserCreate(namespace_separator="\x1f")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refused("damaged") from error


class Collector:
    """Text of chosen tags, others as breaks: `words` tags hold text, `breaks` end a line, `tabs` part cells.
    With `words` None every text counts. Chosen attributes (tag -> names) are taken along in `asides`."""

    def __init__(
        self,
        words: frozenset[str] | None,
        breaks: frozenset[str] = frozenset(),
        tabs: frozenset[str] = frozenset(),
        asides: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._words, self._breaks, self._tabs = words, breaks, tabs
        self._wanted = asides or {}
        self._inside = 0
        self._pieces: list[str] = []
        self.asides: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._words is not None and tag in self._words:
            self._inside += 1
        for name in self._wanted.get(tag, ()):
            if attributes.get(name):
                self.asides.append(attributes[name])

    def end(self, tag: str) -> None:
        if self._words is not None and tag in self._words:
            self._inside -= 1
        if tag in self._breaks:
            self._pieces.append("\n")
        elif tag in self._tabs:
            self._pieces.append("\t")

    def text(self, words: str) -> None:
        if self._words is None or self._inside > 0:
            self._pieces.append(words)

    @property
    def found(self) -> str:
        return "".join(self._pieces)


def all_text(data: bytes) -> str:
    """Every text of a small XML part, one element a line."""
    collector = Collector(None, breaks=_Everything())
    parse(data, collector)
    return collector.found


class _Everything(frozenset[str]):
    """A set that holds every name."""

    def __contains__(self, item: object) -> bool:
        return True


def _local(name: str) -> str:
    return name.rpartition("\x1f")[2]


def _refuse(*_: object) -> None:
    raise Refused("damaged")
