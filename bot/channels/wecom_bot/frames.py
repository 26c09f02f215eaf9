"""Frames of the long connection: JSON text, pushes with a cmd, acknowledgements without one [WX 101463]."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

SUBSCRIBE, PING = "aibot_subscribe", "ping"
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
RESPOND, WELCOME, UPDATE, PUSH = (
    "aibot_respond_msg",
    "aibot_respond_welcome_msg",
    "aibot_respond_update_msg",
    "aibot_send_msg",
)
UPLOAD_INIT, UPLOAD_CHUNK, UPLOAD_FINISH = (
    "aibot_upload_media_init",
    "aibot_upload_media_chunk",
    "aibot_upload_media_finish",
)


class NotSent(Exception):
    """The frame surely did not leave."""


class NoAck(Exception):
    """The frame may have arrived; nobody said so."""


@dataclass(frozen=True)
class Ack:
    """What the platform said to a frame of ours: code 0 is yes."""

    code: int
    words: str = ""
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Frame:
    """One frame from the platform. `cmd` is empty for an acknowledgement."""

    cmd: str
    req_id: str
    body: dict[str, Any]
    ack: Ack | None = None


def fresh_id(cmd: str) -> str:
    """A request id for a frame that answers nothing; the platform's SDK starts them with the command, too."""
    return f"{cmd}_{uuid.uuid4().hex}"


def written(cmd: str, req_id: str, body: dict[str, Any] | None = None) -> str:
    """One frame as text. A lone surrogate becomes a question mark: no UTF-8 text can hold it."""
    frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def read(raw: str | bytes) -> Frame | None:
    """None for what is no frame: the connection lives on."""
    try:
        found = json.loads(raw, strict=False)  # control characters inside strings were seen
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    headers, body, cmd = found.get("headers"), found.get("body"), found.get("cmd")
    req_id = headers.get("req_id") if isinstance(headers, dict) else None
    inner = body if isinstance(body, dict) else {}
    name = cmd if isinstance(cmd, str) else ""
    code = found.get("errcode")
    ack = None
    if not name and isinstance(code, int):
        ack = Ack(code, str(found.get("errmsg", ""))[:300], inner)
    return Frame(name, req_id if isinstance(req_id, str) else "", inner, ack)
