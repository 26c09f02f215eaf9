"""The arguments of the skills that do something: tasks, meetings, discounts, messages, exports."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from . import slots
from .cutting import NAMED, colleagues, message_text, task_title, without_times
from .dates import clock_time, moment, period
from .quantities import EN_NUMBERS, HAN, discount_pct, number
from .replies import say
from .said import Built, Said, ask_deal, ask_person

_CANCEL = re.compile(r"取消|撤掉|删掉|不开了|\b(?:cancel|call off|drop|delete|remove)\b", re.I)
_MOVE = re.compile(
    r"改到|改成|挪到|推迟|推到|提前|改期|延期|\b(?:move|reschedul|shift|postpone|push|change the time|bring)",
    re.I,
)
_TOPIC = re.compile(
    r"(?:讨论|聊聊|聊一下|聊|谈谈|谈一下|谈|商量|沟通|议题是?|主题是?)(?:一下)?[::]?\s*(?P<zh>[^,,。;；]{2,40})"
    r"|\b(?:to (?:discuss|talk about|go over|review)|about|on the topic of|called|regarding)\s+(?:the\s+)?(?P<en>[^,.;]{3,60})",
    re.I,
)


def deal_of(said: Said) -> str | None:
    """The deal that is meant, else the one the talk is about."""
    return None if said.aim.choices else said.aim.deal or said.focus.get("deal_id")


def with_deal(said: Said, made: dict[str, Any]) -> Built:
    """The arguments, or the question which deal is meant."""
    if said.aim.choices:
        return made, ask_deal(said)
    return made, None if made["deal"] else say("need_deal", said.language)


def task(said: Said) -> Built:
    title = task_title(said)
    owner = next((one.name for one in colleagues(said.mentions)), None)
    made = {"deal": deal_of(said), "title": title, "due": _due(said), "owner": owner}
    built = with_deal(said, made)
    return built if title or built[1] else (made, say("need_title", said.language))


def _due(said: Said) -> str | None:
    """A day, with its hour where one was said: 2026-11-27, 2026-11-26T10:00."""
    exact = moment(said.text, said.now)
    if exact is not None:
        hour = clock_time(without_period(said))
        return exact.date().isoformat() if hour is None else f"{exact.date().isoformat()}T{hour:%H:%M}"
    found = period(said.text, said.now)
    return found.until.isoformat() if found and found.until else None


def without_period(said: Said) -> str:
    """The text without its day, so that the 26th is not taken for an hour."""
    found = period(said.text, said.now)
    return said.text if found is None else f"{said.text[: found.start]} {said.text[found.end :]}"


def meeting(said: Said) -> Built:
    cancel = bool(_CANCEL.search(said.text))
    move = not cancel and bool(_MOVE.search(said.text))
    names, unclear = _attendees(said)
    topic = _TOPIC.search(without_times(said.text, said))
    made: dict[str, Any] = {
        "deal": deal_of(said),
        "title": (topic["zh"] or topic["en"]).strip(slots.ENDS) if topic else None,
        "start": None if cancel else _start(said),
        "minutes": minutes(said.text),
        "attendees": names,
        "place": _place(said.text),
        "move": move,
        "cancel": cancel,
    }
    if unclear:
        return made, ask_person(said)
    if not cancel and made["start"] is None:
        return made, say("need_time", said.language)
    if not names and not (move or cancel):
        return made, say("need_attendee", said.language)
    return with_deal(said, made)


def _attendees(said: Said) -> tuple[list[str], bool]:
    """Everybody named, in the order said; and whether a name could be several people."""
    spans: dict[tuple[int, int], list[str]] = {}
    for one in said.mentions:
        if one.kind == "contact" or one in colleagues(said.mentions):
            spans.setdefault((one.start, one.end), []).append(one.name)
    names = [dict.fromkeys(found) for _, found in sorted(spans.items())]
    address = slots.email(said.text)
    known = [next(iter(one)) for one in names]
    if not known and re.search(r"[他她]|\b(?:him|her)\b", said.text) and said.aim.contact:
        known = [said.aim.contact.name]
    if not known and not address and (stranger := named(said.text)):
        known = [stranger]
    return [*dict.fromkeys(known), *([address] if address else [])], any(len(one) > 1 for one in names)


def named(text: str) -> str | None:
    """A person who is called by name or title."""
    match = NAMED.search(text)
    return (match[1] or match[2]) if match else None


def _start(said: Said) -> str | None:
    """The day and the hour; None where either is missing. A move may name the old day first: the last one counts."""
    text = said.text
    if _MOVE.search(text):
        text = re.split(r"改到|改成|挪到|推迟到|推到|提前到|延期到|\bto\b(?!\s+(?:talk|discuss|go))", text)[
            -1
        ]
    found = moment(text, said.now) or moment(said.text, said.now)
    span = period(text, said.now)
    hour = clock_time(text if span is None else f"{text[: span.start]} {text[span.end :]}")
    if found is None or hour is None:
        return None
    return f"{datetime.combine(found.date(), time()).date().isoformat()}T{hour:%H:%M}"


def minutes(text: str) -> int | None:
    """How long, in minutes: 半小时, 一个半小时, 90 分钟, half an hour, an hour and a half."""
    plain = text.lower()
    if re.search(r"一个半小时|1\.5\s*(?:小时|hours?)|hour and a half", plain):
        return 90
    if re.search(r"半个?(?:小时|钟头)|half an hour|half hour", plain):
        return 30
    match = re.search(
        rf"(\d+|[{HAN}]+)\s*(?:个)?(分钟|小时|钟头)|\b(\d+|an?|two|three|thirty|fifteen|twenty)[\s-]?(min(?:ute)?s?|hours?)\b",
        plain,
    )
    if match is None:
        return None
    value, unit = match[1] or match[3], match[2] or match[4]
    count = number(value) if match[1] or value.isdigit() else EN_NUMBERS.get(value)
    if count is None:
        return None
    total = int(count) * (60 if unit.startswith(("小时", "钟头", "hour")) else 1)
    return total if 10 <= total <= 480 else None


def _place(text: str) -> str | None:
    match = re.search(
        r"地点(?:在|是|[:：])?\s*([^,,。;；]{2,40})|在([^,,。;；]{1,16}?(?:会议室|公司|办公室|餐厅|酒店|现场|腾讯会议|线上))"
        r"|\b(?:at|in) ((?:our|the|their) (?:office|meeting room|site|hotel)[^,.;]{0,20}|meeting room \w+)",
        text,
        re.I,
    )
    return next((group.strip() for group in match.groups() if group), None) if match else None


def discount(said: Said) -> Built:
    pct = discount_pct(said.text)
    if pct is None and re.search(r"恢复原价|原价|remove the discount", said.text, re.I):
        pct = 0.0
    made = {"deal": deal_of(said), "discount_pct": pct}
    return (made, say("need_discount", said.language)) if pct is None else with_deal(said, made)


def message(said: Said) -> Built:
    people = said.aim.people
    stranger = None if people else named(said.text)
    known = people[0].name if people else said.aim.contact.name if said.aim.contact else None
    text = message_text(said)
    made = {"deal": said.aim.deal or said.focus.get("deal_id"), "to": stranger or known, "text": text}
    if len(people) > 1:
        return made, ask_person(said)
    return made, None if text else say("need_text", said.language)


def export(said: Said) -> Built:
    contacts = re.search(r"联系人|通讯录|电话(?!记录)|客户(?:名单|资料|联系)|contact|phone", said.text, re.I)
    history = re.search(r"往来|沟通|互动|记录|通话|邮件|interaction|activit|histor", said.text, re.I)
    csv = re.search(r"csv", said.text, re.I)
    what = "interactions" if history and not contacts else "contacts" if contacts else "deals"
    return {"what": what, "format": "csv" if csv else "xlsx"}, None
