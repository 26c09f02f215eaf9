"""One cut through a marked text, moved or mended so that both sides still mean what they meant.

A mark is not cut through where a cut before it will do. Bold, code, a heading or a quotation that is too long for that is
closed on this side and opened again on the other; a link too long for a message is no link any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .marks import BLOCK, FENCE, HEADING, INLINE, MARKS, QUOTED

LEAST = 0.4
"""A cut below this share of what fits is not worth keeping a mark whole."""

DEEPEST = 8
"""Characters of a quotation's `>` that are set again; deeper ones are a stranger's joke."""

LANGUAGE = re.compile(r"[A-Za-z0-9+#.-]{0,12}")


@dataclass(frozen=True)
class Cut:
    """What goes out now and what is left."""

    part: str
    rest: str


def mended(head: str, text: str, size: int) -> Cut:
    """`text` cut after about `size` characters, never after none. `head` is the line that opened a code block, or ""."""
    start = text.rfind("\n", 0, size) + 1
    if opened_by(head + text[:start]):
        return Cut(text[:size], text[size:])  # in a code block nothing is a mark
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)]
    if FENCE.match(line):  # such a line stays whole
        return _at(text, start) if start else _at(text, min(len(line) + 1, len(text)))
    inside = _inside(line, size - start, 0 if start else 1)
    if inside <= 0:
        return _at(text, start)
    found = _through(INLINE, line, inside)
    if found is None or found["label"]:
        return _resumed(text, start, line, found.start() if found and start + found.start() > 0 else inside)
    if found["said"]:
        early = start + found.start() >= (start + inside) * LEAST and start + found.start() > 0
        return _resumed(text, start, line, found.start() if early else inside)
    return _marked(text, start, line, inside, found)


def opened_by(text: str) -> str:
    """The line that opened a code block which `text` does not close, else ""."""
    opened = ""
    for line in text.split("\n"):
        if fence := FENCE.match(line):
            language = LANGUAGE.match(fence[1])
            opened = "" if opened else f"```{language[0] if language else ''}"
    return opened


def _at(text: str, size: int) -> Cut:
    return Cut(text[:size], text[size:])


def _inside(line: str, size: int, least: int) -> int:
    """A place in the line after which nothing looks like the beginning of a heading, a list, a quotation."""
    at = size
    while at > least and at < len(line) and BLOCK.match(line[at : at + 40]):
        at -= 1
    return at if at > least or not least else size


def _through(pattern: re.Pattern[str], line: str, at: int) -> re.Match[str] | None:
    """The mark that a cut here would go through."""
    return next((one for one in pattern.finditer(line) if one.start() < at < one.end()), None)


def _resumed(text: str, start: int, line: str, at: int, close: str = "") -> Cut:
    """Cut inside the line: a heading is a heading on both sides, a quotation a quotation; `close` is closed and reopened."""
    if at <= 0:
        return _at(text, start)
    part, rest = text[: start + at], text[start + at :]
    if close:
        part, rest = part.rstrip() + close, close + rest.lstrip(" \t\u3000")
    if not line[at:].strip():
        return Cut(part, rest)
    heading, quoted = HEADING.match(line), QUOTED.match(line)
    lead = f"{heading[1]} " if heading else quoted[0] if quoted and len(quoted[0]) <= DEEPEST else ""
    if lead and at <= len(lead):
        return _at(text, start) if start else Cut(part, rest)
    return Cut(part, lead + rest.lstrip(" \t") if lead else rest)


def _marked(text: str, start: int, line: str, at: int, found: re.Match[str]) -> Cut:
    """A cut through bold or code: before it, or inside with both halves marked."""
    before = start + found.start()
    if before > 0 and before >= (start + at) * LEAST:
        return _resumed(text, start, line, found.start())
    name, close = ("bold", "**") if found["bold"] else ("code", "`")
    first, last = found.span(name)
    if at >= last:
        return _resumed(text, start, line, found.end())
    inner = _through(MARKS, line[first:last], at - first) if name == "bold" else None
    at = first + inner.start() if inner is not None and inner.start() else at
    if at <= first or not line[first:at].strip():  # nothing of it would be on this side
        return _resumed(text, start, line, found.start() if before > 0 else at)
    return _resumed(text, start, line, at, close)
