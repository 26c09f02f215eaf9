"""The frames of a DingTalk Stream connection: what comes in, and how it is acknowledged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MESSAGES = "/v1.0/im/bot/messages/get"
CARDS = "/v1.0/card/instances/callback"
SUBSCRIPTIONS = tuple({"type": "CALLBACK", "topic": topic} for topic in (MESSAGES, CARDS))

OK, BAD, UNKNOWN_TOPIC = 200, 400, 404


@dataclass(frozen=True)
class Frame:
    """One frame. `data` is the JSON text as it came: what it holds is parsed by whoever it is for."""

    type: str
    topic: str
    message_id: str
    data: str


def read_frame(raw: str | bytes) -> Frame | None:
    """None for what is no frame: then there is nothing to acknowledge either."""
    record = as_object(raw)
    headers = record.get("headers")
    if not isinstance(headers, dict):
        return None
    data = record.get("data", "")
    return Frame(
        type=str(record.get("type", "")),
        topic=str(headers.get("topic", "")),
        message_id=str(headers.get("messageId", "")),
        data=data if isinstance(data, str) else json.dumps(data, ensure_ascii=False),
    )


def as_object(raw: object) -> dict[str, Any]:
    """A JSON object, given as such or as text (DingTalk sends both for the same field); {} for anything else."""
    if isinstance(raw, str | bytes):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            return {}
    return raw if isinstance(raw, dict) else {}


def ack(frame: Frame, data: str, code: int = OK) -> str:
    """The acknowledgement of one frame; `data` is JSON text."""
    return json.dumps(
        {
            "code": code,
            "headers": {"contentType": "application/json", "messageId": frame.message_id},
            "message": "OK" if code == OK else "not taken",
            "data": data,
        },
        ensure_ascii=False,
    )


def response(value: dict[str, Any] | None = None) -> str:
    """The data of a CALLBACK's acknowledgement."""
    return json.dumps({"response": value or {}}, ensure_ascii=False)


EVENT_TAKEN = json.dumps({"status": "SUCCESS", "message": ""})
