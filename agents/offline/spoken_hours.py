"""The hour that people name for a meeting, read strictly: what could be two hours is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from knowledge.insight.minutes.clauses import bare

from .quantities import number

HOUR = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_E = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PART = r"凌晨|清晨|早上|早晨|上午|中午|下午|晚上|傍晚"
_AFTER_POINT = r"意见|建议|要求|问题|想法|内容|说明|东西|儿|钱|利|折|优惠|原因|理由|疑问|需求|体会|共识|百分"
_ZH = re.compile(
    rf"(?P<part>{_PART})?\s*(?<![\d一二三四五六七八九十百之差有快慢早晚多少大小宜第这几哪降让贵高低好长短])(?P<n>{HOUR})\s*"
    rf"(?:(?:点|时(?=整|\d\d分?))(?P<m>钟|半|整|一刻|三刻|(?:[二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九]|\d\d)分?|{HOUR}分)?"
    rf"(?![\d一二三四五六七八九])(?!{_AFTER_POINT})|[:：](?P<mm>\d\d)(?![\d:：])\s*(?P<ap>am\b|pm\b)?)"
)
_EN = re.compile(
    rf"\bhalf past (?P<half>{_E})\b(?:\s*(?P<hap>[ap]\.?m\b\.?))?|\bquarter (?P<q>past|to) (?P<qn>{_E})\b"
    rf"|\b(?P<n>{_E})(?:[:.](?P<m>\d\d))?\s*(?P<ap>[ap]\.?m\b\.?|o['’]?clock)(?:\s*(?:in the )?(?P<p2>morning|afternoon|evening))?"
    rf"|\b(?:at|make it|how about|what about) (?P<an>{_E})(?![:.]\d)\b(?!\s*(?:%|percent|per\b|yuan|days?\b|k\b|w\b|"
    r"million|thousand|hundred|users?|seats?|years?|months?"
    r"|weeks?|hours?|minutes?|sites?|beds?|of\b|more\b|people|[ap]\.?m))(?:\s+in the (?P<p3>morning|afternoon|evening))?"
    r"|\b(?P<noon>noon|midday)\b",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    rf"左右|前后|大[概约]|差不多|{HOUR}\s*点\s*(?:多|以后|之后|以前|之前|前|后)|[二三四五六七八九两]\s*[、,]?\s*[二三四五六七八九]\s*点(?!\d)"
    rf"|{HOUR}\s*[、,]\s*{HOUR}\s*点"
    r"|\b(?:around|(?<!how )(?<!what )about|roughly|approximately|after|before|by|ish|or so|somewhere)\b"
    r"(?=[^a-z]*(?:at )?\d|\s*$)|\d\s*-?ish\b|\bor so\b",
    re.IGNORECASE,
)
_OR = re.compile(
    rf"点[^，。]{{0,3}}?(?:或者?|还是|要么)\s*(?:{_PART})?\s*{HOUR}\s*点|\bat {_E} or {_E}\b|\bor (?:at )?{_E}\s*(?:[ap]m|o)",
    re.I,
)
_TO = re.compile(
    rf"(?:点[^，。]{{0,3}}?|\d\d)\s*(?:到|至|[-–~]|to|until)\s*(?:{_PART})?\s*{HOUR}\s*[点:：]|{_E}(?:[:.]\d\d)?\s*(?:[ap]m)?\s*(?:[-–]|to|until)\s*{_E}(?:[:.]\d\d)?\s*[ap]m",
    re.IGNORECASE,
)
_EN_TO = re.compile(rf"\b(?P<n>{_E})\s*(?:[-–]|to|until)\s*(?P<n2>{_E})\s*(?P<ap>[ap]m)\b", re.IGNORECASE)
_THEN = re.compile(r"\s*(?:的|我们?|咱们?|就|那|准时)*\s*$")
_SO = re.compile(
    r"\s*(?:开|见|碰|过|再|来|去|可以|行|方便|有[空会事]|有个会|有安排|没[空有时]|不[行可方合能]|太[早晚赶]|我|您|怎么样|如何|吧|好|见面|聊|谈|约|到|打|的会|,|，|。|$)"
)
DAWN, DUSK = 7, 9
"""An hour below DAWN that nobody gave a half of the day is an afternoon's; one from DUSK on a morning's; between, unclear."""


@dataclass(frozen=True)
class Hour:
    """`at` is None for one that could be two; text[start:end] is where it was said."""

    at: time | None
    assumed: bool
    start: int
    end: int


def hours_in(rest: str, last: int) -> Iterator[Hour]:
    """The hours a text speaks of that certainly are some; `last` is where the day it names ends, -1 without one."""
    english = [_en_hour(found) for found in _EN.finditer(rest)]
    for found in _ZH.finditer(rest):
        if any(one.start < found.end() and found.start() < one.end for one in english):
            continue
        sure = found["part"] or found["m"] or found["mm"] or (len(found["n"]) > 1 and found["n"].isdigit())
        next_to = 0 <= last <= found.start() and _THEN.match(rest[last : found.start()])
        if (
            sure
            or next_to
            or bare(rest[: found.start()] + rest[found.end() :])
            or _SO.match(rest, found.end())
        ):
            yield _zh_hour(found)
    yield from english


def _zh_hour(found: re.Match[str]) -> Hour:
    minute = found["mm"] or (found["m"] or "0").rstrip("分")
    known = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, "钟": 0}.get(minute)
    minutes = known if known is not None else int(number(minute.lstrip("零") or "0") or 0)
    part = found["part"] or found["ap"] or ("24" if found["mm"] and found["n"].startswith("0") else "")
    return _at(int(number(found["n"]) or 0), minutes, part, found)


def _en_hour(found: re.Match[str]) -> Hour:
    if found["noon"]:
        return Hour(time(12), False, found.start(), found.end())
    part = (found["ap"] or found["hap"] or "").replace(".", "")
    part = found["p2"] or found["p3"] or ("" if "clock" in part else part)
    part = {"morning": "am", "afternoon": "pm", "evening": "pm"}.get(part.lower(), part.lower())
    if found["half"]:
        return _at(int(number(found["half"]) or 0), 30, part, found)
    if found["qn"]:
        hour = int(number(found["qn"]) or 0)
        return _at(hour, 15, part, found) if found["q"].lower() == "past" else _at(hour - 1, 45, part, found)
    return _at(int(number(found["n"] or found["an"]) or 0), int(found["m"] or 0), part, found)


def _at(hour: int, minutes: int, part: str, found: re.Match[str]) -> Hour:
    """On the clock of 24 hours; what nobody gave a half of the day is assumed, or unclear where both are usual."""
    assumed = False
    if part in ("下午", "晚上", "傍晚", "pm") or (part == "中午" and hour < 3):
        hour += 12 if hour < 12 else 0
    elif part in ("am", "凌晨"):
        hour = hour % 12 if hour <= 12 else hour
    elif not part and hour < 12:
        assumed = True
        if DAWN <= hour < DUSK or hour == 0:
            return Hour(None, False, found.start(), found.end())
        hour += 12 if hour < DAWN else 0
    fits = hour < 24 and minutes < 60
    return Hour(time(hour, minutes) if fits else None, assumed and fits, found.start(), found.end())


def one_hour(plain: str, hours: list[Hour]) -> tuple[time | None, bool, time | None]:
    """The hour, whether one was said that is not exact, and where it ends."""
    if not hours:
        return None, False, None
    known = list(dict.fromkeys(one.at for one in hours))
    if _LOOSE.search(plain) or _OR.search(plain) or None in known:
        return None, True, None
    if len(known) == 1:
        start = _EN_TO.search(plain)
        begin = _at(int(number(start["n"]) or 0), 0, start["ap"].lower(), start).at if start else None
        return (
            (begin, False, known[0]) if begin and known[0] and begin < known[0] else (known[0], False, None)
        )
    first, second = known[0], known[1]
    if len(known) == 2 and first and second and _TO.search(plain) and first < second:
        return first, False, second
    return None, True, None
