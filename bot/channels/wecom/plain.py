"""Text as WeCom shows it. It makes links of `<a href>` in plain text: the words of a stranger in an approval must not."""

from __future__ import annotations

import re

from bot.street.splitting import split, utf8_bytes

LIMIT = 2048
"""Bytes of a text; WeCom cuts the rest without a word."""

ANCHOR = re.compile(r"<(?=\s*/?\s*(?:a(?:[\s>/]|$)|$))", re.IGNORECASE)
"""Also where the text ends before its name: a cut may have gone through it."""


def plain(text: str) -> str:
    """The same words, with a full-width `＜` where WeCom would see a link."""
    return ANCHOR.sub("＜", text)


def measure(text: str) -> int:
    """Bytes of the text as it is sent."""
    return utf8_bytes(plain(text))


def parts(text: str) -> list[str]:
    """Cut into texts that WeCom takes whole."""
    return split(text, LIMIT, measure, marked=False)
