"""The rules that turn a phrase like 上个月 or next Tuesday into two days, each a pattern and what it means."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from knowledge.name_forms import words_of

from .quantities import EN_NUMBERS, HAN, number

Span = tuple[date, date]
_MONTHS = words_of("january february march april may june july august september october november december")
_DAYS = words_of("monday tuesday wednesday thursday friday saturday sunday")
_N = rf"(\d+|[{HAN}]+)"
_EN_N = r"(\d+|" + "|".join(EN_NUMBERS) + r"|a few|couple of|a couple of)"
_WEEK = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2, "": 0}
_MONTH_NAMES = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)


def month_of(year: int, month: int) -> Span:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def quarter_of(year: int, quarter: int) -> Span:
    first = (quarter - 1) * 3 + 1
    return month_of(year, first)[0], month_of(year, first + 2)[1]


def _week(today: date, offset: int) -> Span:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
    return monday, monday + timedelta(days=6)


def _day(day: date) -> Span:
    return day, day


def _safe(year: int, month: int, day: int) -> Span | None:
    try:
        return _day(date(year, month, day))
    except ValueError:
        return None


def _month_off(today: date, offset: int) -> tuple[int, int]:
    """Year and month so many months from today's."""
    month = today.year * 12 + today.month - 1 + offset
    return month // 12, month % 12 + 1


def _next_day(day: int, today: date) -> Span | None:
    """A day of the month alone is the next one of that number, today included."""
    if not 1 <= day <= 31:
        return None
    found = (_safe(*_month_off(today, ahead), day) for ahead in range(3))
    return next((span for span in found if span is not None and span[0] >= today), None)


def _int(text: str) -> int:
    plain = text.strip()
    if plain in ("a few", "几"):
        return 3
    if plain.endswith("couple of"):
        return 2
    return int(number(plain) or 0)


def _relative_unit(unit: str, offset: int, today: date) -> Span:
    if unit in ("week", "周", "星期", "礼拜"):
        return _week(today, offset)
    if unit in ("month", "月"):
        return month_of(today.year, today.month + offset)
    if unit in ("quarter", "季度", "季"):
        index = today.year * 4 + (today.month - 1) // 3 + offset
        return quarter_of(index // 4, index % 4 + 1)
    return date(today.year + offset, 1, 1), date(today.year + offset, 12, 31)


def _named_month(name: str, year: str | None, today: date) -> Span:
    month = next(i for i, full in enumerate(_MONTHS, 1) if full.startswith(name))
    return month_of(int(year), month) if year else _nearest_month(month, today)


def _nearest_month(month: int, today: date) -> Span:
    """A month without a year is the nearest: October said in November was last month, March comes."""
    years = (today.year - 1, today.year, today.year + 1)
    return min((month_of(y, month) for y in years), key=lambda m: abs((m[0] - today.replace(day=1)).days))


def _ago(match: re.Match[str], today: date) -> Span:
    """最近三天, past two weeks: up to today."""
    return today - timedelta(days=_int(match[1]) * _length(match[2])), today


def _ahead(match: re.Match[str], today: date) -> Span:
    """3天内, within two weeks: from today."""
    return today, today + timedelta(days=_int(match[1]) * _length(match[2]))


def _length(unit: str) -> int:
    if unit.startswith(("week", "周", "星期", "个星期", "礼拜", "个礼拜")):
        return 7
    return 30 if unit.startswith(("month", "个月", "月")) else 365 if unit.startswith(("year", "年")) else 1


def _end_of(unit: str, today: date) -> Span:
    return today, _relative_unit(unit, 0, today)[1]


def _weekday_en(match: re.Match[str], today: date) -> Span:
    wanted = next(i for i, name in enumerate(_DAYS) if name.startswith(match[2][:3]))
    lead = (match[1] or "").strip()
    if lead in ("next", "last"):
        return _day(_week(today, 1 if lead == "next" else -1)[0] + timedelta(days=wanted))
    return _day(today + timedelta(days=(wanted - today.weekday()) % 7))


def _weekday_zh(match: re.Match[str], today: date) -> Span:
    wanted = "一二三四五六日天".index(match[3]) if match[3] in "一二三四五六日天" else int(match[3]) - 1
    return _day(_week(today, _WEEK[match[1] or ""])[0] + timedelta(days=min(wanted, 6)))


def _year(text: str | None, today: date) -> int:
    return {"去年": today.year - 1, "今年": today.year, "明年": today.year + 1}.get(text or "") or int(
        text or today.year
    )


_ZH_DAY = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_EN_UNIT = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1}

RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span | None]], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (
            r"(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})[日号]?",
            lambda m, _: _safe(int(m[1]), int(m[2]), int(m[3])),
        ),
        (
            rf"(?:(去年|今年|明年)\s*)?{_N}\s*月\s*{_N}\s*[日号]",
            lambda m, t: _safe(_year(m[1], t), _int(m[2]), _int(m[3])),
        ),
        (
            rf"(上|这|本|下)(?:一)?个?月\s*{_N}\s*[日号]",
            lambda m, t: _safe(*_month_off(t, _WEEK[m[1]]), _int(m[2])),
        ),
        (
            r"(20\d\d|去年|今年|明年)\s*年?\s*(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月份?(?!内)",
            lambda m, t: month_of(_year(m[1], t), _int(m[2])) if 1 <= _int(m[2]) <= 12 else None,
        ),
        (
            r"(?<![个\d零一二三四五六七八九十])(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月份?(?![\d零一二三四五六七八九十内])",
            lambda m, t: _nearest_month(_int(m[1]), t) if 1 <= _int(m[1]) <= 12 else None,
        ),
        (
            rf"(?<![月第编\d{HAN}])(?<!月 ){_N}\s*号(?!楼|线|机|院|门|馆|会议|店|文件|条|合同)",
            lambda m, t: _next_day(_int(m[1]), t),
        ),
        (
            r"\b(?:(?<=on )|(?<=for )|(?<=by )|(?<=to )|(?<=until )|(?<=before )|(?<=after )|(?<=from ))the (\d{1,2})(?:st|nd|rd|th)\b",
            lambda m, t: _next_day(int(m[1]), t),
        ),
        (
            r"大前天|前天|昨[天日]|今[天日]|明[天日]|大后天|后天",
            lambda m, t: _day(t + timedelta(days=_ZH_DAY[m[0]])),
        ),
        (
            r"(上上|下下|上|这|本|下)?(?:个)?(周|星期|礼拜)([一二三四五六日天1-6])(?![个天周年月])",
            _weekday_zh,
        ),
        (
            r"(上上|下下|上|这|本|下)(?:一)?个?(周|星期|礼拜|月|季度|季)(?![一二三四五六日天底末])",
            lambda m, t: _relative_unit(m[2], _WEEK[m[1]], t),
        ),
        (
            r"(去年|今年|明年|本年度?)(?!\s*\d)",
            lambda m, t: _relative_unit("year", {"去": -1, "明": 1}.get(m[1][0], 0), t),
        ),
        (
            r"(?:(去年|今年|明年)\s*)?(?:第?([一二三四1-4])季度|q([1-4]))",
            lambda m, t: quarter_of(_year(m[1], t), _int(m[2] or m[3])),
        ),
        (r"(?:这个|本)?(月|季度|年|周)[底末]", lambda m, t: _end_of(m[1], t)),
        (rf"(?:最近|过去|近)\s*{_N}\s*(天|周|个星期|个月|年)", _ago),
        (rf"{_N}\s*(天|周|个星期|个月)(?:之?内|以内)", _ahead),
        (rf"{_N}\s*(天|周|个星期|个月)(?:之|以)?后", lambda m, t: _day(_ahead(m, t)[1])),
        (rf"{_N}\s*(天|周|个星期|个月)(?:之|以)?前", lambda m, t: _day(_ago(m, t)[0])),
        (
            r"\b(day before yesterday|yesterday|today|day after tomorrow|tomorrow)\b",
            lambda m, t: _day(
                t
                + timedelta(
                    days={"yesterday": -1, "today": 0, "tomorrow": 1, "day before yesterday": -2}.get(m[1], 2)
                )
            ),
        ),
        (
            rf"\b(?:(last|next|this|on)\s+)?({'|'.join(_DAYS)}|mon|tues?|wed|thu(?:rs)?|fri|sat|sun)\b",
            _weekday_en,
        ),
        (
            r"\b(last|previous|past|this|current|next|coming)\s+(week|month|quarter|year)\b",
            lambda m, t: _relative_unit(m[2], _EN_UNIT[m[1]], t),
        ),
        (r"\bend of (?:the |this )?(week|month|quarter|year)\b", lambda m, t: _end_of(m[1], t)),
        (rf"\b(?:last|past|recent)\s+{_EN_N}\s+(days?|weeks?|months?|years?)\b", _ago),
        (rf"\b(?:within|next|in the next)\s+{_EN_N}\s+(days?|weeks?|months?)\b", _ahead),
        (rf"\bin\s+{_EN_N}\s+(days?|weeks?|months?)\b", lambda m, t: _day(_ahead(m, t)[1])),
        (rf"\b{_EN_N}\s+(days?|weeks?|months?) ago\b", lambda m, t: _day(_ago(m, t)[0])),
        (
            rf"\b(?:in |during |of )?({_MONTH_NAMES})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b",
            lambda m, t: _safe(
                _named_month(m[1], None, t)[0].year, _named_month(m[1], None, t)[0].month, int(m[2])
            ),
        ),
        (
            rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH_NAMES})\b",
            lambda m, t: _safe(
                _named_month(m[2], None, t)[0].year, _named_month(m[2], None, t)[0].month, int(m[1])
            ),
        ),
        (
            rf"\b(?:(?:in|during|of|for|last|this)\s+"
            rf"|(?<=by )|(?<=since )|(?<=before )|(?<=until )|(?<=after )|(?<=from ))"
            rf"({'|'.join(_MONTHS)}"
            rf"|{'|'.join(n[:3] for n in _MONTHS)})\b(?!\s+i\b)(?:\s+(20\d\d))?",
            lambda m, t: _named_month(m[1], m[2], t),
        ),
    )
)
