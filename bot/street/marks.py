"""The marks an answer may carry, a small part of Markdown, read in one way by whoever shows a text and whoever cuts it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_MARKS = (
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?=\S)(?P<bold>[^\n]+?)(?<=\S)\*\*"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<url>(?:https?://|mailto:)[^\s()<>\"]+)\)"
)
MARKS = re.compile(_MARKS)
"""Inside a line: code, bold, a link."""

SAID = r"(?P<said>“[^”\n]*(?:”|$)|⟦[^⟧\n]*(?:⟧|$))"
INLINE = re.compile(rf"{SAID}|{_MARKS}", re.MULTILINE)
"""The same beside what somebody said, word for word: a quotation mark that is never closed reaches to the end of its line."""

FENCE = re.compile(r"^\s{0,8}```\s{0,8}([\w+#.-]{0,20})[^`]{0,20}$")
"""Begins or ends a code block; a longer line is words, and they are shown."""

HEADING = re.compile(r"^(#{1,6})\s+(.+)$")
BULLET = re.compile(r"^(\s*)[-*]\s+")
QUOTED = re.compile(r"^\s*(?:>\s?)+")
ROW = re.compile(r"^\s*\|(.*)\|\s*$")
RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
BLOCK = re.compile(r"^\s*(?:#{1,6}\s|[-*+]\s|>|```|\|)")
"""What means something at the beginning of a line, and would there mean it by mistake after a cut."""

HOST = re.compile(r"(?:https?://)?(?:[^\s/@]+@)?((?:[\w-]+\.)+[\w-]{2,})", re.IGNORECASE)


def disguised(label: str, url: str) -> bool:
    """Whether the label names a host that is not the link's."""
    named = HOST.search(label)
    try:
        parts = urlsplit(url)
        behind = parts.hostname or parts.path.rpartition("@")[2]
    except ValueError:
        return True
    return named is not None and named[1].lower() != (behind or "").lower()
