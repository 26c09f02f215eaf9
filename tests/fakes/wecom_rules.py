"""What WeCom takes and refuses in a message (platforms.md 1.10, 1.11, 1.13), told apart from how it is served."""

from __future__ import annotations

import re
from typing import Any

TEXT_BYTES = 2048
BAD_PARAMETER, BAD_TYPE, BAD_SIZE, BAD_MEDIA = 40058, 40004, 40006, 40007
TYPES = ("text", "markdown", "image", "voice", "video", "file", "textcard", "template_card")


class No(Exception):
    """A refusal with its errcode."""

    def __init__(self, code: int, message: str = "refused") -> None:
        super().__init__(message)
        self.code, self.message = code, message


def cut(text: str) -> str:
    """What a member sees of a text: its first 2048 bytes."""
    return text.encode()[:TEXT_BYTES].decode("utf-8", "ignore")


def check_markdown(content: Any) -> str:
    """Raises No for a text that is no Markdown message: one that is too long is refused here and not cut."""
    if not isinstance(content, str) or not content.strip():
        raise No(44004, "empty content")
    if len(content.encode()) > TEXT_BYTES:
        raise No(BAD_PARAMETER, "markdown.content exceed max length")
    return content


def check_card(card: Any) -> None:
    """Raises No for a card that is not a button_interaction within its sizes."""
    if not isinstance(card, dict) or card.get("card_type") != "button_interaction":
        raise No(BAD_PARAMETER, "card_type")
    title = card.get("main_title", {})
    _length(title.get("title", ""), 36, "main_title.title", least=1)
    _length(title.get("desc", ""), 44, "main_title.desc")
    _length(card.get("sub_title_text", ""), 160, "sub_title_text")
    if not re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", str(card.get("task_id", ""))):
        raise No(BAD_PARAMETER, "task_id")
    facts = card.get("horizontal_content_list", [])
    if len(facts) > 6:
        raise No(BAD_PARAMETER, "horizontal_content_list")
    for fact in facts:
        _length(fact["keyname"], 5, "keyname", least=1)
        _length(fact.get("value", ""), 30, "value")
    _check_buttons(card.get("button_list", []))


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 6:
        raise No(BAD_PARAMETER, "button_list")
    for button in buttons:
        _length(button["text"], 10, "button.text", least=1)
        if button.get("style", 1) not in (1, 2, 3, 4) or not 0 < len(button["key"].encode()) <= 1024:
            raise No(BAD_PARAMETER, "button")
    if len({button["key"] for button in buttons}) < len(buttons):
        raise No(BAD_PARAMETER, "button.key")


def _length(text: Any, most: int, what: str, least: int = 0) -> None:
    if not isinstance(text, str) or not least <= len(text) <= most:
        raise No(BAD_PARAMETER, f"{what} exceed max length")


def check_upload(kind: str, name: str, content: bytes) -> None:
    """Raises No for a file that does not fit its type."""
    most = {"image": 10, "voice": 2, "video": 10, "file": 20}.get(kind)
    if most is None:
        raise No(BAD_TYPE, "invalid media type")
    if not 5 < len(content) <= most * 1024 * 1024:
        raise No(BAD_SIZE, "invalid media size")
    if kind == "image" and not content.startswith((b"\x89PNG", b"\xff\xd8")):
        raise No(BAD_TYPE, "invalid image")
    if not name:
        raise No(41005, "missing media data")
