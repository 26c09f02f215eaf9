"""What a hurried reader takes for something else: skeletons of words, mixed alphabets, signs that hide or turn text."""

from __future__ import annotations

import unicodedata

from knowledge.lookalikes import plain_letters

_SHAPES = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_DIGITS = str.maketrans({"0": "o", "1": "l", "3": "e", "5": "s", "i": "l", "8": "b", "9": "g", "4": "a"})


def mixes_scripts(word: str) -> bool:
    """Whether one word takes letters from two of the alphabets that imitate each other (Latin, Cyrillic, Greek, ...)."""
    scripts = {
        unicodedata.name(char, "").split(" ")[0] for char in word if char.isalpha() and not char.isdecimal()
    }
    return len(scripts & _ALPHABETS) > 1


_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "HEBREW", "GEORGIAN"})


def visible(text: str) -> str:
    """The text with what hides or turns words around written out, so that a card shows what will be sent: ⟨U+202E⟩."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"⟨U+{ord(char):04X}⟩" if _hides(char) and not _joins_pictures(text, place) else char
        for place, char in enumerate(text)
    )


def _hides(char: str) -> bool:
    if char in "\n\t":
        return False
    return (
        unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
        or char in "\u115f\u1160\u3164\uffa0\u2800\u034f"
    )


def _joins_pictures(text: str, place: int) -> bool:
    """A joiner between two pictures of an emoji."""
    near = (text[place - 1 : place], text[place + 1 : place + 2])
    return text[place] == "\u200d" and all(
        one and unicodedata.category(one) in ("So", "Sk", "Mn") for one in near
    )


def skeleton(text: str) -> str:
    """Two words with the same skeleton look alike to a hurried reader: 0/o, 1/l/i, 5/s, rn/m, vv/w, cl/d."""
    word = plain_letters(text)
    for shape, seen_as in _SHAPES:
        word = word.replace(shape, seen_as)
    return word.translate(_DIGITS)
