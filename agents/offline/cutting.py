"""What is left of a request when its orders, names, days and hours are taken away: the thing itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.names import Mention

from .dates import CLOCK, period
from .said import Said
from .slots import ENDS

TITLE_FITS = 0.85
_TRIM = ENDS + ":：\"“”'"
_POLITE = r"(?:请|麻烦|帮我|帮忙|给我|替我|到时候?|到了|别忘了?|记得|一定|please|can you|could you|kindly)"
_TASK_HEAD = re.compile(
    rf"^(?:{_POLITE}|[\s,,、:：])*"
    r"(?:提醒(?:一下|一声)?我(?:一声|一下)?|叫我|帮我记着|记着|"
    r"(?:设|加|建|新建|创建|安排|记|派|分配?|开)(?:一?[个条]|上)?(?:跟进)?(?:提醒|任务|待办|活儿?|事)|新任务|新待办|任务|待办(?:加|里加)?(?:一条)?|加到待办"
    r"|remind me(?: again)?(?: to| about| that)?|set (?:up )?a reminder(?: for me)?(?: to| for| about)?"
    r"|(?:please )?(?:create|make|add|set up|open|schedule|assign|give)(?: me)? (?:a|an|the)?\s?(?:new )?(?:follow-up )?"
    r"(?:task|to-?do|to do|reminder)(?: item)?(?: for me)?(?: to| for)?|new (?:task|to-?do)(?: for me)?"
    r"|(?:task|to-?do)(?: for me)?|add to my (?:to-?do )?list"
    r"|put on my (?:to-?do |task )?list|don't let me forget to|make a note to)"
    r"(?:我|上|里|[\s,,、:：\-]|to\b|that\b)*",
    re.IGNORECASE,
)
_TASK_TAIL = re.compile(
    r"[\s,,、;；]*(?:(?:帮我|给我)?(?:建|记|加|设)(?:成|为|一?[个条])?(?:任务|待办|提醒)|提醒(?:一下)?我(?:一声|一下)?|记成任务|"
    r"make it a task|as a task|add a task|make a task|remind me)[\s。.!]*$",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"^(?:前|之前|以前|内|要|我要|得|再|就|的时候|by|before|on|at|to|that|,|，)\s*(?=\S)|[\s,,]*(?:by|before|on|at|前|之前|截止|due)$",
    re.I,
)


def task_title(said: Said) -> str:
    """The deed of a task: 周五提醒我给王总打电话 -> 给王总打电话; "" when nothing but the order was said."""
    text = _without_giving(said)
    text = _TASK_TAIL.sub("", _clean(without_times(text, said)))
    for _ in range(3):
        text = _TASK_HEAD.sub("", text, count=1).strip(_TRIM)
    for _ in range(3):
        text = _DANGLING.sub("", text).strip(_TRIM)
    return text


def without_times(text: str, said: Said) -> str:
    """The text without its first day or period and its hour."""
    found = period(text, said.now)
    if found is not None:
        text = f"{text[: found.start]} {text[found.end :]}"
    return CLOCK.sub(" ", text, count=1)


def after(mention: Mention, text: str) -> str:
    """What follows a name."""
    return text[mention.end :].strip(_TRIM)


def _without_giving(said: Said) -> str:
    """给陈浩派个任务:…, assign a task to Chen Hao to …: to whom it is given is no part of what is to be done."""
    text = said.text
    for mention in sorted(colleagues(said.mentions), key=lambda one: -one.start):
        before, behind = text[: mention.start], text[mention.end :]
        head = re.sub(
            r"(?:给|让|叫|派给|分给|分配给|安排|交给|\b(?:to|for|give|assign|have|ask))\s*$",
            "",
            before,
            flags=re.I,
        )
        if len(head) < len(before):
            text = f"{head} {behind}"
    return text


def colleagues(mentions: Sequence[Mention]) -> list[Mention]:
    """The colleagues named. 李总 is one only where the title fits: most people with a title are customers."""
    return [
        one for one in mentions if one.kind == "person" and (one.how != "address" or one.score >= TITLE_FITS)
    ]


def _clean(text: str) -> str:
    return re.sub(r"\s{2,}", " ", text).strip(_TRIM)


NAMED = re.compile(
    r"(?:给|告诉|通知|跟|和|约|邀请|叫上)\s*([\u4e00-\u9fff]{1,2}(?:总监|总|主任|经理|院长|处长|科长|博士|老师|先生|女士))"
    r"|\b(?:text|tell|message|ping|dm|notify|wechat|let|send|invite|with|meet)\s+"
    r"(?!(?:the|a|an|him|her|them|it|us|me|my|our|this|that|out|customer|client|over|everyone|all)\b)([A-Za-z][a-z]+(?: [A-Z][a-z]+)?)",
    re.I,
)
"""Somebody who is named but not known: whoever the talk was about must not stand in for them."""
_MESSAGE_LEAD = re.compile(
    r"^(?:说一声|说一下|讲一声|讲一下|带个话|捎个话|说|讲|"
    r"(?:发|回)(?:一?[个条])?(?:微信|企微|企业微信|消息|短信|信息)?|(?:一?[个条])?(?:微信|企微|企业微信|消息|短信|信息)|告诉[他她]|通知[他她]|一声|一下|"
    r"(?:on|over|via|by|in|through) (?:wechat|wecom|whatsapp|chat|text|im|message)|"
    r"a (?:message|text|wechat|heads-up)|know|saying|to say|that|whether(?= )|[\s:：,，、\-])+",
    re.IGNORECASE,
)
_MESSAGE_SAID = re.compile(
    r"(?:消息|微信|短信|信息|message|text|wechat)[^:：]{0,20}[:：]\s*(.+)$", re.I | re.S
)


def message_text(said: Said) -> str:
    """The words of a chat message: what follows the name and the order, or what stands in quotes or after a colon."""
    text = said.text.strip()
    people = [one for one in said.mentions if one.kind == "contact"]
    if people:
        last = max(people, key=lambda one: (one.start == min(p.start for p in people), one.end))
        body = _MESSAGE_LEAD.sub("", text[last.end :], count=1).strip()
    elif (stranger := NAMED.search(text)) is not None:
        body = _MESSAGE_LEAD.sub("", text[stranger.end() :], count=1).strip()
    else:
        match = _MESSAGE_SAID.search(text) or re.search(
            r"(?:告诉|通知|tell|let)\s*(?:客户|对方|[他她]|the customer|him|her|them)(.+)$", text, re.I | re.S
        )
        body = _MESSAGE_LEAD.sub("", match[1], count=1).strip() if match else ""
    return body.strip(" \"“”'‘’").rstrip("。.") if body else ""
