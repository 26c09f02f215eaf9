"""Calendar days a text names, and the other figures terms are made of: shares and spans of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from .outbound_en import english_figures
from .outbound_numbers import CN, value_of

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<m>{'|'.join(_MONTHS)})[a-z]*\.?"
_CN = rf"(?:\d{{1,2}}|[{CN}]+)"
FORMS = (
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*[年./-]\s*(?P<mn>\d{1,2})\s*[月./-]\s*(?P<d>\d{1,2})(?!\d)"),
    re.compile(
        rf"(?<!\d)(?:(?P<y>\d{{4}}|[二零〇一三四五六七八九]{{4}})\s*年\s*)?(?P<mn>{_CN})\s*月\s*(?P<d>{_CN})\s*[日号]?"
    ),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?(?:\s+(?P<y>\d{{4}}))?(?!\d)"),
    re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{{4}}))?(?!\d)"),
)
FIGURE = re.compile(
    rf"(?P<n>\d+(?:\.\d+)?|[{CN}]+)\s*个?\s*(?:(?:business|working|calendar)\s+)?-?"
    r"(?P<u>%|percent|成|工作日|天|日(?!期)|周|星期|月|季度|年(?!\s*\d)|小时|分钟|days?|weeks?|months?|quarters?|years?|hours?|hrs?|minutes?)"
)
PER_HUNDRED = re.compile(rf"百分之(?P<n>\d+(?:\.\d+)?|[{CN}]+)")
SHARE = re.compile(rf"(?P<n>\d+(?:\.\d+)?|[{CN}]+)\s*(?P<u>%|percent|成)|百分之(?P<c>\d+(?:\.\d+)?|[{CN}]+)")
NET = re.compile(r"\bnet[\s-]?(?P<n>\d+)")
SLASHED = re.compile(r"(?<![\d/])(?P<a>\d{1,2})\s*/\s*(?P<b>\d{1,2})(?:\s*/\s*(?P<c>\d{1,2}))?(?![\d/])")
UNITS = {
    "percent": "%", "成": "%", "工作日": "day", "天": "day", "日": "day", "周": "week", "星期": "week", "月": "month",
    "季度": "quarter", "年": "year", "小时": "hour", "hr": "hour", "分钟": "minute",
}  # fmt: skip

Figure = tuple[str, str]


def days_named(text: str, today: date) -> Iterator[tuple[int, int, date]]:
    """(start, end, day) of each calendar day in cleaned text; without a year the one nearest to `today` is meant."""
    taken: list[tuple[int, int]] = []
    for form in FORMS:
        for match in form.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            day = _day(match, today)
            if day:
                taken.append(match.span())
                yield match.start(), match.end(), day


def figures(text: str, today: date) -> frozenset[Figure]:
    """What terms are made of, in one spelling: ("2026-10-15", "date"), ("30", "%"), ("4", "week")."""
    found: set[Figure] = set()
    rest = list(text)
    for start, end, day in list(days_named(text, today)):
        found.add((day.isoformat(), "date"))
        rest[start:end] = " " * (end - start)
    bare = english_figures("".join(rest))
    measured = [(match["n"], match["u"].rstrip("s")) for match in FIGURE.finditer(bare)]
    measured += [(match["n"], "%") for match in PER_HUNDRED.finditer(bare)]
    measured += [(match["n"], "day") for match in NET.finditer(bare)]
    return frozenset(found | {one for words, unit in measured for one in _figure(words, unit)})


def _figure(words: str, unit: str) -> Iterator[Figure]:
    value = value_of(words)
    if value is not None:
        tenths = 10 if unit == "成" else 1
        yield f"{(value * tenths).normalize():f}", UNITS.get(unit, unit)


def shares_in_order(text: str) -> tuple[str, ...]:
    """The shares of a payment scheme in the order written, when they make a whole: 30 %, 60 %, 10 % or 30/60/10."""
    written = [found for match in SHARE.finditer(english_figures(text)) for found in _share(match)]
    if sum(map(Decimal, written)) == 100:
        return tuple(written)
    for match in SLASHED.finditer(text):
        parts = [part for part in match.groups() if part]
        if sum(map(int, parts)) == 100:
            return tuple(str(int(part)) for part in parts)
    return ()


def _share(match: re.Match[str]) -> Iterator[str]:
    value = value_of(match["n"] or match["c"])
    if value is not None:
        yield f"{(value * (10 if match['u'] == '成' else 1)).normalize():f}"


def _day(match: re.Match[str], today: date) -> date | None:
    found = match.groupdict()
    month = _MONTHS.index(found["m"]) + 1 if found.get("m") else _small(found.get("mn") or "")
    number = _small(found["d"])
    year = _small(found.get("y") or "") or today.year
    try:
        day = date(year, month, number)
        if not found.get("y") and (today - day).days > 180:
            day = day.replace(year=year + 1)
    except ValueError:
        return None
    return day


def _small(words: str) -> int:
    if len(words) == 4 and not words.isdigit():
        words = "".join(str("零一二三四五六七八九".find(char.replace("〇", "零"))) for char in words)
    value = value_of(words) if words else None
    return int(value) if value is not None and value == int(value) else 0
