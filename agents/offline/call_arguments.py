"""The arguments of the skills about calls: which call is meant, whose, from when, and what is asked of it."""

from __future__ import annotations

import re
from typing import Any

from . import slots
from .cutting import colleagues
from .dates import period
from .replies import say
from .said import Built, Said, ask_deal

_KIND = slots.table(
    meeting=r"会议|开会|的会|会上|那个会|拜访|演示|meeting", call=r"电话|通话|\bcalls?\b|phone"
)
_ANEW = re.compile(
    r"重新|重做|再(?:做|出|生成)一?[遍份次]|过期|更新一?下?纪要|\b(?:renew|anew|again|regenerate|redo|stale)\b",
    re.I,
)
_MINE = re.compile(r"我(?!们)|自己|\b(?:my|I|me|mine)\b", re.I)
_SHORT_NAME = re.compile(r"(?<![一-鿿])?(?:复盘|点评|辅导|看看|看下|评价)(?:一下|下)?(小[一-鿿]|老[一-鿿])")


def summary(said: Said) -> Built:
    """Which call: by deal, contact, kind and day; the newest when nothing is said; and whether it is to be made anew."""
    return _with_deal(said, {**_which(said), "renew": bool(_ANEW.search(said.text))})


def question(said: Said) -> Built:
    """The question as it was put, and which call."""
    return _with_deal(said, {"question": said.text.strip()[:300], **_which(said)})


def review(said: Said) -> Built:
    """Whose calls and from when; one's own when nobody is named."""
    made = _which(said)
    owner = next((one.name for one in colleagues(said.mentions)), None)
    if owner is None and (short := _SHORT_NAME.search(said.text)):
        owner = short[1]
    if owner is None and _MINE.search(said.text):
        owner = "我"
    made["person"] = owner
    return made, ask_deal(said) if said.aim.choices and not (owner or made["account"]) else None


def _which(said: Said) -> dict[str, Any]:
    found = period(said.text, said.now)
    since, until = (found.since, found.until) if found else (None, None)
    named = said.aim.said or bool(said.aim.people)
    # Which of a customer's deals is meant does not matter: the newest call with that customer is.
    account = _account(said) if said.aim.choices else None
    return {
        # The call the talk is about is meant where nothing is named, whatever the deal's newest one is.
        "deal": None if said.aim.choices else said.aim.deal or (None if named else _deal_in_focus(said)),
        "contact": said.aim.contact.name if said.aim.contact and said.aim.people else None,
        "account": account,
        "kind": slots.first_of(_KIND, said.text),
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }


def _deal_in_focus(said: Said) -> Any:
    return None if said.focus.get("call_id") else said.focus.get("deal_id")


def _account(said: Said) -> str | None:
    """The customer to whom all the deals belong that could be meant."""
    above = {
        said.names.by_id[one].id
        for deal in said.aim.choices
        for one in deal.parents
        if one in said.names.by_id
    }
    return next(iter(above)) if len(above) == 1 else None


def _with_deal(said: Said, made: dict[str, Any]) -> Built:
    if said.aim.choices and not made["account"]:
        return made, ask_deal(said)
    if not (made["account"] or made["deal"] or made["contact"] or said.focus.get("call_id")):
        return made, None if made["since"] else say("need_deal", said.language)
    return made, None


_PROPOSING = re.compile(
    r"(?:加|新增|增加|新建|添加|提议|建)(?:一?个)?.{0,6}(?:追踪|跟踪|关键词)|(?:要|帮我|想)(?:追踪|跟踪)|到追踪词|"
    r"\b(?:add|create|propose|set up|make) .{0,14}tracker"
    r"|^\W*track\b|\bto track\b",
    re.IGNORECASE,
)
_TRYING = re.compile(r"试|会命中|\b(?:try|test)\b|\bwould\b.{0,40}\bhit\b", re.IGNORECASE)
_BEFORE_WORDS = re.compile(
    r"^.*?(?:追踪词|跟踪词|追踪器|关键词|trackers?(?: (?:for|on|named|called))?|keywords|追踪一下|追踪|跟踪|\btrack(?: the words?)?)\s*",
    re.IGNORECASE,
)
_BEHIND_WORDS = re.compile(
    r"[,，]?\s*(?:客户|我方|销售|对方)(?:说到|说|提到|讲到).*$|"
    r"\s*(?:会?命中.*|\bwould hit.*|\bhit(?: which)?.*|\b(?:in|on) (?:past |our |the )?calls.*|的次数.*)$",
    re.IGNORECASE,
)
_SIDE = slots.table(
    customer=r"客户(?:说|提|讲)|对方(?:说|提|讲)|\bcustomers? (?:says?|said|mentions?)",
    rep=r"(?:我方|销售|我们)(?:说|提|讲)|\bwe say\b",
)


def trackers(said: Said) -> Built:
    """What is wanted of trackers: those in force, words to try, or a new one: `名字: 词、词`, or the words alone."""
    proposing, trying = bool(_PROPOSING.search(said.text)), bool(_TRYING.search(said.text))
    found = period(said.text, said.now)
    made: dict[str, Any] = {
        "do": "propose" if proposing else "try" if trying else "list",
        "side": slots.first_of(_SIDE, said.text) or "any",
        "since": found.since.isoformat() if found and found.since else None,
        "until": found.until.isoformat() if found and found.until else None,
    }
    if made["do"] != "list":
        body = _BEHIND_WORDS.sub("", _BEFORE_WORDS.sub("", said.text.strip(), count=1)).strip(" 。.!！?？")
        name, colon, rest = re.sub("：", ":", body).partition(":")
        words = re.split(r"\s*[、,，;；]\s*|\s+(?:和|and)\s+", (rest if colon else body).strip(" “”\"'"))
        made["name"] = name.strip(" “”\"'") if colon else None
        made["words"] = [one.strip(" “”\"'") for one in words if one.strip(" “”\"'")]
    return made, None


def mood(said: Said) -> Built:
    """Of which customer or deal, and from when."""
    made = _which(said)
    wanted = {key: made[key] for key in ("deal", "account", "since", "until")}
    if said.aim.choices and not made["account"]:
        return wanted, ask_deal(said)
    return wanted, None if wanted["deal"] or wanted["account"] else say("need_deal", said.language)
