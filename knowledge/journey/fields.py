"""The fields of a raw event, typed: texts, moments, seconds, money. Each raises a Fault that says what it wants."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .faults import rejected

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
MOST_FEN = 10**15


def text(payload: Mapping[str, Any], name: str, longest: int) -> str:
    value = payload.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise rejected("type", f"{name} 应为文字", f"{name} should be a text")
    return str(value).strip().replace("\x00", "")[:longest]


def moment(value: Any, name: str) -> datetime:
    """ISO 8601 with a zone, or milliseconds since 1970. Raises Fault."""
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1000, UTC)
        else:
            found = datetime.fromisoformat(str(value).strip())
        if found.tzinfo is None:
            raise ValueError("no zone")
        return found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise rejected(
            "moment",
            f"{name} 要写成带时区的时间,如 2026-11-20T09:30:00+08:00",
            f"{name} wants a moment with its zone",
        ) from None


def old_enough(at: datetime) -> datetime:
    if at < OLDEST:
        raise rejected("moment", f"时间 {at:%Y-%m-%d} 太早", f"{at:%Y-%m-%d} is too long ago")
    return at


def flag(payload: Mapping[str, Any], name: str) -> bool | None:
    value = payload.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise rejected("type", f"{name} 应为 true/false", f"{name} should be true or false")


def seconds(value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        seconds = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 <= seconds <= 7 * 86400:
        raise rejected("visible_s", "visible_s 要写成秒数", "visible_s wants seconds")
    return seconds


def money(payload: Mapping[str, Any]) -> int | None:
    """Money in fen: `value_fen`, or `value` in yuan."""
    fen, value = payload.get("value_fen"), payload.get("value")
    if fen in (None, "") and value in (None, ""):
        return None
    try:
        number = Decimal(str(fen)) if fen not in (None, "") else Decimal(str(value)) * 100
        whole = int(number.to_integral_value()) if number.is_finite() else -1
    except (InvalidOperation, ValueError):
        whole = -1
    if isinstance(fen, bool) or isinstance(value, bool) or not 0 <= whole <= MOST_FEN:
        raise rejected("value", "value 要写成不小于 0 的金额", "value wants an amount of 0 or more")
    return whole


def currency(payload: Mapping[str, Any]) -> str:
    told = text(payload, "currency", 10).upper() or "CNY"
    if not (len(told) == 3 and told.isascii() and told.isalpha()):
        raise rejected(
            "currency", "currency 要写成三个字母,如 CNY", "currency wants three letters such as CNY"
        )
    return told


def props(payload: Mapping[str, Any]) -> dict[str, Any]:
    given = payload.get("props")
    if given is None or given == "":
        return {}
    if not isinstance(given, Mapping) or len(given) > 50:
        raise rejected("props", "props 应为键值,最多 50 个", "props should be at most 50 keys and values")
    return {str(name): value for name, value in given.items()}
