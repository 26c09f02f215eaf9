"""What must not leave the house: floor and cost prices in any notation, and the names of other customers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from .outbound_numbers import Number, digits_for_chinese

SMALL_FEN = 100_000
GAP = r"[\s,.\-_·'*/|]{0,2}"
DECIMAL = re.compile(r"[\d,]+\.\d{1,2}")
BETWEEN = re.compile(r"[\s\-_·.*|/、,，]+")


def floor_leaks(
    text: str, found: Iterable[Number], floors: Iterable[int], open_fen: frozenset[int]
) -> Iterator[tuple[int, int]]:
    """Places in cleaned text that tell a floor price (fen), exactly or rounded, but not a price that was offered."""
    secret = {floor for floor in floors if floor > 0} - open_fen
    if not secret:
        return
    for number in found:
        if (number.fen in secret and (number.fen >= SMALL_FEN or number.marked)) or (
            number.scaled and number.fen not in open_fen and any(_rounded(number, floor) for floor in secret)
        ):
            yield number.start, number.end
    figures = digits_for_chinese(text)
    for floor in sorted(secret):
        if floor >= SMALL_FEN:
            yield from _spelled(figures, floor)


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
