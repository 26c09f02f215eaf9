"""DingTalk's markdown: lines that stay lines, no pictures fetched on a stranger's word, and sizes in bytes."""

from __future__ import annotations

import json
import re
import uuid

LIMIT = 14_000
"""Bytes of one text as it stands in msgParam: 15 000 is the platform's limit, the title and the braces need some."""

TITLE = 60
"""Characters of the title, which is what a notification shows."""

_TAG = re.compile(r"<([^<>\n]{1,200})>")
_IMAGE = re.compile(r"!\[([^\]]*)\]\(")
_TABLE = re.compile(r"^\s*\|.*\|\s*$")
_TIGHT = re.compile(r"^\s*([-*+]|\d+[.)])\s")
_MARK = re.compile(r"^[\s#>*+`|-]+|[*`]")


def dialect(text: str) -> str:
    """Our text for a markdown message or card: a single line break is swallowed there, a table needs a blank line before
    it, an address in angle brackets would be taken for a tag and vanish, and a picture would be fetched from wherever the
    text says, so it becomes a plain link."""
    out: list[str] = []
    fenced, before = False, ""
    for line in _IMAGE.sub(r"[\1](", text.replace("\r\n", "\n")).split("\n"):
        if out:
            out.append("\n" if fenced or _stays(before, line) else "\n\n")
        if line.lstrip().startswith("```"):
            fenced = not fenced
        out.append(line if fenced else _TAG.sub(r"＜\1＞", line))
        before = line
    return re.sub(r"\n{3,}", "\n\n", "".join(out)) if "```" not in text else "".join(out)


def _stays(before: str, line: str) -> bool:
    """Whether a single line break does between these two."""
    if not before.strip() or not line.strip():
        return True
    if _TABLE.match(before) or _TABLE.match(line):
        return bool(_TABLE.match(before) and _TABLE.match(line))
    return bool(_TIGHT.match(before) and _TIGHT.match(line))


def literal(text: str) -> str:
    """Text of others inside a markdown card: what it says is shown, nothing of it is obeyed. An address in angle brackets
    would be taken for a tag and vanish, a hidden link would show one place and lead to another."""
    text = text.translate({ord("<"): "＜", ord(">"): "＞", ord("*"): "＊", ord("`"): "ˋ", ord("~"): "～"})
    text = text.replace("](", "] (").replace("![", "! [")
    text = re.sub(r"(?m)^(\s*)#", r"\1＃", text)
    return re.sub(r"(?<![\w])_|_(?![\w])", "＿", text)


def title(text: str) -> str:
    """What the notification shows: the first line with words in it."""
    for line in text.splitlines():
        bare = _MARK.sub("", line).strip()
        if bare:
            return bare[:TITLE]
    return "成单"


def measure(text: str) -> int:
    """Bytes a text takes as a JSON string inside msgParam, which is itself JSON text."""
    return len(json.dumps(dialect(text), ensure_ascii=False).encode("utf-8", "replace"))


def fitted(text: str) -> str:
    """The beginning of a text that fits one message; a draft may be longer than what is sent in the end."""
    if measure(text) <= LIMIT:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= LIMIT - 8 else (low, middle - 1)
    return text[:low] + "…"


_OURS = uuid.UUID("6f2f2c67-91a0-4f0e-8f2d-6d1b9a3a7c11")


def stable_id(*parts: str) -> str:
    """The same id for the same parts, on every try and after every restart."""
    return str(uuid.uuid5(_OURS, "\x1f".join(parts)))
