"""Whose clock an hour is on: the house's, a customer's, and the zones people name when they say one."""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from .model import Account

HOME = "Asia/Shanghai"
"""The house's own zone (IANA), by which every day and hour is shown."""

UNCLEAR = "?"
"""A zone was named and nobody can say which one: CST is Chicago's and China's."""

_PLACES = {
    "Asia/Shanghai": "北京 上海 中国 国内 beijing shanghai china",
    "Asia/Hong_Kong": "香港 hong_kong hkt",
    "Asia/Taipei": "台北 台湾 taipei",
    "Asia/Singapore": "新加坡 singapore sgt",
    "Asia/Tokyo": "东京 大阪 日本 tokyo osaka japan jst",
    "Asia/Seoul": "首尔 韩国 seoul kst",
    "Asia/Bangkok": "曼谷 泰国 bangkok thailand",
    "Asia/Kolkata": "孟买 新德里 印度 mumbai delhi india",
    "Asia/Dubai": "迪拜 阿联酋 dubai",
    "Europe/London": "伦敦 英国 london uk united_kingdom",
    "Europe/Paris": "巴黎 法国 paris france",
    "Europe/Berlin": "柏林 法兰克福 慕尼黑 德国 berlin frankfurt munich germany cet cest",
    "Europe/Moscow": "莫斯科 moscow",
    "America/New_York": "纽约 波士顿 华盛顿 美东 new_york boston eastern et est edt",
    "America/Chicago": "芝加哥 chicago",
    "America/Los_Angeles": "洛杉矶 旧金山 西雅图 美西 los_angeles san_francisco seattle pacific pt pst pdt",
    "Australia/Sydney": "悉尼 sydney",
    "Etc/UTC": "utc gmt",
}
_BY_WORD = {
    word.replace("_", " "): zone for zone, words in _PLACES.items() for word in words.split()
}  # no country of several zones stands here: 美国 names none of them
_ABBREVIATED = [
    "UTC",
    "GMT",
    "HKT",
    "SGT",
    "JST",
    "KST",
    "CET",
    "CEST",
    "ET",
    "EST",
    "EDT",
    "PT",
    "PST",
    "PDT",
    "CST",
    "BST",
    "IST",
]
_NAMED = "|".join(
    sorted((re.escape(word) for word in _BY_WORD if word.upper() not in _ABBREVIATED), key=len, reverse=True)
)
_ZONE = re.compile(
    rf"(?P<place>{_NAMED})(?:那边|这边|当地)?的?(?:时间|\s+(?:local\s+)?time\b)"
    r"|(?:(?<=am)|(?<=pm)|(?<=clock)|(?<=\d))\s+(?P<whose>your|our|my)\s+(?:local\s+)?time\b"
    r"|(?P<who>你们|您|贵方|我们|我方|我)?(?:那边|那里|这边|这里)?的?当地时间"
    r"|(?P<country>美国|欧洲|加拿大|澳洲|俄罗斯|us|european)(?:那边)?的?(?:时间|\s+time\b)",
    re.IGNORECASE,
)
_SHORT = re.compile(rf"\b(?P<short>{'|'.join(_ABBREVIATED)})(?P<off>[+-]\d{{1,2}})?\b")
_THEIRS = {"你们": "yours", "您": "yours", "贵方": "yours", "your": "yours"}


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; the house's where there is none of that name."""
    try:
        return ZoneInfo(name or HOME)
    except (KeyError, ValueError, OSError):  # an unknown key, a path, a folder of the database
        return ZoneInfo(HOME)


def zone_of(account: Account) -> str:
    """The customer's zone: that of their city, else of their region, else the house's."""
    places = (account.city, account.region)
    return next((_BY_WORD[one.strip().lower()] for one in places if one.strip().lower() in _BY_WORD), HOME)


def named(text: str) -> tuple[str, str]:
    """The zone a text names and the words that do: an IANA name, `yours`, `ours`, UNCLEAR; "" and "" without one."""
    found = _ZONE.search(text)
    if found:
        if found["place"]:
            return _BY_WORD[found["place"].lower()], found.group()
        who = found["whose"] or found["who"]
        if not who:
            return UNCLEAR, found.group()
        return _THEIRS.get(who.lower(), "ours"), found.group()
    short = _SHORT.search(text)
    if short is None:
        return "", ""
    if short["off"]:
        hours = int(short["off"])
        known = short["short"] in ("UTC", "GMT") and -12 <= hours <= 14
        return (f"Etc/GMT{-hours:+d}" if known and hours else "Etc/UTC" if known else UNCLEAR), short.group()
    return _BY_WORD.get(short["short"].lower(), UNCLEAR), short.group()
