"""From the platform's JSON to an Arrival: who, where, what, and what an answer will need."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.street.words import Address, Arrival, Attachment, Click, Kind

from .incoming import Body, Event, FeedbackEvent, Media, Said
from .route import Route, stream_id

NAME = "wecom-bot"
MESSAGES = frozenset({"text", "image", "mixed", "voice", "file", "video"})
CLICKED, ENTERED, RATED, EVICTED = (
    "template_card_event",
    "enter_chat",
    "feedback_event",
    "disconnected_event",
)
_EVENTS = {CLICKED: "click", ENTERED: "hello"}
_RATING = {1: "good", 2: "bad", 3: "cancelled"}
_REASON = {
    1: "不相关 / irrelevant",
    2: "不完整 / incomplete",
    3: "有错 / wrong",
    4: "数据分析不对 / bad data analysis",
}
_MARK = {"image": "[图片 / image]", "file": "[文件 / file]", "video": "[视频 / video]"}
_SPACES = " \t\u2005\u00a0"


def arrival(body: Body, *, at: datetime, bot_name: str, req_id: str = "") -> Arrival | None:
    """None: nothing for us (an unknown type of event or message, or nobody said it). Raises nothing."""
    if not body.msgid or not body.sender.userid:
        return None
    if body.event and body.msgtype == "event":
        return _event(body, body.event, at, req_id)
    if body.msgtype not in MESSAGES:
        return None
    quoted = body.quote
    media = [*body.media(), *(quoted.media() if quoted else ())]
    words = body.words()
    return Arrival(
        channel=NAME,
        external_id=body.msgid,
        sender=body.sender.userid,
        address=address_of(body, at, req_id),
        at=at,
        text=unaddressed(words, bot_name) if body.group else words.strip(),
        quoted=_quoted(quoted) if quoted else "",
        attachments=tuple(_attachment(kind, one) for kind, one in media if one.url),
        extra={"spoken": "1"} if body.msgtype == "voice" else {},
    )


def strange(body: Body) -> bool:
    """Whether a person sent a kind of message that we do not know: they are told so."""
    said = body.msgtype not in MESSAGES and body.msgtype not in {"event", "stream", ""}
    return said and bool(body.msgid and body.sender.userid)


def address_of(body: Body, at: datetime, req_id: str = "") -> Address:
    """Where an answer to it goes."""
    event = _EVENTS.get(body.eventtype, body.eventtype)
    route = Route(stream=stream_id(body.msgid), at=at.timestamp(), event=event, req_id=req_id)
    to = body.chatid if body.group else body.sender.userid
    return Address(channel=NAME, to=to, group=body.group, route=route.written())


def unaddressed(text: str, bot_name: str) -> str:
    """A group message without the `@name` that brought it here. Names may hold spaces, so the setting says ours; without
    it only a first word is cut."""
    said = text.strip()
    if bot_name:
        call = "@" + bot_name
        if said.startswith(call):
            return said[len(call) :].strip()
        return said[: -len(call)].rstrip() if said.endswith(call) else said
    return re.sub(rf"^@[^{_SPACES}\n]+[{_SPACES}\n]*", "", said)


def _event(body: Body, event: Event, at: datetime, req_id: str) -> Arrival | None:
    address = address_of(body, at, req_id)
    base = Arrival(channel=NAME, external_id=body.msgid, sender=body.sender.userid, address=address, at=at)
    if event.eventtype == ENTERED:
        return replace(base, kind=Kind.HELLO)
    if event.eventtype == RATED and event.feedback_event:
        return replace(base, kind=Kind.FEEDBACK, extra=_feedback(event.feedback_event))
    if event.eventtype == CLICKED and event.template_card_event:
        card = event.template_card_event
        refs = {"task_id": card.task_id, "card_type": card.card_type, **address.route}
        click = Click(token=card.event_key, refs={name: value for name, value in refs.items() if value})
        return replace(base, kind=Kind.CLICK, click=click)
    return None


def _attachment(kind: str, media: Media) -> Attachment:
    return Attachment(kind=kind, ref=media.url, key=media.aeskey)


def _quoted(quote: Said) -> str:
    return "\n".join(filter(None, (quote.words().strip(), *(_MARK[kind] for kind, _ in quote.media()))))


def _feedback(event: FeedbackEvent) -> dict[str, str]:
    reasons = [_REASON[number] for number in event.inaccurate_reason_list or () if number in _REASON]
    comment = "; ".join(filter(None, (event.content.strip(), *reasons)))
    return {"feedback_id": event.id, "rating": _RATING.get(event.type, ""), "comment": comment}
