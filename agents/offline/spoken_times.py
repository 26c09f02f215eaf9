"""What a clause names for a meeting: its day or days, its hour, how long, and on whose clock."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from knowledge import zones
from knowledge.insight.minutes.clauses import Named

from .dates import ZONE, Period, period
from .quantities import number
from .spoken_hours import HOUR, hours_in, one_hour

Days = tuple[date | None, date | None, int | None]
"""The first and the last day, or a weekday without a week (-1: several)."""

_MOVED = re.compile(
    r".*(?:改|换|挪|推迟?|提前|调|延)(?:到|成|至|为)|.*\b(?:move|push|shift|change|reschedule)\w*\b.*?\bto\b|.*不是.{0,8}?(?:而?是)",
    re.IGNORECASE | re.DOTALL,
)
_LONG = re.compile(
    rf"(?P<half>半个?(?:小时|钟头))|(?P<hh>一个?半小时)|(?P<h>{HOUR})个?(?:小时|钟头)|(?P<m>{HOUR}|[二三四五]十)分钟"
    rf"|\b(?P<ehalf>half an hour)|\b(?P<eh>an|one|two|three|\d)[ -]hours?\b|\b(?P<em>\d\d|fifteen|twenty|thirty)[ -]min(?:ute)?s?\b",
    re.IGNORECASE,
)
_NOT_LONG = re.compile(r"\s*(?:之?后|以后|之?前|以前|以?内|later|from now|ago|before|after)", re.IGNORECASE)
_LONE = re.compile(
    r"(?:(?:周|星期|礼拜)(?P<zh>[一二三四五六日天1-6])|(?:on\s+)?(?P<en>mon|tue|wed|thu|fri|sat|sun)[a-z]*)\s*",
    re.I,
)
_ROUGHLY = re.compile(r"(?P<week>周|星期|礼拜|weeks?)|(?P<month>月|months?)", re.IGNORECASE)
_NTH = re.compile(r"\b((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*),? (the \d{1,2}(?:st|nd|rd|th)\b)")
_NO_DAY = re.compile(r"(?<!next )(?<!this )(?<!on )\b(?:mon|sat|sun|wed)\b")  # c'mon, "we sat down"
_OR_SO = re.compile(r"\s+or (?:two|three|four|so)\b|[前左]后|左右")
_EITHER = re.compile(r"或|、|\bor\b|/")
_TONIGHT = (
    ("今晚", "今天晚上"),
    ("明晚", "明天晚上"),
    ("后晚", "后天晚上"),
    ("今早", "今天早上"),
    ("明早", "明天早上"),
)


def read(text: str, day: date) -> Named:
    """What a clause names, seen from `day`. An hour that is said roughly, or two of them, is `loose`."""
    plain = text.lower()
    for short, whole in _TONIGHT:
        plain = plain.replace(short, whole)
    plain = _NO_DAY.sub(" ", _NTH.sub(r"\1 on \2", plain))
    moved = _MOVED.match(plain)
    before = plain[: moved.end()] if moved else ""
    plain = plain[len(before) :]
    zone, words = zones.named(text)
    plain = plain.replace(words.lower(), " ") if words else plain
    minutes, plain = _length(plain)
    days, rest, last = _days(plain, day)
    timed, hours = rest, list(hours_in(rest, last))
    for one in hours:
        rest = rest[: one.start] + " " * (one.end - one.start) + rest[one.end :]
    hour, loose, until = one_hour(timed, hours)
    if until and hour and not minutes:
        minutes = (until.hour - hour.hour) * 60 + until.minute - hour.minute
    since, end, weekday = _same_week(days, before, day)
    return Named(
        since=since, until=end, weekday=weekday, hour=hour, loose=loose, rest=rest, zone=zone,
        assumed=bool(hours) and hours[0].assumed, minutes=minutes if 10 <= minutes <= 480 else 0,
    )  # fmt: skip


def _days(plain: str, day: date) -> tuple[Days, str, int]:
    """First and last day and the weekday without a week; the text without them; where the last of them ended."""
    found: list[Days] = []
    rest, last = plain, -1
    for _ in range(3):
        one = period(rest, datetime.combine(day, time(9), ZONE))
        if one is None:
            break
        words = rest[one.start : one.end]
        if one.since and one.since == one.until and _OR_SO.match(rest, one.end):  # in a day or two
            one = replace(one, until=one.since + timedelta(days=2))
        rest = rest[: one.start] + " " * len(words) + rest[one.end :]
        last = max(last, one.end)
        found.append(_spans(one, words, day))
    return _joined(found, bool(_EITHER.search(plain))), rest, last


def _same_week(days: Days, before: str, day: date) -> Days:
    """下周三的会改到周四: the week of what was moved."""
    first = _days(before, day)[0][0] if before else None
    if first is None or days[2] is None or days[2] < 0:
        return days
    moved = first + timedelta(days=days[2] - first.weekday())
    return moved, moved, None


def _spans(one: Period, words: str, day: date) -> Days:
    lone = _LONE.fullmatch(words.strip())
    if lone:
        wanted = lone["zh"] or lone["en"]
        names = "一二三四五六日" if lone["zh"] else ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        spot = (
            6
            if wanted == "天"
            else int(wanted) - 1
            if wanted.isdigit()
            else list(names).index(wanted.lower())
        )
        return None, None, spot
    since, until = one.since, one.until
    rough = _ROUGHLY.search(words) if re.search(r"后|\bin\b", words) else None
    if rough and since and since == until:  # 两周后 is no day of its own
        if rough["week"]:
            since = since - timedelta(days=since.weekday())
            until = since + timedelta(days=6)
        else:
            since, until = since - timedelta(days=7), since + timedelta(days=7)
    if since is None and until is not None:
        since = min(day, until)
    return since, until or since, None


def _joined(found: list[Days], either: bool) -> Days:
    """One day where all agree: 12月2号周三, Wednesday next week; else from the first to the last that could be meant."""
    spans = list(dict.fromkeys((one[0], one[1]) for one in found if one[0] and one[1]))
    lone = list(dict.fromkeys(one[2] for one in found if one[2] is not None))
    if not spans:
        return (None, None, lone[0]) if len(lone) == 1 else (None, None, -1) if lone else (None, None, None)
    since = min(one[0] for one in spans if one[0])
    until = max(one[1] for one in spans if one[1])
    if not lone:
        return since, until, None
    monday = since - timedelta(days=since.weekday())
    days = [monday + timedelta(days=one) for one in lone]
    fitting = [one for one in days if since <= one <= until]
    if len(days) == 1 and len(spans) == 1 and fitting and not (either and since != until):
        return fitting[0], fitting[0], None
    return min(since, *days), max(until, *days), None


def _length(plain: str) -> tuple[int, str]:
    """How long it shall take, 0 where nobody said; the text without it."""
    for found in _LONG.finditer(plain):
        if _NOT_LONG.match(plain, found.end()):
            continue
        if found["half"] or found["ehalf"]:
            minutes = 30
        elif found["hh"]:
            minutes = 90
        elif found["h"] or found["eh"]:
            minutes = 60 * int(number(found["h"] or found["eh"]) or 1)
        else:
            minutes = int(number(found["m"] or found["em"]) or 0)
        return minutes, plain[: found.start()] + " " * (found.end() - found.start()) + plain[found.end() :]
    return 0, plain
