"""WeCom's error codes and what each asks of us (platforms.md 1.9). Judged by code: the texts change.

WecomFault
├── Refused    WeCom said no, with a code: surely not done
├── Unsent     it cannot have arrived: no connection, or turned away at the gate
└── Unsure     it may have arrived, and nobody said so
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.street.words import Fate, Sent


class Case(StrEnum):
    """What a code asks of us."""

    TOKEN = "token"
    """fetch a new access token once, repeat once"""
    BUSY = "busy"
    """repeat a few times, a little later"""
    PACE = "pace"
    """too often: wait at least a minute"""
    CROWD = "crowd"
    """too many calls at the same time: wait a moment"""
    SETTINGS = "settings"
    """nothing works until an admin changes something"""
    PERSON = "person"
    """this person cannot be written to"""
    MEDIA = "media"
    """the file has to be uploaded again"""
    CONTENT = "content"
    """this content is not taken; no retry mends it"""


CASES = {
    -1: Case.BUSY,
    6000: Case.BUSY,
    **dict.fromkeys((40014, 42001, 41001, 42009), Case.TOKEN),
    **dict.fromkeys((45009, 45011), Case.PACE),
    45033: Case.CROWD,
    **dict.fromkeys((40001, 40013, 40056, 48002, 48004, 50003, 60011, 60020), Case.SETTINGS),
    **dict.fromkeys((40003, 60111, 81013), Case.PERSON),
    40007: Case.MEDIA,
}

WORDS = {
    40001: "WECOM_SECRET 不对 / WECOM_SECRET is wrong",
    40013: "WECOM_CORP_ID 不对 / WECOM_CORP_ID is wrong",
    40056: "WECOM_AGENT_ID 不对 / WECOM_AGENT_ID is wrong",
    48002: "应用没有这个接口的权限 / the app may not call this",
    48004: "应用没有得到授权 / the app has no grant",
    50003: "应用已停用 / the app is disabled",
    60011: "应用的可见范围或权限不够 / the app's scope or rights do not reach that far",
    60020: "服务器 IP 不在“企业可信IP”里 / this server's IP is not in the app's trusted IPs",
    40003: "没有这个成员 / no such member",
    60111: "没有这个成员 / no such member",
    81013: "收件人都不在应用可见范围内 / no receiver is in the app's visible scope",
    40058: "参数不合要求 / a parameter is not taken",
    45002: "内容太长 / the content is too large",
    45009: "接口调用超过频率限制 / called too often",
    45011: "接口调用超过频率限制 / called too often",
    40007: "素材已失效 / the media id has expired",
}

SETTINGS_S, PACE_S, CROWD_S, TOKEN_S, BUSY_S = 300.0, 60.0, 2.0, 60.0, 5.0
WAITS = {
    Case.SETTINGS: SETTINGS_S,
    Case.PACE: PACE_S,
    Case.CROWD: CROWD_S,
    Case.TOKEN: TOKEN_S,
    Case.BUSY: BUSY_S,
}
"""Seconds after which a refused call may be worth another try."""

IPS = re.compile(r"from ip:?\s*([0-9a-fA-F.:]{3,45})")


class WecomFault(Exception):
    """Something between WeCom and us. The words have no secrets."""


class Refused(WecomFault):
    """WeCom refused, with `code`."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.case = CASES.get(code, Case.CONTENT)
        found = IPS.search(message) if code == 60020 else None
        self.from_ip = found[1].rstrip(".:") if found else ""
        said = WORDS.get(code, "企业微信拒绝 / WeCom refused")
        super().__init__(f"{code}: {said}{f' (from ip: {self.from_ip})' if self.from_ip else ''}")


class Unsent(WecomFault):
    """Surely not taken; may be tried again, after `after_s` seconds where that is known."""

    after_s = 0.0


class TooFast(Unsent):
    """This member has had as many messages as WeCom lets through."""

    def __init__(self, after_s: float) -> None:
        super().__init__("每分钟 30 条、每小时 1000 条已满 / 30 a minute or 1000 an hour are full")
        self.after_s = after_s


class Unsure(WecomFault):
    """Perhaps taken: a time-out or a broken line after the request left."""


def fate_of(fault: WecomFault) -> Sent:
    """What a fault means for the parcel. A setting only an admin can mend does not lose what waits: it is tried later."""
    note = str(fault)
    if isinstance(fault, Unsent):
        return Sent(fate=Fate.LATER, after_s=fault.after_s, note=note)
    if not isinstance(fault, Refused):
        return Sent(fate=Fate.UNKNOWN, note=note)
    if (wait := WAITS.get(fault.case)) is not None:
        return Sent(fate=Fate.LATER, after_s=wait, note=note)
    return Sent(fate=Fate.NEVER, note=note)
