"""Quantities, unit prices and totals that contradict each other or the offer."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import combinations

from .outbound_numbers import Number

COUNT = re.compile(
    r"\s*(?:套|台|个(?!月|工作日|点|百分)|件|只|块(?!钱)|组|份|点位|用户数?|许可|授权|人天|sets?\b|units?\b|licen[cs]es?\b|seats?\b|users?\b|pcs\b|pieces?\b|copies\b|devices\b|workstations?\b)"
)
EACH_BEFORE = re.compile(
    r"(?:单价|每[套台个件只块组份]|一[套台个件只]|@|\bat\b|\bunit\s+price\s*(?:of|is|:)?)\s*(?:是|为|:|约)?\s*(?:rmb|cny|usd|人民币|[¥$€])?\s*$"
)
EACH_AFTER = re.compile(
    r"\s*(?:元|块|rmb|cny|yuan)?\s*(?:/\s*[套台个件只块组份]|每[套台个件只]|一[套台个件只]|\beach\b|\bapiece\b|\bper\s+(?:set|unit|licen[cs]e|seat|user|piece)|/\s*(?:set|unit|seat))"
)
TOTAL_BEFORE = re.compile(
    r"(?:合计|共计|总计|总价|总额|一共|总共|小计|共|计|=|\btotal(?:s|ling|ing)?|\bcomes?\s+to|\baltogether|\bin\s+all|\bsum(?:s)?\s+to|\bmakes?)\s*(?:是|为|:|of|is|to|约)?\s*(?:rmb|cny|usd|人民币|[¥$€])?\s*$"
)
TOTAL_AFTER = re.compile(r"\s*(?:元|块|rmb|cny|yuan)?\s*(?:in\s+total|altogether|总价|in\s+all)")
SENTENCE = re.compile(r"[^。!?;\n]+")
MAX_OTHERS = 6
MAX_NUMBERS = 60
"""Numbers of one sentence that are looked at; a longer sentence is a table, which tells no sum in words."""


def contradictions(
    text: str, found: Iterable[Number], sums: Iterable[Number], lines: frozenset[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Places where quantity x unit price is not the total told with it, or where a unit price of the offer stands
    with another quantity than the offer's. `lines`: (unit price in fen, quantity) of the approved offers."""
    numbers, priced = sorted(found, key=_start), {(n.start, n.end) for n in sums}
    for sentence in SENTENCE.finditer(text) if priced else ():
        first, last = (bisect_left(numbers, place, key=_start) for place in sentence.span())
        inside = numbers[first:last][:MAX_NUMBERS]
        amounts = [n for n in inside if (n.start, n.end) in priced]
        counts = [n for n in inside if (n.start, n.end) not in priced and _counts(n, text)]
        units = [n for n in amounts if _near(text, n, EACH_BEFORE, EACH_AFTER)]
        totals = [
            n
            for n in amounts
            if n.start not in map(_start, units) and _near(text, n, TOTAL_BEFORE, TOTAL_AFTER)
        ]
        if len(counts) == 1 and len(units) == 1:
            yield from _compare(counts[0], units[0], totals, amounts, lines)


def _compare(
    count: Number,
    unit: Number,
    totals: list[Number],
    amounts: list[Number],
    lines: frozenset[tuple[int, int]],
) -> Iterator[tuple[int, int]]:
    product = int(count.value) * unit.fen
    others = [n.fen for n in amounts if n is not unit and n not in totals][:MAX_OTHERS]
    sums = {product + sum(some) for size in range(len(others) + 1) for some in combinations(others, size)}
    for total in totals:
        if not any(abs(total.fen - one) * 2 <= int(total.step * 100) for one in sums):
            yield total.start, total.end
    offered = {quantity for price, quantity in lines if price == unit.fen}
    if offered and int(count.value) not in offered:
        yield count.start, count.end


def _start(number: Number) -> int:
    return number.start


def _counts(number: Number, text: str) -> bool:
    return number.value == int(number.value) and number.value >= 2 and bool(COUNT.match(text, number.end))


def _near(text: str, number: Number, before: re.Pattern[str], after: re.Pattern[str]) -> bool:
    return bool(
        before.search(text[max(0, number.start - 24) : number.start]) or after.match(text, number.end)
    )
