"""Letters of other alphabets that look like Latin ones, and the plain form of a text written with them.

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


def plain_letters(text: str) -> str:
    """NFKC, lower case, accents off, look-alikes as the Latin letter they imitate."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    return "".join(
        LATIN_LOOKALIKES.get(char, char) for char in folded if unicodedata.category(char) not in ("Mn", "Cf")
    )
