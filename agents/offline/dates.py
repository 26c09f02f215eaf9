"""Days and periods in Chinese and English, resolved against `now` in Asia/Shanghai: 上个月, 月底前, next Tuesday."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from .date_rules import RULES
from .quantities import HAN, number

ZONE = ZoneInfo("Asia/Shanghai")
_N = rf"(\d+|[{HAN}]+)"
_HOUR = re.compile(
    rf"(凌晨|早上|上午|中午|下午|晚上|傍晚)?\s*{_N}\s*(?:点|[::](?=\d\d))\s*(半|\d\d?|一刻|三刻)?\s*(am|pm)?"
)
CLOCK = re.compile(
    rf"(?:凌晨|早上|上午|中午|下午|晚上|傍晚)?\s*(?:\d{{1,2}}|[{HAN}]{{1,3}})\s*(?:点(?:半|钟|一刻|三刻|\d\d?分?)?|[::]\d\d\s*(?:am|pm)?)"
    r"|\b(?:at\s+)?\d{1,2}(?::\d\d)?\s*(?:am|pm|o'clock)\b|\bat\s+\d{1,2}(?::\d\d)?\b",
    re.IGNORECASE,
)
"""How an hour is written, for taking it out of a text."""


@dataclass(frozen=True)
class Period:
    """From `since` to `until`, both whole days included; None is open. text[start:end] is where it was said."""

    since: date | None
    until: date | None
    start: int
    end: int


def period(text: str, now: datetime) -> Period | None:
    """The first period a text speaks of, the longest where several start alike; None without one."""
    today = now.astimezone(ZONE).date()
    plain = text.lower()
    best: tuple[re.Match[str], tuple[date, date]] | None = None
    for pattern, resolve in RULES:
        match = pattern.search(plain)
        if match is None or (best and (match.start(), -match.end()) >= (best[0].start(), -best[0].end())):
            continue
        span = resolve(match, today)
        if span is not None:
            best = (match, span)
    if best is None:
        return None
    match, (since, until) = best
    return _bounded(plain, match, since, until, today)


def _bounded(plain: str, match: re.Match[str], since: date, until: date, today: date) -> Period:
    """月底前 and "before Friday" have no beginning, 以来 and "since March" no end but today."""
    before = re.compile(r"(?:之前|以前|前|为止)").match(plain, match.end())
    after = re.compile(r"(?:以来|之后|以后|开始)").match(plain, match.end())
    lead = re.search(r"\b(before|by|until|since|after|from)\s+(?:the\s+)?$", plain[: match.start()])
    start, end = lead.start() if lead else match.start(), (before or after or match).end()
    if before or (lead and lead[1] in ("before", "by", "until")):
        last = until if since != until else since
        return Period(None, last, start, end)
    if after or (lead and lead[1] in ("since", "after", "from")):
        if since > today and ("以来" in plain[match.end() : end] or (lead and lead[1] == "since")):
            since = since.replace(year=since.year - 1, day=1)
        return Period(since, None if since > today else today, start, end)
    return Period(since, until, start, end)


def moment(text: str, now: datetime) -> datetime | None:
    """One day, with its hour when said: 下周三下午三点 -> that Wednesday 15:00; None when it is no single day."""
    found = period(text, now)
    if found is None or found.since is None or found.since != found.until:
        return None
    return datetime.combine(found.since, clock_time(text) or time(), ZONE)


def clock_time(text: str) -> time | None:
    """下午三点半 -> 15:30, at 3pm -> 15:00, 14:00 -> 14:00; one to six without more is an afternoon's hour."""
    plain = text.lower()
    match = _HOUR.search(plain)
    if match:
        minute = match[3] or "0"
        minutes = {"半": 30, "一刻": 15, "三刻": 45}.get(minute) or (int(minute) if minute.isdigit() else 0)
        return _time(_day_hour(match[2], match[1] or match[4] or ""), minutes)
    match = re.search(r"\b(\d{1,2})(?::(\d\d))?\s*(am|pm|o'clock)\b", plain)
    if match:
        return _time(_day_hour(match[1], match[3]), int(match[2] or 0))
    match = re.search(r"\bat (\d{1,2})\b(?!\s*(?:%|percent|yuan|days?|k\b|w\b))", plain)
    return _time(_day_hour(match[1], ""), 0) if match else None


def _day_hour(said: str, marker: str) -> int:
    """The hour of the day: 下午三点 15, 3pm 15; an unmarked 三点 is 15 as well, 03 and nine are what they say."""
    hour = int(number(said) or 0)
    if marker in ("下午", "晚上", "傍晚", "pm") or (marker == "中午" and hour < 3):
        return hour + 12 if hour < 12 else hour
    if marker == "am":
        return hour % 12
    return hour + 12 if 1 <= hour <= 6 and marker in ("", "o'clock") and said[0] != "0" else hour


def _time(hour: int, minutes: int) -> time | None:
    return time(hour, minutes) if hour < 24 and minutes < 60 else None


def hide_dates(text: str, now: datetime) -> str:
    """The text with its period replaced by {date}."""
    found = period(text, now)
    return text if found is None else text[: found.start] + " {date} " + text[found.end :]
