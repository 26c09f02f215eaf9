"""One cell becomes one value: text, whole numbers, money in fen, moments with a zone, lists, yes and no."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from .errors import one_line
from .mapping import ColumnRule

MAX_WHOLE = 2**63 - 1
"""What a BIGINT column holds."""

_UNITS = {"万": Decimal(10_000), "亿": Decimal(100_000_000), "w": Decimal(10_000), "k": Decimal(1000)}
_MONEY = re.compile(
    r"(?:RMB|CNY|USD|US\$|[¥￥$€£])?\s*(-?[\d,]*\.?\d+(?:e[+-]?\d+)?)\s*([万亿wk])?\s*元?", re.IGNORECASE
)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_CLOCK = re.compile(
    r"[T\s]*(\d{1,2})[:：](\d{2})(?:[:：](\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
_TRUE = frozenset({"1", "true", "yes", "y", "t", "是", "有", "对", "√", "on"})
_FALSE = frozenset({"0", "false", "no", "n", "f", "否", "无", "没有", "×", "off"})


class CellError(ValueError):
    """A cell that is not what its column wants; the sentence is the reason in the rejected-rows report."""


def is_blank(cell: Any) -> bool:
    """Nothing there: None, only spaces, or a spreadsheet's NaN."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_text(cell: Any) -> str:
    """The cell as text, trimmed; a whole float from a spreadsheet loses its `.0`."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell).strip().replace("\x00", "")


def as_int(cell: Any) -> int:
    """A whole number; `1,200`, full-width digits and `588.0` are fine, 1.5 and NaN are not."""
    number = _decimal(_plain(cell).replace(",", ""))
    if number != number.to_integral_value():
        raise CellError(f"“{one_line(cell)}”不是整数 (not a whole number)")
    return _bounded(int(number), cell)


def as_money(cell: Any, unit: int = 1) -> int:
    """Yuan (or another unit of 100 parts) -> fen, exactly, by Decimal; half a fen is rounded up. Never negative. A number
    without a unit of its own counts in `unit`s."""
    found = _MONEY.fullmatch(_plain(cell).strip())
    if found is None:
        raise CellError(f"“{one_line(cell)}”不是金额，例如 1280000.00 (not an amount of money)")
    yuan = _decimal(found[1].replace(",", "")) * _UNITS.get((found[2] or "").lower(), Decimal(unit))
    if yuan < 0:
        raise CellError(f"金额“{one_line(cell)}”是负数 (the amount is negative)")
    if yuan > MAX_WHOLE // 100:
        raise CellError(f"金额“{one_line(cell)}”太大 (the amount is too large)")
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def as_basis_points(cell: Any) -> int:
    """Percent -> basis points: `8`, `8%` and `8.5 %` are 800, 800 and 850. 0 to 100 %."""
    number = _decimal(_plain(cell).replace("%", "").strip())
    if not 0 <= number <= 100:
        raise CellError(f"“{one_line(cell)}”不在 0 到 100 % 之间 (not between 0 and 100 %)")
    return int((number * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def as_moment(cell: Any, zone: str, form: str | None = None) -> datetime:
    """A moment in UTC. Without a zone in the cell it is taken in `zone`; a bare day means its first minute there."""
    if isinstance(cell, datetime):
        return _utc(cell, zone)
    if isinstance(cell, date):
        return _utc(datetime.combine(cell, time()), zone)
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    try:
        if form is not None:
            return _utc(datetime.strptime(text, form), zone)
        return _utc(_read_moment(text), zone)
    except (ValueError, OverflowError):
        hint = form or "2026-11-20、2026/11/20 14:30、2026年11月20日"
        raise CellError(f"“{one_line(cell)}”不是日期，要写成 {hint} (not a date)") from None


def as_bool(cell: Any) -> bool:
    """Yes or no, as people write it in Chinese and English."""
    text = as_text(cell).lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise CellError(f"“{one_line(cell)}”不是“是/否” (not yes or no)")


def as_list(cell: Any, sep: str) -> list[str]:
    """The non-empty parts between separators, each once, in order."""
    return list(dict.fromkeys(part.strip() for part in as_text(cell).split(sep) if part.strip()))


def as_json(cell: Any) -> Any:
    """What the JSON in the cell says."""
    if isinstance(cell, dict | list):
        return cell
    try:
        return json.loads(as_text(cell), parse_constant=_no_constant)
    except ValueError as error:
        raise CellError(f"“{one_line(cell)}”不是 JSON (not JSON)：{error}") from None


def read_cell(cell: Any, kind: str, rule: ColumnRule, zone: str) -> Any:
    """A cell that is not blank, read as `kind`. Raises CellError with the reason."""
    if kind == "date":
        return as_moment(cell, rule.timezone or zone, rule.format)
    if kind == "list":
        return [str(item) for item in cell] if isinstance(cell, list) else as_list(cell, rule.sep)
    if kind == "money":
        return as_money(cell, rule.unit)
    if kind == "map":
        return _mapped(as_text(cell), rule)
    return _READERS[kind](cell)


def _mapped(text: str, rule: ColumnRule) -> Any:
    if text in rule.values:
        return rule.values[text]
    if rule.default is not None:
        return rule.default
    raise CellError(
        f"“{one_line(text)}”不在映射的 values 里；有 (not among the values): {', '.join(rule.values)}"
    )


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CellError(f"“{one_line(text)}”不是数字 (not a number)") from None
    if not number.is_finite():
        raise CellError(f"“{one_line(text)}”不是有限的数字 (not a finite number)")
    if number.adjusted() > 30:
        raise CellError(f"“{one_line(text)}”太大 (too large)")
    return number


def _plain(cell: Any) -> str:
    if isinstance(cell, bool):
        raise CellError(f"“{cell}”不是数字 (not a number)")
    return unicodedata.normalize("NFKC", repr(cell) if isinstance(cell, float) else str(cell)).strip()


def _bounded(number: int, cell: Any) -> int:
    if abs(number) > 2**31 - 1:
        raise CellError(f"“{one_line(cell)}”太大 (too large)")
    return number


def _read_moment(text: str) -> datetime:
    day = _DAY.match(text)
    if day is None:
        return datetime.fromisoformat(text)
    at = datetime(int(day[1]), int(day[2]), int(day[3]))
    rest = text[day.end() :].strip()
    if not rest:
        return at
    clock = _CLOCK.fullmatch(rest)
    if clock is None:
        raise ValueError(rest)
    zone = (clock[4] or "").upper().replace("Z", "+00:00")
    tail = f"{int(clock[1]):02d}:{clock[2]}:{clock[3] or '00'}{zone}"
    return datetime.fromisoformat(f"{at:%Y-%m-%d}T{tail}")


def _utc(moment: datetime, zone: str) -> datetime:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone_of(zone))
    return aware.astimezone(UTC)


@lru_cache(maxsize=32)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name; each is read once."""
    return ZoneInfo(name)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_READERS: dict[str, Callable[[Any], Any]] = {
    "text": as_text,
    "int": as_int,
    "percent_bp": as_basis_points,
    "bool": as_bool,
    "json": as_json,
}
