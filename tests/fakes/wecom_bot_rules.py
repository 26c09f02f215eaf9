"""What the fake platform refuses: sizes and forms of what a bot sends [WX 101031, 101032, 101463]."""

from __future__ import annotations

import re
from typing import Any

BAD, LIMIT_BYTES = 40058, 20480


def size(text: object) -> int:
    """Bytes."""
    return len(text.encode()) if isinstance(text, str) else -1


def content_fault(content: object) -> str:
    """Why a text is refused; empty: it is not."""
    if not isinstance(content, str) or not content.strip():
        return "content is empty"
    return "content exceed max length" if size(content) > LIMIT_BYTES else ""


def stream_fault(body: dict[str, Any], *, long: bool) -> str:
    """Of a stream frame."""
    stream = body.get("stream")
    if not isinstance(stream, dict) or not stream.get("id") or not isinstance(stream.get("finish"), bool):
        return "stream.id and stream.finish are required"
    if long and "msg_item" in stream:
        return "msg_item is not supported"
    if size(stream.get("feedback", {}).get("id", "")) > 256:
        return "feedback.id too long"
    return content_fault(stream.get("content"))


def card_fault(card: object) -> str:
    """Of a template card."""
    if not isinstance(card, dict):
        return "template_card is required"
    kind = card.get("card_type")
    if kind not in {"button_interaction", "text_notice"}:
        return f"card_type {kind}"
    if not re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", str(card.get("task_id", ""))):
        return "task_id invalid"
    title = card.get("main_title", {})
    rows = card.get("horizontal_content_list", [])
    buttons = card.get("button_list", [])
    checks = (
        (not title.get("title"), "title missing"),
        (len(title.get("title", "")) > 26 or len(title.get("desc", "")) > 30, "title too long"),
        (len(card.get("sub_title_text", "")) > 112, "sub_title_text too long"),
        (len(rows) > 6 or any(len(r["keyname"]) > 5 or len(r.get("value", "")) > 26 for r in rows), "rows"),
        ((kind == "button_interaction") != (1 <= len(buttons) <= 6), "button_list"),
        (
            any(
                len(b["text"]) > 10 or size(b["key"]) > 1024 or b["style"] not in {1, 2, 3, 4}
                for b in buttons
            ),
            "button",
        ),
        (len({b["key"] for b in buttons}) != len(buttons), "button keys repeat"),
        (kind == "text_notice" and "card_action" not in card, "card_action missing"),
    )
    return next((why for wrong, why in checks if wrong), "")
