"""What DingTalk says when it does not do it, sorted by what may be done about it."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from bot.street.words import Fate, Sent

from .frames import as_object

QUOTA, PACE, BLOCKED, TOKEN, REFUSED, LOST = "quota", "pace", "blocked", "token", "refused", "lost"

PACE_S = 2.0
BLOCKED_S = 300.0
"""A blocked address stays blocked for five minutes."""

_TOKEN_CODES = {"40001", "40014", "41001", "42001", "88", "InvalidAuthentication", "invalidAccessToken"}
_PACE_CODES = {"90002", "90018", "90019", "130101", "410100"}
_SECRETS = re.compile(r"(?i)((?:access_token|session|ticket|secret)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+")


class Trouble(Exception):
    """One call that did not succeed. `fate` is what became of it, `kind` what to do, `note` free of secrets."""

    def __init__(self, fate: Fate, kind: str, note: str, after_s: float = 0.0) -> None:
        super().__init__(note)
        self.fate, self.kind, self.note, self.after_s = fate, kind, note, after_s

    def sent(self) -> Sent:
        return Sent(fate=self.fate, note=self.note, after_s=self.after_s)


def lost(error: httpx.HTTPError) -> Trouble:
    """No answer. A request that never left is surely not done; of any other nobody knows."""
    name = type(error).__name__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return Trouble(Fate.LATER, LOST, f"钉钉连不上 / DingTalk cannot be reached: {name}", PACE_S)
    return Trouble(Fate.UNKNOWN, LOST, f"钉钉没有答复 / DingTalk did not answer: {name}")


def judge(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON. Raises Trouble for everything that is not a success, HTTP 200 with an errcode included."""
    record = as_object(response.text)
    if (not record and not _json(response)) or record.get("status") == 1111 or "punish" in record:
        raise _no_answer_of_theirs(response, record)
    code = str(record.get("code") or record.get("errcode") or record.get("errorCode") or "")
    words = record.get("message") or record.get("errmsg") or record.get("errorMsg") or ""
    note = hidden(f"HTTP {response.status_code} {code} {words}")
    if record.get("success") is False:
        code = code or "success=false"
    if response.status_code < 400 and code in ("", "0"):
        return record
    if code == "90020" or "ApiCountLimitForOrg" in code:
        raise Trouble(Fate.NEVER, QUOTA, f"本月接口额度用完 / this month's API calls are used up: {note}")
    if response.status_code == 429 or "QpsLimit" in code or code in _PACE_CODES:
        raise Trouble(Fate.LATER, PACE, f"钉钉限流 / rate limited: {note}", PACE_S)
    if response.status_code == 401 or code in _TOKEN_CODES:
        raise Trouble(Fate.LATER, TOKEN, f"凭证失效 / the token is not valid: {note}", PACE_S)
    if response.status_code in (502, 504):
        raise Trouble(Fate.UNKNOWN, LOST, f"钉钉网关没有答复 / the gateway had no answer: {note}")
    if response.status_code >= 500 or code == "-1":
        raise Trouble(Fate.LATER, LOST, f"钉钉出错 / DingTalk has an error: {note}", PACE_S)
    raise Trouble(Fate.NEVER, REFUSED, f"钉钉不收 / refused: {note}{_advice(code)}")


def _no_answer_of_theirs(response: httpx.Response, record: dict[str, Any]) -> Trouble:
    """An HTML page, or the guard before the API: this address made too many calls. A 5xx page is only a 5xx."""
    if response.status_code in (502, 504):
        return Trouble(Fate.UNKNOWN, LOST, f"HTTP {response.status_code}")
    if response.status_code >= 500:
        return Trouble(
            Fate.LATER, LOST, f"钉钉出错 / DingTalk has an error: HTTP {response.status_code}", PACE_S
        )
    wait = record.get("wait")
    after = max(BLOCKED_S, float(wait)) if isinstance(wait, int | float) else BLOCKED_S
    words = "本机地址被钉钉拦截,约 5 分钟 / this address is blocked by DingTalk for about 5 minutes"
    return Trouble(Fate.LATER, BLOCKED, words, after)


def _json(response: httpx.Response) -> bool:
    try:
        json.loads(response.text or "x")
    except (ValueError, RecursionError):
        return False
    return True


def _advice(code: str) -> str:
    if "templateUnpublished" in code:
        return " · 到卡片搭建平台发布模板 / publish the template in the card builder"
    if "PermissionDenied" in code:
        return " · 到开放平台给应用加权限 / grant the app this permission"
    return ""


def hidden(text: str) -> str:
    """A sentence of the platform without what opens doors."""
    return _SECRETS.sub(r"\1***", text)[:300].strip()
