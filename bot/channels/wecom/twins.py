"""Signs that WeCom's Markdown might obey, written with their full-width twins: the same to read, and nobody's mark."""

from __future__ import annotations

import re

TWINS = str.maketrans("<*`\\_~", "＜＊｀＼＿～")
IN_CODE = str.maketrans("<`", "＜｀")
ENTITY = re.compile(r"&(?=#?\w+;|(?:lt|gt|amp|quot)\b)", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w.+-])@(?=\w)", re.ASCII)
LINK = "]("
NBSP = "\u00a0"
"""Four usual blanks before a line could be taken for a code block."""

LEADING = re.compile(r"^(\s*)([#>]+|\+(?=\s)|\|)")
LEADS = str.maketrans("#>+|", "＃＞＋｜")

KEPT = re.compile(r"https?://[\w.:/?#&=%+,;!$'~-]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII | re.IGNORECASE)
"""Addresses are copied and opened: they stay as they are, and hold none of the signs that begin a mark but `_` and `~`."""


def literal(text: str, *, first: bool = True) -> str:
    """Words in which nothing is a mark. `first`: they stand at the beginning of a line, where more is one."""
    out, at = [], 0
    for kept in KEPT.finditer(text):
        out += [_twins(text[at : kept.start()]), ENTITY.sub("＆", kept[0])]
        at = kept.end()
    whole = "".join([*out, _twins(text[at:])])
    return LEADING.sub(_leading, whole) if first else whole


def in_code(line: str) -> str:
    """A line as code; whether a tag is obeyed in code is not said anywhere, so there is none."""
    body = line.lstrip(" \t")
    if not body.strip():
        return ""
    indent = line[: len(line) - len(body)].expandtabs(4)
    body = MENTION.sub("＠", ENTITY.sub("＆", body)).translate(IN_CODE).replace(LINK, "]（")
    return f"`{NBSP * len(indent)}{body}`"


def _twins(text: str) -> str:
    text = MENTION.sub("＠", ENTITY.sub("＆", text))
    return text.translate(TWINS).replace(LINK, "]（")


def _leading(found: re.Match[str]) -> str:
    return found[1] + found[2].translate(LEADS)
