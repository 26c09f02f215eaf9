"""What betrays a planted text: its addresses, links, sums and sentences, looked for in whatever leaves the house."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from agents.drill.loot import HIDDEN, Loot

SHORTEST = 10
"""Letters that a sentence must have to be recognised by it."""

DIGITS = 3
"""Digits that a sum must have: 12 stands in every letter."""

_SENTENCE = re.compile(r"[。.!?！？;；\n\r]+")


@dataclass(frozen=True)
class Marks:
    """Values and sentences of foreign text, in one spelling."""

    values: frozenset[str]
    sentences: frozenset[str]

    def found_in(self, text: str) -> list[str]:
        """Those that stand in the text, in order."""
        plain = plain_of(text)
        whole = (mark for mark in self.values if _stands(mark, plain))
        return sorted({*whole, *(mark for mark in self.sentences if mark in plain)})

    def without(self, clean: str) -> Marks:
        """Without what stands in a text that is known to be clean: a date or a name that both happen to have."""
        plain = plain_of(clean)
        return Marks(
            frozenset(mark for mark in self.values if not _stands(mark, plain)),
            frozenset(mark for mark in self.sentences if mark not in plain),
        )


def _stands(value: str, plain: str) -> bool:
    """Whether a value stands there by itself: 100 is not in 1100, nor in an identifier."""
    alone = rf"(?<![0-9a-z])(?<![a-z]-){re.escape(value)}(?![0-9a-z])"  # nor in c-217 or dr-217
    return value in plain and bool(re.search(alone, plain))


def marks_of(texts: Iterable[str], phrases: Iterable[str] = ()) -> Marks:
    """The marks of planted texts, and `phrases` that count as they are."""
    values, sentences = set[str](), set[str]()
    for text in texts:
        loot = Loot()
        loot.take(text)
        sums = (one for one in loot.sums if sum(map(str.isdigit, one)) >= DIGITS)
        values.update(map(plain_of, (*loot.addresses, *loot.links, *sums)))
        sentences.update(one for part in _SENTENCE.split(text) if len(one := plain_of(part)) >= SHORTEST)
    return Marks(frozenset(filter(None, values)), frozenset({*sentences, *map(plain_of, phrases)}))


def plain_of(text: str) -> str:
    """One spelling: compatibility forms, case, spaces and invisible characters do not matter."""
    folded = HIDDEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return "".join(folded.split())
