"""What WeCom calls back with, read once: a decrypted message or event becomes an Arrival, or nothing.

The six received message types are wechatpy's classes over our own safely read fields (decision 0011); events are ours,
because wechatpy knows no card events and gives events no key.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from wechatpy.enterprise.messages import MESSAGE_TYPES  # type: ignore[import-untyped]

from bot.street.words import Address, Arrival, Attachment

from .events import event_arrival
from .xmltree import Fields

CHANNEL = "wecom"
VOICE = {"amr": "audio/amr", "speex": "audio/speex"}
KNOWN = ("text", "image", "voice", "video", "location", "link")


def arrival_of(fields: Fields, now: datetime) -> Arrival | None:
    """The arrival; None for what nobody has to answer. `now` stands in where WeCom gives no time."""
    sender = fields.get("FromUserName")
    kind = fields.get("MsgType").lower()
    if not sender or not kind:
        return None
    stamp = fields.number("CreateTime")
    at = _moment(stamp) or now
    if kind == "event":
        return event_arrival(fields, at)
    text, attachments = _content(kind, fields)
    return Arrival(
        channel=CHANNEL,
        external_id=_key(fields, kind),
        sender=sender,
        address=Address(channel=CHANNEL, to=sender),
        at=at,
        text=text,
        attachments=attachments,
    )


def _moment(stamp: int) -> datetime | None:
    """A moment of this century; whatever else stands there is not one."""
    return datetime.fromtimestamp(stamp, UTC) if 0 < stamp < 4_102_444_800 else None


def _key(fields: Fields, kind: str) -> str:
    """MsgId is the same in every retry; should it ever be missing, the content itself is the key."""
    if number := fields.get("MsgId"):
        return f"msg:{number}"
    content = "\x1f".join((kind, *(f"{name}={value}" for name, value in sorted(fields.flat().items()))))
    return f"msg:{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _content(kind: str, fields: Fields) -> tuple[str, tuple[Attachment, ...]]:
    message: Any = MESSAGE_TYPES[kind](fields.flat()) if kind in KNOWN else None
    match kind:
        case "text":
            return message.content or "", ()
        case "image":
            return "", _file("image", message.media_id, mime="image/jpeg")
        case "voice":
            return "", _file("voice", message.media_id, mime=VOICE.get((message.format or "").lower(), ""))
        case "video":
            return "", _file("video", message.media_id, mime="video/mp4")
        case "location":
            return _place(fields), ()
        case "link":
            parts = (message.title, message.description, message.url)
            return "\n".join(part for part in parts if part), ()
        case "file" if fields.get("MediaId"):  # not documented for self-built apps; harmless should it come
            return "", _file("file", fields.get("MediaId"), fields.get("FileName") or fields.get("Title"))
    name = re.sub(r"[^a-z0-9_]", "", kind)[:40]
    return f"(收到一条暂不支持的消息 / a message of a kind that is not supported yet: {name})", ()


def _file(kind: str, media_id: str | None, name: str = "", mime: str = "") -> tuple[Attachment, ...]:
    return (Attachment(kind=kind, ref=media_id, name=name, mime=mime),) if media_id else ()


def _place(fields: Fields) -> str:
    """Label and coordinates. Not wechatpy's location: it turns the numbers into floats and breaks on others."""
    spot = ", ".join(filter(None, (fields.get("Location_X"), fields.get("Location_Y"))))
    return f"位置 / Location: {fields.get('Label')} ({spot})"
