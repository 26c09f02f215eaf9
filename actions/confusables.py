"""Letters of other alphabets that look like Latin ones or digits, and the skeleton of a word made from them.

After the table of Unicode Technical Standard 39 (confusables.txt), for the letters that names in mail domains use:
Cyrillic, Greek, Armenian, Cherokee and Latin relatives in their lower-case form.
"""

from __future__ import annotations

import unicodedata

_ROWS = {
    "a": "аαɑạ",
    "b": "ьƅɓвʙ",
    "c": "сϲᴄ",
    "d": "ԁɗժᴅ",
    "e": "еєҽɛεᴇ",
    "f": "ғƒϝꜰ",
    "g": "ɡցǥɢ",
    "h": "һհнʜ",
    "i": "іιıɩӏɪⅰ",
    "j": "јϳʝᴊ",
    "k": "кκҡᴋ",
    "l": "ⅼӏłιʟ丨ǀ",
    "m": "мⅿᴍ",
    "n": "ոпηɴ",
    "o": "оοօσөᴏ〇ס",
    "p": "рρϱᴘ",
    "q": "ԛգ",
    "r": "гᴦɾʀ",
    "s": "ѕꜱʂ",
    "t": "тτƭᴛ",
    "u": "υսцʋᴜ",
    "v": "νѵⅴᴠ",
    "w": "ѡաԝω",
    "x": "хχⅹ",
    "y": "уүγყʏ",
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
