"""`subject=… body=… to=… discount=5 start=2026-11-27T15:00`: what a person wants changed in a waiting action, as arguments."""

from __future__ import annotations

import re
from typing import Any

EDITABLE = ("subject", "body", "to", "discount", "title", "start", "place", "note", "due")
_PLAIN = {"subject": "subject", "body": "body", "title": "title", "place": "place", "note": "note"}
_MOMENTS = {"start": "starts_at", "due": "due_at"}


def edits(text: str) -> dict[str, Any]:
    """`subject=… body=… to=a@b discount=5` -> changed arguments; a value runs to the next `name=`. `\\n` is a line end."""
    parts = re.split(rf"(?:^|\s)({'|'.join(EDITABLE)})=", text)
    found = dict(zip(parts[1::2], (value.strip() for value in parts[2::2]), strict=True))
    if not found or parts[0].strip():
        raise ValueError(
            "用法: /edit 编号 subject=新主题 body=新正文 to=地址 discount=5 / usage: /edit CODE subject=… body=… to=… discount=5"
        )
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
