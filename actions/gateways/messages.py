"""Messages to customers on their chat platform: the gateway's noun, and the outbox where no platform is connected.

A chat platform of the house plugs in here as one more class; who it reaches is a contact of the CRM, never an address
out of a text.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from .keeping import why, write_once
from .letter import MESSAGE_ID, Delivery
from .outbox import file_name

LONGEST = 2000
_UNSENDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class CustomerMessage:
    """One message. `message_id` is stable (`<action-id@domain>`), so that a second try is seen as one; `contact_id` is
    who gets it, `to_name` how they are called; `at` is an aware time."""

    message_id: str
    contact_id: str
    to_name: str
    text: str
    sender_id: str
    sender_name: str
    at: datetime


class MessageGateway(Protocol):
    """A way out for messages. `send` never raises for what a message, a platform or a disk can do wrong; the same
    message id twice is one message."""

    def send(self, message: CustomerMessage) -> Delivery: ...

    def describe(self) -> str:
        """Where messages go, in a sentence without secrets."""
        ...


class MessageOutbox:
    """Writes each message as one JSON line in a file of its own, once; a later channel takes them from there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def describe(self) -> str:
        return f"未接入聊天平台，消息写入 {self._folder} / no chat platform: messages are written to {self._folder}"

    def seen(self, message_id: str) -> Literal["seen", "not_seen", "unknown"]:
        """Whether a message lies here; one that does not may be written again."""
        try:
            return "seen" if (self._folder / file_name(message_id, ".jsonl")).exists() else "not_seen"
        except OSError:
            return "unknown"

    def send(self, message: CustomerMessage) -> Delivery:
        problem = fault_of(message)
        if problem:
            return Delivery(status="refused", detail=problem, fault="own")
        target = self._folder / file_name(message.message_id, ".jsonl")
        record = asdict(message) | {"at": message.at.isoformat()}
        line = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        try:
            new = write_once(target, f"{line}\n".encode())
        except OSError as error:
            return Delivery(status="failed", detail=f"写不进消息发件箱 {self._folder}: {why(error)}")
        detail = (
            f"已写入消息发件箱 {target.name} / written to the message outbox"
            if new
            else f"同一条消息先前已写入，保留原件 {target.name} / already written before, the first copy is kept"
        )
        return Delivery(status="sent", detail=detail, reference=str(target))


def fault_of(message: CustomerMessage) -> str:
    """Why a message cannot be sent as it is, in a sentence; "" when it can."""
    if not MESSAGE_ID.fullmatch(message.message_id):
        return f"消息编号不合格式 <id@domain>: {message.message_id!r} / not a message id"
    if message.at.tzinfo is None:
        return "发送时间没有时区 / the time has no time zone"
    if not message.contact_id:
        return "没有收件人 / no recipient"
    if not message.text.strip() or len(message.text) > LONGEST or _UNSENDABLE.search(message.text):
        return f"消息须为 1 到 {LONGEST} 个可显示的字符 / a message has 1 to {LONGEST} printable characters"
    return ""
