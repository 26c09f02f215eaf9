"""Text as it may be stored: without what no database keeps and no person sees."""

from __future__ import annotations

import unicodedata

TAGS = range(0xE0000, 0xE0080)
"""Signs that show nothing and that models read all the same."""


def clean(text: str) -> str:
    """Without control signs, halves of characters, private and invisible ones; line ends as one sign."""
    even = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    return "".join(char for char in even if char in "\n\t" or not _nothing(char))


def _nothing(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Co") or ord(char) in TAGS
