"""Whether somebody wrote a value themselves: keyed comparison with their own lines, in any usual spelling. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .discounts import says_discount
from .figures import figures
from .offline.dates import ZONE, clock_time, moment

ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+\-\u00c0-\u2fff])"  # never the end of a longer word, nor of one with look-alike letters
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9\u4e00-\u9fff.-]+\.[A-Za-z\u4e00-\u9fff]{2,}"
)
_TOKEN = re.compile(r"[a-z0-9](?:[a-z0-9.@%_+'-]*[a-z0-9%])?|[^\W_]")
_STOCK = re.compile(r"会议时间|时间|日期|\b(?:meeting|date|time|on|at)\b|[\s:：,，.。]", re.I)
_NUMBER = re.compile(r"[¥$€]?\s?[\d,]+(?:\.\d+)?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d|Z)?)?")


def wrote(lines: Iterable[str], name: str, value: Any, now: datetime) -> bool:
    """Whether the value stands in one of the lines. `name` says what it is: `..._pct` and `..._bp` are shares,
    `..._fen` is money; a list or a mapping was written when all that is in it was."""
    lines = list(lines)
    if isinstance(value, Mapping):
        return all(wrote(lines, str(key), one, now) for key, one in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return all(wrote(lines, name, one, now) for one in value)
    if value is None or isinstance(value, bool) or value == "":
        return True
    return any(_in_line(line, name, value, now) for line in lines)


def _in_line(line: str, name: str, value: Any, now: datetime) -> bool:
    if isinstance(value, int | float | Decimal):
        return _figure(line, name, Decimal(str(value)))
    if isinstance(value, date):
        return _day(line, value, now)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if ADDRESS.fullmatch(text):
        return text.casefold() in addresses(line)
    if _words(line, text) or _dated(line, text, now):
        return True
    return bool(_NUMBER.fullmatch(text)) and {f.value for f in figures(text)} <= {
        f.value for f in figures(line)
    }


def addresses(line: str) -> frozenset[str]:
    """Every mail address of a line, in one spelling."""
    plain = unicodedata.normalize("NFKC", line)
    return frozenset(found.casefold().rstrip(".") for found in ADDRESS.findall(plain))


def _figure(line: str, name: str, value: Decimal) -> bool:
    if name.endswith("_pct"):
        return says_discount(line, float(value))
    if name.endswith("_bp"):
        return says_discount(line, float(value / 100))
    wanted = value / 100 if name.endswith("_fen") else value
    return any(
        figure.kind in ("number", "percent") and figure.value == wanted.normalize()
        for figure in figures(line)
    )


def _day(line: str, value: date, now: datetime) -> bool:
    """A day as it was said: 下周三, 12月1日, next Tuesday; with its hour where the value has one."""
    told = moment(line, now)
    if told is None:
        return False
    if not isinstance(value, datetime):
        return told.date() == value
    local = value.astimezone(ZONE) if value.tzinfo else value.replace(tzinfo=ZONE)
    hour = clock_time(line)
    midnight = local.hour == local.minute == 0
    same_time = midnight if hour is None else (local.hour, local.minute) == (hour.hour, hour.minute)
    return told.date() == local.date() and same_time


def _words(line: str, text: str) -> bool:
    """The words in this order, whole: case, width, spaces and punctuation do not matter."""
    wanted = tokens(text)
    return bool(wanted) and f"\0{wanted}\0" in f"\0{tokens(line)}\0"


def tokens(text: str) -> str:
    """Latin words whole and Chinese letters one by one, in one spelling, with NUL between them."""
    return "\0".join(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def _dated(line: str, text: str, now: datetime) -> bool:
    """A date written out that was said in words, with nothing else but what introduces a date."""
    found = _ISO.search(text)
    if found is None or _STOCK.sub("", text[: found.start()] + text[found.end() :]):
        return False
    try:
        at = datetime.fromisoformat(found.group())
    except ValueError:
        return False
    return _day(line, at.date() if len(found.group()) == 10 else at, now)
