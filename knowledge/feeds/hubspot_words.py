"""What HubSpot's answers mean: refusals, and where a stage ends."""

from __future__ import annotations

import json
from typing import Any

from .errors import FeedError, one_line
from .source import NotAllowed

DAILY = "DAILY"


def judged(status: int, body: Any, headers: Any) -> tuple[str, str | None]:
    """What to do about a refusal: try again after the pause it asks for, or raise what a person can do."""
    try:
        said = json.loads(body or "{}")
    except (ValueError, TypeError):
        said = {}
    message = one_line(said.get("message", ""), 200)
    if status == 401:
        raise FeedError(f"HubSpot 令牌过期或被撤销 (the token has expired or was revoked)：{message}")
    if status == 403:
        raise NotAllowed(
            f"HubSpot 令牌没有这部分的权限，略过 (a scope is missing; this part is left out)：{message}"
        )
    if status == 429 and said.get("policyName") == DAILY:
        raise FeedError("HubSpot 今天的调用额度用完了，之后再读 (today's API calls are used up)")
    if status == 429 or status >= 500:
        return f"HTTP {status}", headers.get("Retry-After")
    raise FeedError(f"HubSpot 拒绝了请求 (HubSpot refused) HTTP {status}：{message}")


def end_of(metadata: Any) -> str:
    """`won`, `lost`, or "" for a stage in which a deal is open, by what the stage says of itself."""
    told = {str(key): str(value).lower() for key, value in (metadata or {}).items()}
    if told.get("isClosed") != "true":
        return ""
    return "won" if float(told.get("probability") or 0) >= 1 else "lost"
