"""Robot messages of the Stream connection, read into arrivals: text, rich text, picture, voice, video, file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.street.words import Address, Arrival, Attachment, Kind

from .frames import as_object

NAME = "dingtalk"
OPAQUE = "opaque:"
"""Stands before the id of somebody who is not in the organisation. A staff id has no colon, so the two never meet."""

LONGEST_HOOK_S = 5400.0
_MENTION = re.compile(r"^\s*(@[^\s\u2005]+)[\s\u2005]*")


@dataclass
class _Content:
    text: str = ""
    files: list[Attachment] = field(default_factory=list)
    known: bool = True


def read_message(data: str, now: datetime) -> Arrival | None:
    """None for what lacks the ids that everything else rests on. A bare @robot, a sticker, a kind we do not know: there is
    nothing in it to answer, so it is a hello."""
    record = as_object(data)
    message_id, chat, sender = _word(record, "msgId"), _word(record, "conversationId"), _sender(record)
    if not (message_id and chat and sender):
        return None
    group = str(record.get("conversationType", "1")) == "2"
    content = _content(record)
    extra = {} if content.known else {"unsupported": _word(record, "msgtype")}
    text = _unaddressed(content.text, record) if group else content.text.strip()
    addressed = not group or _called(record)
    empty = addressed and not text and not content.files
    return Arrival(
        channel=NAME,
        external_id=message_id,
        sender=sender,
        sender_name=_word(record, "senderNick"),
        address=Address(
            channel=NAME, to=chat if group else sender, group=group, route=_route(record, chat, now)
        ),
        at=_moment(record.get("createAt")) or now,
        kind=Kind.HELLO if empty else Kind.MESSAGE,
        text=text,
        quoted=_quoted(as_object(record.get("text"))) or _quoted(as_object(record.get("content"))),
        attachments=tuple(content.files),
        addressed=addressed,
        extra=extra,
    )


def _sender(record: dict[str, Any]) -> str:
    """The staff id, if it is one of ours: somebody of another organisation may carry the same."""
    staff, opaque = _word(record, "senderStaffId"), _word(record, "senderId")
    theirs, ours = _word(record, "senderCorpId"), _word(record, "chatbotCorpId")
    foreign = bool(theirs and ours and theirs != ours) or ":" in staff
    if staff and not foreign:
        return staff
    return f"{OPAQUE}{opaque or theirs + '/' + staff}" if opaque or staff else ""


def _called(record: dict[str, Any]) -> bool:
    if record.get("isInAtList") in (True, "true"):
        return True
    us = _word(record, "chatbotUserId")
    return bool(us) and any(as_object(user).get("dingtalkId") == us for user in _at_users(record))


def _at_users(record: dict[str, Any]) -> list[Any]:
    users = record.get("atUsers")
    return users if isinstance(users, list) else []


def _unaddressed(text: str, record: dict[str, Any]) -> str:
    """Without the mention of us. DingTalk has cut it already and left a space; HarmonyOS clients repeat it in the text. It is
    ours when nobody else is mentioned, or when it stands there twice."""
    alone = len(_at_users(record)) <= 1
    rest, last = text, ""
    while found := _MENTION.match(rest):
        twice = (again := _MENTION.match(rest[found.end() :])) is not None and again[1] == found[1]
        if not (alone or twice or found[1] == last):
            break
        if last and found[1] != last:
            break
        rest, last = rest[found.end() :], found[1]
    return rest.strip()


def _route(record: dict[str, Any], chat: str, now: datetime) -> dict[str, str]:
    """How to answer for a while. The webhook's end is counted from now on our clock: theirs may be another."""
    route = {"conversation": chat, "robot": _word(record, "robotCode")}
    hook, until = _word(record, "sessionWebhook"), _moment(record.get("sessionWebhookExpiredTime"))
    if hook and until is not None:
        sent = _moment(record.get("createAt"))
        left = (until - (sent or now)).total_seconds()
        ends = now + timedelta(seconds=max(0.0, min(left, LONGEST_HOOK_S + 60)))
        route |= {"webhook": hook, "webhook_until": ends.isoformat()}
    return {key: value for key, value in route.items() if value}


def _content(record: dict[str, Any]) -> _Content:
    kind = _word(record, "msgtype")
    content = as_object(record.get("content"))
    if kind == "text":
        held = as_object(record.get("text"))
        return _Content(text=_word(held or content, "content") or ("" if held else _word(record, "text")))
    if kind == "richText":
        return _rich(content)
    if kind == "picture":
        return _Content(files=_files("image", content))
    if kind == "audio":
        return _Content(text=_word(content, "recognition"), files=_files("voice", content))
    if kind == "video":
        return _Content(files=_files("video", content))
    if kind == "file":
        return _Content(files=_files("file", content))
    return _Content(known=False)


def _rich(content: dict[str, Any]) -> _Content:
    out = _Content()
    parts = content.get("richText")
    for part in (as_object(one) for one in (parts if isinstance(parts, list) else [])):
        out.text += _word(part, "text")
        if part.get("type") == "picture" or "downloadCode" in part:
            out.files += _files("image", part)
    return out


def _files(kind: str, content: dict[str, Any]) -> list[Attachment]:
    code = _word(content, "downloadCode") or _word(content, "pictureDownloadCode")
    if not code:
        return []
    name = _word(content, "fileName")
    if not name and _word(content, "videoType"):
        name = f"video.{_word(content, 'videoType')}"
    return [Attachment(kind=kind, ref=code, name=name, size=_size(content), seconds=_seconds(content))]


def _size(content: dict[str, Any]) -> int:
    value = content.get("fileSize", 0)
    return int(value) if isinstance(value, int | float) and 0 < value < 2**40 else 0


def _seconds(content: dict[str, Any]) -> float:
    """Voices are said in milliseconds, videos in seconds; nothing of a thousand seconds and more comes from a chat."""
    try:
        value = float(content.get("duration") or 0)
    except (TypeError, ValueError):
        return 0.0
    if not 0 <= value < 10**9:
        return 0.0
    return value / 1000 if value >= 1000 else value


def _quoted(holder: dict[str, Any]) -> str:
    """The message this one replies to; its content comes as text or as an object, of any kind of message."""
    replied = as_object(holder.get("repliedMsg")) if holder.get("isReplyMsg") else {}
    content = replied.get("content", "")
    inner = as_object(content)
    if not inner:
        return content if isinstance(content, str) else ""
    rich = inner.get("richText")
    if isinstance(rich, list):
        return "".join(_word(as_object(one), "text") or _word(as_object(one), "content") for one in rich)
    for key in ("text", "content", "recognition", "fileName", "title"):
        if _word(inner, key):
            return _word(inner, key)
    return ""


def _moment(value: object) -> datetime | None:
    """Milliseconds since 1970 as a moment."""
    try:
        return datetime.fromtimestamp(float(value) / 1000, UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _word(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
