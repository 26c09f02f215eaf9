"""Text to features: what the trained scorer sees of a sentence, the same when training and when answering."""

from __future__ import annotations

import math
import re

from knowledge.name_forms import normal

_TOKEN = re.compile(r"\{[a-z]+\}|[a-z]+(?:'[a-z]+)?|[0-9]+|[\u3400-\u9fff]")
_MERGED = {"{account}": "{deal}", "{person}": "{contact}"}
LONGEST = 400


def tokens(text: str) -> list[str]:
    """Characters of Chinese, words of English, placeholders; numbers are one token whatever their value."""
    found = _TOKEN.findall(normal(text[:LONGEST]).replace("’", "'"))
    return ["{n}" if token[0].isdigit() else _MERGED.get(token, token) for token in found]


def features(text: str) -> dict[str, float]:
    """Feature -> value; runs of one to three tokens and letter triples of words, scaled to unit length."""
    words = ["^", *tokens(text), "$"]
    found: set[str] = set()
    for size in (1, 2, 3):
        found.update(" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
    for word in words:
        if len(word) > 4 and word.isascii() and word[0] != "{":
            found.update("~" + word[i : i + 4] for i in range(len(word) - 3))
    found -= {"^", "$"}
    scale = 1 / math.sqrt(len(found) or 1)
    return dict.fromkeys(sorted(found), scale)
