"""One cell of a table as a number, a day or a word; what stands for "nothing" in the exports we have met."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

Kind = Literal["number", "category", "date"]

NOTHING = frozenset(
    {
        "",
        "na",
        "n/a",
        "nan",
        "null",
        "none",
        "nil",
        "-",
        "--",
        "?",
        "#n/a",
        "select",
        "请选择",
        "未填",
        "空",
        "无数据",
    }
)
"""Cells that say nothing, case ignored. "Select" is a form's untouched drop-down."""

_NUMBER = re.compile(
    r"[¥￥$€£]?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?)\s*(%|元)?", re.IGNORECASE
)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}.*)?")
_MOST = 0.95
"""Share of the filled cells that must read as a kind for the column to be of that kind."""


def is_nothing(cell: str) -> bool:
    """Whether a cell says nothing."""
    return cell.strip().casefold() in NOTHING


def number_of(cell: str) -> float | None:
    """The number a cell holds: 1,234.5 · ¥80 · 12% (as 12) · 1e3; None for anything else, infinities too."""
    text = cell.strip()
    try:
        value = float(text)
    except ValueError:
        found = _NUMBER.fullmatch(text)
        try:
            value = float(found[1].replace(",", "")) if found else math.nan
        except ValueError:
            return None
    return value if math.isfinite(value) else None


_MARKS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "rmb": "CNY", "cny": "CNY", "人民币": "CNY", "$": "USD", "usd": "USD",
          "美元": "USD", "€": "EUR", "eur": "EUR", "欧元": "EUR", "£": "GBP", "gbp": "GBP", "hkd": "HKD", "jpy": "JPY"}  # fmt: skip
_MONEY = re.compile(
    r"(¥|￥|\$|€|£|rmb|cny|usd|eur|gbp|hkd|jpy)?\s*[+-]?[\d,]+(?:\.\d+)?\s*(元|美元|欧元|人民币|rmb|cny|usd|eur|gbp|hkd|jpy|€)?",
    re.IGNORECASE,
)


def currency_of(cell: str) -> str:
    """The currency that a sum names (¥80, 80 USD, 80元), "" when it names none or is no sum."""
    found = _MONEY.fullmatch(cell.strip())
    mark = (found[1] or found[2]) if found else None
    return _MARKS.get(mark.casefold(), "") if mark else ""


def day_of(cell: str) -> int | None:
    """The day a cell holds as a proleptic ordinal (2026-11-25, 2026/11/25 10:00, 2026年11月25日); None for others."""
    found = _DAY.fullmatch(cell.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).toordinal()
    except ValueError:
        return None


def kind_of(cells: Iterable[str]) -> Kind | None:
    """What a column holds, judged by its filled cells; None when every cell says nothing.

    Whole numbers of at most two values (0/1) stay numbers: a model cuts them once either way.
    """
    filled = [cell for cell in cells if not is_nothing(cell)]
    if not filled:
        return None
    if sum(number_of(cell) is not None for cell in filled) >= _MOST * len(filled):
        return "number"
    if sum(day_of(cell) is not None for cell in filled) >= _MOST * len(filled):
        return "date"
    return "category"


def read(cells: Sequence[str], kind: Kind) -> list[float | str | None]:
    """The cells as values of a kind; None where a cell says nothing or is not of the kind."""
    if kind == "category":
        return [None if is_nothing(cell) else cell.strip() for cell in cells]
    one = number_of if kind == "number" else day_of
    return [None if is_nothing(cell) else one(cell) for cell in cells]
