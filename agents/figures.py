"""Figures in a text as comparable values: numbers, amounts, percents, dates and times, Chinese and English.

128万, 1,280,000, ¥1.28M and 一百二十八万 are one value; 88 折 and 12 % off are one value. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
TENS = {"十": 10, "百": 100, "千": 1000}
SCALES = {
    "万": 4, "亿": 8, "千": 3, "百万": 6, "千万": 7, "万亿": 12, "k": 3, "m": 6, "b": 9, "bn": 9, "mn": 6,
    "thousand": 3, "million": 6, "billion": 9,
}  # fmt: skip
CURRENCIES = {
    "¥": "CNY", "￥": "CNY", "元": "CNY", "块": "CNY", "rmb": "CNY", "cny": "CNY", "yuan": "CNY", "人民币": "CNY",
    "$": "USD", "us$": "USD", "usd": "USD", "美元": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "欧元": "EUR",
}  # fmt: skip
UNITS = {
    "天": "day", "日": "day", "day": "day", "days": "day", "周": "week", "星期": "week", "week": "week",
    "weeks": "week", "个月": "month", "月": "month", "month": "month", "months": "month", "年": "year",
    "year": "year", "years": "year", "小时": "hour", "hour": "hour", "hours": "hour", "分钟": "minute",
    "minutes": "minute", "人": "person", "位": "person", "people": "person", "台": "piece", "套": "piece",
    "件": "piece", "units": "piece", "次": "time", "times": "time", "家": "company", "倍": "fold",
}  # fmt: skip
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_MONTH = r"(?P<{0}>[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|May|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec)[a-z]*\.?"
_DATE_FORMS = (
    r"(?P<y>(?:19|20)\d\d)\s?[-/.年]\s?(?P<m>1[0-2]|0?[1-9])\s?[-/.月]\s?(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)\s?[日号]?",
    r"(?P<y>(?:19|20)\d\d)\s?年\s?(?P<m>1[0-2]|0?[1-9])\s?月(?!\s?\d+\s?[日号])",
    r"(?P<y>(?:19|20)\d\d)-(?P<m>1[0-2]|0[1-9])(?![-\d])",
    r"(?<![\d个])(?P<m>1[0-2]|0?[1-9])\s?月\s?(?P<d>3[01]|[12]\d|0?[1-9])\s?[日号]",
    r"(?<![\d./-])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/])",
    r"(?<![\d./-])(?P<m>1[0-2]|0[1-9])-(?P<d>3[01]|[12]\d|0[1-9])(?![\d-])(?!\s*[%％])",
    _MONTH.format("b")
    + r"\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y>(?:19|20)\d\d))?",
    r"(?<!\d)(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s+(?:of\s+)?" + _MONTH.format("b") + r"(?![a-z])"
    r"(?:,?\s+(?P<y>(?:19|20)\d\d))?",
    _MONTH.format("b") + r",?\s+(?P<y>(?:19|20)\d\d)",
    r"(?P<y>(?:19|20)\d\d)\s?年(?!\s?\d)",
    r"(?<![\d个])(?P<m>1[0-2]|0?[1-9])\s?月(?!\s?\d+\s?[日号])",
    r"(?<!\d)(?P<d>3[01]|[12]\d|0?[1-9])\s?号(?![楼线位])",
)
_DATES = tuple(re.compile(form) for form in _DATE_FORMS)
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3])[:：]([0-5]\d)(?::[0-5]\d)?(?![\d:])")
_SCALE = r"万亿|千万|百万|[万亿千]|(?:[kKmMbB]|[bB]n|[mM]n)(?![A-Za-z])|thousand|million|billion"
_NUMBER = re.compile(
    r"(?P<cur>US\$|[¥￥$€]|(?:RMB|CNY|USD|EUR|人民币)\s?)?\s?"
    r"(?<![A-Za-z\d.\-_第])(?P<num>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d])"
    rf"\s?(?P<scale>{_SCALE})?\s?"
    r"(?P<unit>%|％|个百分点|percent|per cent|bp\b|基点|折|成(?![为交单本功])|元|块|美元|欧元|RMB|CNY|USD|EUR|yuan|dollars|"
    r"个月|星期|小时|分钟|[天日周月年人位台套件次家倍]|"
    r"(?:days?|weeks?|months?|years?|hours?|minutes|people|units|times)\b)?",
)
_HAN = re.compile(
    r"百分之(?P<pct>[零一二三四五六七八九十百两〇点]+)|"
    r"(?<!第)(?P<num>[一二三四五六七八九两十][零一二三四五六七八九十百千万亿两〇]*(?:点[零一二三四五六七八九]+)?)"
    r"(?P<unit>个百分点|折|成(?![为交单本功])|元|块钱|个月|星期|小时|分钟|[天周月年人位台套件次家倍号])?"
)
_RANGE = re.compile(
    rf"(\d+(?:\.\d+)?)\s?(?:[-–—~～至到]|to)\s?(?=\d+(?:\.\d+)?\s?(%|％|折|{_SCALE}))", re.IGNORECASE
)


@dataclass(frozen=True)
class Figure:
    """One stated figure. `kind`: number, percent, date, time. `unit` is a currency or unit group, "" unknown.

    A date is (year, month, day) with 0 for what is not said; a percent is in per cent.
    """

    kind: str
    value: Decimal | tuple[int, ...]
    unit: str = ""

    def supported_by(self, other: Figure) -> bool:
        """True when `other`, from evidence, states at least as much as this one and nothing else."""
        if self.kind == "date" and other.kind == "date":
            mine, theirs = self.value, other.value
            assert isinstance(mine, tuple)
            assert isinstance(theirs, tuple)
            year = mine[0] in (0, theirs[0]) or (theirs[0] == 0 and mine[1] > 0)
            return year and mine[1] in (0, theirs[1]) and mine[2] in (0, theirs[2])
        if self.kind != other.kind or self.value != other.value:
            return False
        return not self.unit or not other.unit or self.unit == other.unit


@lru_cache(maxsize=4096)
def figures(text: str) -> frozenset[Figure]:
    """Every figure a text states."""
    found: set[Figure] = set()
    rest = _take_dates(_spread_units(text), found)
    for match in _TIME.finditer(rest):
        found.add(Figure("time", (int(match[1]), int(match[2]))))
    rest = _TIME.sub(" ", rest)
    found.update(
        _figure(m["num"].replace(",", ""), m["scale"], m["unit"], m["cur"]) for m in _NUMBER.finditer(rest)
    )
    found.update(filter(None, map(_from_han, _HAN.finditer(rest))))
    return frozenset(found)


def _spread_units(text: str) -> str:
    """ "10-15%" states two percents: give the first number of a range the unit of the second."""
    return _RANGE.sub(r"\1\2 ~ ", text)


def _take_dates(text: str, found: set[Figure]) -> str:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = MONTHS.index(parts["b"].lower()) + 1 if parts.get("b") else int(parts.get("m") or 0)
            found.add(Figure("date", (int(parts.get("y") or 0), month, int(parts.get("d") or 0))))
        text = pattern.sub(" ", text)
    return text


def _figure(number: str, scale: str | None, unit: str | None, currency: str | None) -> Figure:
    value = Decimal(number) * 10 ** SCALES.get((scale or "").lower(), 0)
    unit = (unit or "").lower()
    if unit in ("%", "％", "个百分点", "percent", "per cent"):
        return Figure("percent", value.normalize())
    if unit in ("bp", "基点"):
        return Figure("percent", (value / 100).normalize())
    if unit == "折":
        return Figure("percent", (100 - value * (10 if value < 10 else 1)).normalize())
    if unit == "成":
        return Figure("percent", (value * 10).normalize())
    money = CURRENCIES.get((currency or "").strip().lower()) or CURRENCIES.get(unit)
    return Figure("number", value.normalize(), money or UNITS.get(unit, ""))


def _from_han(match: re.Match[str]) -> Figure | None:
    if match["pct"]:
        return Figure("percent", _han_value(match["pct"]).normalize())
    number, unit = match["num"], match["unit"]
    if unit is None and not (len(number) > 1 and re.search("[十百千万亿]", number)):
        return None
    if number == "一" and unit not in ("折", "成"):
        return None
    if unit == "号":
        return Figure("date", (0, 0, int(_han_value(number)))) if _han_value(number) <= 31 else None
    if unit == "月" and _han_value(number) <= 12:
        return Figure("date", (0, int(_han_value(number)), 0))
    if unit == "折" and len(number) == 2:
        return Figure("percent", Decimal(100 - DIGITS[number[0]] * 10 - DIGITS.get(number[1], 0)).normalize())
    return _figure(str(_han_value(number)), None, unit if unit != "块钱" else "块", None)


def _han_value(text: str) -> Decimal:
    """The value of a Chinese numeral: 一百二十八万 -> 1280000, 十二点五 -> 12.5, 二〇二六 -> 2026."""
    whole, _, fraction = text.partition("点")
    plain = not re.search("[十百千万亿]", whole)
    total = int("".join(str(DIGITS[c]) for c in whole) or "0") if plain else _han_whole(whole)
    return Decimal(f"{total}.{''.join(str(DIGITS[c]) for c in fraction) or '0'}").normalize()


def _han_whole(text: str) -> int:
    total = section = digit = 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in TENS:
            section += (digit or 1) * TENS[char]
            digit = 0
        else:
            total = (total + section + digit) * 10 ** SCALES[char]
            section = digit = 0
    return total + section + digit
