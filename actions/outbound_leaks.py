"""What must not leave the house: floor and cost prices in any notation, and the names of other customers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from knowledge.name_forms import words_of

from .outbound_numbers import CN, Number, digits_for_chinese, numbers, value_of

SMALL_FEN = 100_000
GAP = r"[\s,.\-_·'*/|]{0,2}"
DECIMAL = re.compile(r"[\d,]+\.\d{1,2}")
BETWEEN = re.compile(r"[\s\-_·.*|/、,，]+")
STROKES = re.compile(r"[\s\-_·*|/、~+]{1,3}")
NUMERAL = re.compile(rf"[\d.{CN}wk]")
IN_TEN_THOUSANDS = re.compile(
    r"单位\s*[::]?\s*(?:人民币)?\s*万|[(\[]\s*(?:人民币)?\s*万元?\s*[)\]]|万元\s*/|\bin\s+(?:10k|ten\s+thousands?)\b"
)
IN_THOUSANDS = re.compile(
    r"单位\s*[::]?\s*(?:人民币)?\s*千|[(\[]\s*(?:人民币)?\s*千元?\s*[)\]]|\bin\s+thousands?\b|[(\[]\s*(?:rmb|cny|usd|[¥$])?\s*[k']?k\s*[)\]]|[(\[]\s*'?000s?\s*[)\]]"
)
LETTERED = re.compile(r"(?<![a-z\d])\d[\doil,.]*[oil][\doil,.]*(?![a-z])")
_SOUNDS = dict(
    zip(
        words_of("ling yi er liang san si wu liu qi ba jiu shi bai qian wan dian"),
        "零一二两三四五六七八九十百千万点",
        strict=True,
    )
)
_SOUND = "|".join(sorted(_SOUNDS, key=len, reverse=True))
PINYIN = re.compile(rf"(?<![a-z])(?:(?:{_SOUND})[1-5]?[\s'-]?){{2,}}(?![a-z])")


def floor_leaks(
    text: str, found: Iterable[Number], floors: Iterable[int], open_fen: frozenset[int]
) -> Iterator[tuple[int, int]]:
    """Places in cleaned text that tell a floor price (fen), exactly or rounded, but not a price that was offered."""
    secret = frozenset(floor for floor in floors if floor > 0) - open_fen
    if not secret:
        return
    found = list(found)
    for number in found:
        if (number.fen in secret and (number.fen >= SMALL_FEN or number.marked)) or (
            number.scaled and number.fen not in open_fen and any(_rounded(number, floor) for floor in secret)
        ):
            yield number.start, number.end
    figures = digits_for_chinese(LETTERED.sub(_figured, text))
    for floor in sorted(secret):
        if floor >= SMALL_FEN:
            yield from _spelled(figures, floor)
    yield from _by_heading(text, found, secret)
    yield from _pulled_apart(text, secret, open_fen)
    yield from _sounded(text, secret)


def _by_heading(text: str, found: Iterable[Number], secret: frozenset[int]) -> Iterator[tuple[int, int]]:
    """88 under a heading that counts in 万元."""
    for heading, factor in ((IN_TEN_THOUSANDS, 10_000), (IN_THOUSANDS, 1_000)):
        if heading.search(text):
            yield from ((n.start, n.end) for n in found if not n.scaled and n.fen * factor in secret)


def _pulled_apart(text: str, secret: frozenset[int], open_fen: frozenset[int]) -> Iterator[tuple[int, int]]:
    """捌 拾 捌 万, 8 8 w: numerals with something between their signs, read as one."""
    squeezed, places = _joined(text)
    if squeezed == text:
        return
    for number in numbers(squeezed):
        near = number.scaled and any(_rounded(number, floor) for floor in secret)
        whole = places[number.end - 1] - places[number.start] == number.end - 1 - number.start
        if (
            not whole
            and number.fen >= SMALL_FEN
            and number.fen not in open_fen
            and (number.fen in secret or near)
        ):
            yield places[number.start], places[number.end - 1] + 1


def _joined(text: str) -> tuple[str, list[int]]:
    """The text without blanks and strokes that stand between two numerals, and where each sign came from."""
    drop: set[int] = set()
    for match in STROKES.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if before and after and NUMERAL.match(before) and NUMERAL.match(after):
            drop.update(range(*match.span()))
    places = [place for place in range(len(text)) if place not in drop]
    return "".join(text[place] for place in places), places


def _sounded(text: str, secret: frozenset[int]) -> Iterator[tuple[int, int]]:
    """ba shi ba wan: a numeral in pinyin."""
    for match in PINYIN.finditer(text):
        value = value_of("".join(_SOUNDS[sound] for sound in re.findall(_SOUND, match.group())))
        if value is not None and int(value * 100) in secret:
            yield match.span()


def _figured(match: re.Match[str]) -> str:
    """Letters that stand for figures among figures: 88oooo."""
    return match.group().replace("o", "0").replace("i", "1").replace("l", "1")


def _rounded(number: Number, floor_fen: int) -> bool:
    """88.1万 tells 881,200: equal to the last digit written, when that digit is at most 2 % of the value."""
    gap = abs(number.value - Decimal(floor_fen) / 100)
    return gap * 2 <= number.step and number.step * 50 <= number.value


def _spelled(figures: str, floor_fen: int) -> Iterator[tuple[int, int]]:
    """The digits one by one, whatever stands between: 8 8 0 0 0 0, 88-0000, 八八零零零零."""
    digits = str(floor_fen // 100)
    pattern = GAP.join(digits)
    for match in re.finditer(rf"(?<!\d)(?<!\d[,.]){pattern}(?![,.]?\d)", figures):
        if not DECIMAL.fullmatch(match.group()):
            yield match.span()


def named_customers(text: str, names: Iterable[str], own: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Places of other customers' names (cleaned spelling); a name that is part of this customer's own is no leak."""
    ours = [name.lower() for name in own if name]
    squeezed, places = _squeezed(text)
    for name in sorted({name.strip().lower() for name in names}):
        if len(name) < (2 if not name.isascii() else 3) or any(name in our for our in ours):
            continue
        if name.isascii():
            if name.split()[0] not in text:  # most names are not there at all: no pattern is built for them
                continue
            spaced = r"[\s_-]*".join(map(re.escape, name.split()))
            edge = re.compile(rf"(?<![a-z0-9]){spaced}(?![a-z0-9])")
            yield from (match.span() for match in edge.finditer(text))
            continue
        bare = BETWEEN.sub("", name)
        if bare not in squeezed:
            continue
        for match in re.finditer(re.escape(bare), squeezed):
            yield places[match.start()], places[match.end() - 1] + 1


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text without what is put between letters to hide a name, and where each letter came from."""
    places = [place for place, char in enumerate(text) if not BETWEEN.fullmatch(char)]
    return "".join(text[place] for place in places), places
