"""Cutting a long text into messages a platform takes: at paragraphs, lines, sentences; never inside a mark unmended.

The measure is the platform's own (bytes, UTF-16 units, characters); no part is empty and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable

from .cuts import Cut, mended, opened_by

FENCE = "```"
CUTS = ("\n\n", "\n", "。", "!", "!", "?", "?", ";", ";", ". ", ",", ", ", " ")
"""Where a text may be cut, best first."""

LEAST = 0.4
"""A cut below this share of the room is not worth its tidiness."""


def utf8_bytes(text: str) -> int:
    """Length in bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))


def utf16_units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "replace")) // 2


def split(text: str, limit: int, measure: Callable[[str], int] = len, *, marked: bool = True) -> list[str]:
    """The parts, in order, each of at most `limit` by `measure`. Not `marked`: but for code blocks no sign is a mark, and none
    is added. Raises ValueError for a limit that cannot hold a fence."""
    if limit < 32:
        raise ValueError(f"a limit of {limit} holds no message")
    text = text.strip("\n")
    if measure(text) <= limit:
        return [text] if text.strip() else []
    parts: list[str] = []
    opened = ""
    while text.strip():
        head = f"{opened}\n" if opened else ""
        if measure(head + text) <= limit:
            parts.append(head + text)
            break
        part, text, opened = _part(head, text, limit, measure, marked)
        parts.append(part)
    return [part for part in parts if part.strip()]


def _part(
    head: str, text: str, limit: int, measure: Callable[[str], int], marked: bool
) -> tuple[str, str, str]:
    """The first part, what is left, and the line that opens a code block again. What mends the cut takes room, too, and not
    every measure grows evenly: so what has come out is measured, and cut shorter until it fits."""
    room = limit - measure(head) - measure(f"\n{FENCE}")
    while True:
        size = _fit(text, room, measure)
        cut = mended(head, text, size) if marked else Cut(text[:size], text[size:])
        still = opened_by(head + cut.part)
        part = head + cut.part.rstrip() + (f"\n{FENCE}" if still else "")
        excess = measure(part) - limit
        if excess <= 0 or room <= 1:
            return part, cut.rest.lstrip("\n"), still
        room -= max(1, excess)


def _fit(text: str, room: int, measure: Callable[[str], int]) -> int:
    """How many characters of `text` go into the room, cut at the best place."""
    high = max(room, 1)
    while (
        high < len(text) and measure(text[:high]) <= room
    ):  # a long text is not measured whole for each part
        high *= 2
    low, high = 1, min(high, len(text))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= room else (low, middle - 1)
    for cut in CUTS:
        at = text.rfind(cut, 0, low)
        if at >= 0 and at + len(cut) >= low * LEAST:
            return at + len(cut)
    return _whole(text, low)


def _whole(text: str, size: int) -> int:
    """Not between a letter and what belongs on it: variation selectors, joiners, combining marks, skin tones."""
    tied = "\u200d\ufe0e\ufe0f\u20e3"
    while size > 1 and (
        text[size : size + 1] in tied or text[size - 1] == "\u200d" or _skin(text[size : size + 1])
    ):
        if not text[size : size + 1]:
            break
        size -= 1
    return size


def _skin(letter: str) -> bool:
    return bool(letter) and 0x1F3FB <= ord(letter) <= 0x1F3FF
