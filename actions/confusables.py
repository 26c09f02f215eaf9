"""Letters of other alphabets that look like Latin ones or digits, and the skeleton of a word made from them.

After the table of Unicode Technical Standard 39 (confusables.txt), for the letters that names in mail domains use:
Cyrillic, Greek, Armenian, Cherokee and Latin relatives in their lower-case form.
"""

from __future__ import annotations

import unicodedata

_ROWS = {
    "a": "аαɑạ",
    "b": "ьƅɓв",
    "c": "сϲᴄ",
    "d": "ԁɗժ",
    "e": "еєҽɛε",
    "f": "ғƒϝ",
    "g": "ɡցǥ",
    "h": "һհн",
    "i": "іιıɩӏɪⅰ",
    "j": "јϳʝ",
    "k": "кκҡ",
    "l": "ⅼӏłι",
    "m": "мⅿ",
    "n": "ոпη",
    "o": "оοօσөᴏ",
    "p": "рρϱ",
    "q": "ԛգ",
    "r": "гᴦɾ",
    "s": "ѕꜱʂ",
    "t": "тτƭ",
    "u": "υսцʋ",
    "v": "νѵⅴ",
    "w": "ѡաԝω",
    "x": "хχⅹ",
    "y": "уүγყ",
    "z": "ᴢʐ",
}
LATIN_LOOKALIKES: dict[str, str] = {
    char: latin for latin, others in reversed(_ROWS.items()) for char in others
}
_SHAPES = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_DIGITS = str.maketrans({"0": "o", "1": "l", "3": "e", "5": "s", "i": "l", "8": "b", "9": "g", "4": "a"})


def plain_letters(text: str) -> str:
    """NFKC, lower case, accents off, look-alikes as the Latin letter they imitate."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    return "".join(
        LATIN_LOOKALIKES.get(char, char) for char in folded if unicodedata.category(char) not in ("Mn", "Cf")
    )


def skeleton(text: str) -> str:
    """Two words with the same skeleton look alike to a hurried reader: 0/o, 1/l/i, 5/s, rn/m, vv/w, cl/d."""
    word = plain_letters(text)
    for shape, seen_as in _SHAPES:
        word = word.replace(shape, seen_as)
    return word.translate(_DIGITS)
