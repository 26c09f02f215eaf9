"""In which language to answer: that of the message, else that of the person."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")


def language_of(text: str, default: str) -> str:
    """`zh` when the message has Chinese characters, `en` when it only has Latin words; commands keep the default."""
    if text.startswith("/"):
        return default
    if _HAN.search(text):
        return "zh"
    return "en" if _LATIN.search(text) else default
