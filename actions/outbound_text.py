"""Text made readable for a checker: one spelling for every disguise, and the way back to the original places."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from knowledge.lookalikes import LATIN_LOOKALIKES

WORD = re.compile(r"[^\W\d_]+")
BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{8,}={0,2}(?![A-Za-z0-9+/_=-])")
PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){2,}[^\s%]*(?:%[0-9a-fA-F]{2})*")
ENTITY = re.compile(r"(?:&#x?[0-9a-fA-F]{2,6};){2,}")
ESCAPED = re.compile(r"(?:\\u\{?[0-9a-fA-F]{4}\}?){2,}|(?:u\+[0-9a-fA-F]{4}[\s,]*){2,}", re.IGNORECASE)
QUOTED = re.compile(r"(?:=[0-9A-F]{2}){3,}")
HEXED = re.compile(r"(?<![0-9a-zA-Z])(?:0x)?(?:[0-9a-fA-F]{2}[\s:]?){4,}(?![0-9a-zA-Z])")
COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
"""Marks laid over the sign before them; 8\u03368\u0336 still reads 88."""
ENDLESS = re.compile(
    r"(?<=\d{64})(\d+)"
    r"|(?<=[零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟萬億廿半]{48})([零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟萬億廿半]+)"
    r"|(?<=\s{8})(\s+)|(?<=[a-z0-9]{300})([a-z0-9]+)"
)
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
HIDDEN_EXTRA = frozenset("\u115f\u1160\u3164\uffa0\u034f\u180e\u00ad\ufeff")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A place in the original text, [start, end), what it is, and the original words there. `where` names the text:
    "" for subject and body, else a place in an attachment."""

    start: int
    end: int
    kind: str
    text: str
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """`text` is lower-case NFKC without invisible characters; `origins[i]` is where text[i] came from."""

    original: str
    text: str
    origins: tuple[int, ...]
    oddities: tuple[Finding, ...]

    def finding(self, start: int, end: int, kind: str) -> Finding:
        """A finding in the cleaned text, told in places of the original."""
        first = self.origins[start]
        last = self.origins[max(end - 1, start)] + 1
        return Finding(start=first, end=last, kind=kind, text=self.original[first:last])

    def cleaned_span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the original, told in places of the cleaned text."""
        return bisect_left(self.origins, start), bisect_right(self.origins, end - 1)


def clean(text: str) -> Cleaned:
    """NFKC, lower case, invisible characters dropped, Latin look-alikes inside Latin words folded."""
    letters: list[str] = []
    origins: list[int] = []
    hidden: list[Finding] = []
    for place, char in enumerate(text):
        if char > "\x7f" and (_invisible(char) or COMBINING.match(char)):
            kind = "bidi" if char in BIDI else "zero_width"
            if not _joins_emoji(text, place) and not COMBINING.match(char):
                hidden.append(Finding(start=place, end=place + 1, kind=kind, text=char))
            continue
        if char <= "\x7f":
            letters.append(char.lower())
            origins.append(place)
            continue
        for folded in unicodedata.normalize("NFKC", char):
            letter = str(unicodedata.decimal(folded)) if folded.isdecimal() else folded.lower()
            letters.append(letter if len(letter) == 1 else folded)
            origins.append(place)
    _shorten(letters, origins)
    joined, lookalikes = _unmask("".join(letters))
    bare = Cleaned(original=text, text=joined, origins=tuple(origins), oddities=())
    odd = (*hidden, *(bare.finding(start, end, "homoglyph") for start, end in lookalikes))
    return Cleaned(original=text, text=joined, origins=bare.origins, oddities=odd)


def _shorten(letters: list[str], origins: list[int]) -> None:
    """Cut runs that no person writes (thousands of figures, numerals, blanks) to a length that still says the same: the
    rules look at every place of a run, and would otherwise take the square of its length."""
    drop = [match.span(match.lastindex or 0) for match in ENDLESS.finditer("".join(letters))]
    for start, end in reversed(drop):
        del letters[start:end], origins[start:end]


def decoded(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Hidden words in the text: (start, end, kind, plain words) for base64, hex, percent and the like."""
    for match in PERCENT.finditer(text):
        plain = unquote(match.group(), errors="replace")
        if "\ufffd" not in plain and _readable(plain):
            yield match.start(), match.end(), "percent_encoding", plain
    for match in ENTITY.finditer(text):
        yield match.start(), match.end(), "html_entity", html.unescape(match.group())
    for match in ESCAPED.finditer(text):
        codes = re.findall(r"[0-9a-fA-F]{4}", match.group())
        yield match.start(), match.end(), "unicode_escape", "".join(chr(int(code, 16)) for code in codes)
    for pattern, kind, opened in (
        (QUOTED, "quoted_printable", _from_quoted),
        (HEXED, "hex", _from_hex),
        (BASE64, "base64", _from_base64),
    ):
        for match in pattern.finditer(text):
            plain = opened(match.group())
            if plain:
                yield match.start(), match.end(), kind, plain


def _from_base64(token: str) -> str:
    if token.isdigit() or (token.isalpha() and (token.islower() or token.istitle() or token.isupper())):
        return ""  # a number or a word, which decodes to something only by chance
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        plain = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    meant = len(body) >= 12 or any(char.isdigit() or char > "\u2e80" for char in plain)
    return plain if meant and _readable(plain) else ""


def _from_quoted(token: str) -> str:
    return _utf8(bytes.fromhex(token.replace("=", "")))


def _from_hex(token: str) -> str:
    digits = re.sub(r"[\s:]", "", token.removeprefix("0x"))
    plain = _utf8(bytes.fromhex(digits)) if len(digits) % 2 == 0 else ""
    telling = any(char.isdigit() or char > "\u2e80" for char in plain)
    return plain if (telling and not digits.isdigit()) or plain.isdigit() else ""


def _utf8(data: bytes) -> str:
    try:
        plain = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return plain if _readable(plain) else ""


def _readable(plain: str) -> bool:
    """Words of a person: printable throughout, and not control characters by chance."""
    return len(plain) >= 2 and all(char.isprintable() or char in "\r\n\t" for char in plain)


def _invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or char in HIDDEN_EXTRA or "\ufe00" <= char <= "\ufe0f"


def _joins_emoji(text: str, place: int) -> bool:
    """Variation selectors and joiners between pictures, and a byte order mark in front, are not tricks."""
    if "\ufe00" <= text[place] <= "\ufe0f" or (text[place] == "\ufeff" and place == 0):
        return True
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    near = [unicodedata.category(char) in ("So", "Sk", "Mn") for char in (before, after) if char]
    return bool(near) and any(near)


def _unmask(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Fold look-alikes in words that also have Latin letters; a whole Greek or Russian word is left alone."""
    letters = list(text)
    places: list[tuple[int, int]] = []
    for match in WORD.finditer(text):
        word = match.group()
        if word.isascii() or not any("a" <= char <= "z" for char in word):
            continue
        folded = [LATIN_LOOKALIKES.get(char, char) for char in word]
        if folded != list(word):
            letters[match.start() : match.end()] = folded
            places.append((match.start(), match.end()))
    return "".join(letters), places
