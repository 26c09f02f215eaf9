"""What a person wants changed in a waiting action, as arguments: `subject=… body=… discount=5 start=2026-11-27T15:00`, or
as one writes in a chat, a line each: `主题: …`, `折扣: 5%`, `正文: …` (which takes all that follows)."""

from __future__ import annotations

import re
from typing import Any

EDITABLE = ("subject", "body", "to", "discount", "title", "start", "place", "note", "due")
_PLAIN = {"subject": "subject", "body": "body", "title": "title", "place": "place", "note": "note"}
_MOMENTS = {"start": "starts_at", "due": "due_at"}


_SPOKEN = {
    "主题": "subject", "正文": "body", "内容": "body", "收件人": "to", "折扣": "discount", "标题": "title",
    "时间": "start", "开始": "start", "地点": "place", "备注": "note", "截止": "due", "期限": "due",
}  # fmt: skip
_LINE = re.compile(rf"\s*({'|'.join([*_SPOKEN, *EDITABLE])})\s*[::]\s*(.*)", re.IGNORECASE)


def edits(text: str) -> dict[str, Any]:
    """`subject=… body=… to=a@b discount=5` -> changed arguments; a value runs to the next `name=`. `\\n` is a line end."""
    if (said := _spoken(text)) is not None:
        return _arguments(said)
    parts = re.split(rf"(?:^|\s)({'|'.join(EDITABLE)})=", text)
    found = dict(zip(parts[1::2], (value.strip() for value in parts[2::2]), strict=True))
    if not found or parts[0].strip():
        raise ValueError(
            "用法: /edit 编号 subject=新主题 body=新正文 to=地址 discount=5 / usage: /edit CODE subject=… body=… to=… discount=5"
        )
    return _arguments(found)


def _spoken(text: str) -> dict[str, str] | None:
    """`主题: …` by lines; None when the text does not begin so. The body takes every line after its own."""
    lines = text.strip().splitlines()
    if not lines or not _LINE.match(lines[0]):
        return None
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        match = _LINE.match(line) if name != "body" else None
        if match:
            name = _SPOKEN.get(match[1], match[1].lower())
            found[name] = match[2]
        else:
            found[name] += "\n" + line
    return {name: value.strip() for name, value in found.items()}


def _arguments(found: dict[str, str]) -> dict[str, Any]:
    """The values as the effect's arguments. Raises ValueError with words for the person."""
    changes: dict[str, Any] = {
        argument: found[name].replace("\\n", "\n") for name, argument in _PLAIN.items() if name in found
    }
    changes |= {
        argument: found[name].replace(" ", "T") for name, argument in _MOMENTS.items() if name in found
    }
    if "to" in found:
        changes["to"] = [
            {"address": address, "name": ""} for address in re.split(r"[,;，；\s]+", found["to"]) if address
        ]
    if "discount" in found:
        try:
            changes["discount_bp"] = round(float(found["discount"].rstrip("%％")) * 100)
        except ValueError:
            raise ValueError(
                "discount 要写成百分数,如 discount=5 / discount is a percentage, e.g. discount=5"
            ) from None
    return changes
