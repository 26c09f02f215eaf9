"""What journey questions ask about: which customer, which stage, whose customers, which touch."""

from __future__ import annotations

import re

from .quantities import count
from .replies import say
from .said import Built, Said, ask_person

_STAGE = re.compile(
    r"(认知|考虑|决策|成交|交付|服务|复购)(?=期|阶段|的?(?:健康|转化|停留|跳出|怎么样|有))"
    r"|\b(awareness|consideration|decision|purchase|delivery|service|repurchase)\b(?= stage|$|\W*\?)",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"从\s*(认知|考虑|决策|成交|交付|服务).{0,4}到|\bfrom (\w+) to \b", re.IGNORECASE)
_MINE = re.compile(r"我的|我名下|我手上|\bmy\b|\bmine\b", re.IGNORECASE)
_NTH = re.compile(
    r"第\s*([一二三四五六七八九十]|\d{1,3})\s*次|\b(\d{1,3})(?:st|nd|rd|th) touch|\b(first|second|third|fourth|fifth|tenth) touch",
    re.IGNORECASE,
)
_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "tenth": 10} | {
    sign: n for n, sign in enumerate("一二三四五六七八九十", start=1)
}


def journey(said: Said) -> Built:
    """The customer: named, by a deal or contact of theirs, or the one talked of."""
    named = next(
        (m for kind in ("account", "deal", "contact") for m in said.mentions if m.kind == kind), None
    )
    if named is not None:
        return {"customer": named.id, "limit": _limit(said)}, None
    if said.aim.stranger:
        return {"customer": said.aim.stranger}, None
    if said.aim.people and not said.aim.contact:
        return {}, ask_person(said)
    if said.focus.get("deal_id") or said.focus.get("account_id"):
        return {"customer": None, "limit": _limit(said)}, None
    return {}, say("need_deal", said.language)


def stage(said: Said) -> Built:
    """One stage, or all of them; `from … to …` is the first one's conversion."""
    found = _FROM_TO.search(said.text) or _STAGE.search(said.text)
    return {"stage": (found[1] or found[2]) if found else None}, None


def churn(said: Said) -> Built:
    """Everybody's customers that may be seen, or one's own."""
    return {"mine": bool(_MINE.search(said.text)), "limit": min(30, count(said.text) or 8)}, None


def numbers(said: Said) -> Built:
    """After which touch: the one that is named, else the third."""
    found = _NTH.search(said.text)
    word = next((one for one in found.groups() if one), "") if found else ""
    at = _WORDS.get(word.lower()) or (int(word) if word.isdigit() else 3)
    return {"after": max(1, min(200, at))}, None


def _limit(said: Said) -> int:
    return max(1, min(60, count(said.text) or 12))
