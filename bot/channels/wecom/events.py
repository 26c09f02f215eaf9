"""WeCom's events: pressed cards, menus, somebody opening the chat, and what WeCom tells the operators."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.street.words import Address, Arrival, Click, Kind

from .xmltree import Fields

CHANNEL = "wecom"
CARD = ("template_card_event", "template_card_menu_event", "taskcard_click")
ALARMS = {
    "inactive_alert": "应用长期无人使用,将被停用 / nobody uses the app; WeCom will disable it",
    "close_inactive_agent": "应用因无人使用已被停用 / WeCom has disabled the app because nobody used it",
    "reopen_inactive_agent": "应用已重新启用 / the app is enabled again",
    "low_active_alert": "应用活跃度低,将被限制 / the app is used little; WeCom will restrict it",
    "low_active": "应用因活跃度低已被限制 / the app is restricted because it is used little",
    "active_restored": "应用活跃度已恢复 / the app is no longer restricted",
}
"""What operators must hear of, in words."""

MENDED = ("reopen_inactive_agent", "active_restored")


@dataclass(frozen=True)
class Alarm:
    """Something WeCom tells the operators. `over`: it is good again."""

    name: str
    says: str
    over: bool


def alarm_of(fields: Fields) -> Alarm | None:
    """The alarm in this callback, if it is one."""
    name = fields.get("Event").lower()
    if fields.get("MsgType").lower() != "event" or name not in ALARMS:
        return None
    return Alarm(name, ALARMS[name], over=name in MENDED)


def event_arrival(fields: Fields, at: datetime) -> Arrival | None:
    """A click, a greeting, a menu entry as the text it stands for; None for events that need no answer."""
    name = fields.get("Event").lower()
    if name in CARD:
        return _click(fields, at)
    if name == "subscribe":
        return _arrival(fields, at, event_key(fields), kind=Kind.HELLO)
    if name == "enter_agent":
        # It comes every time the chat is opened: one greeting a day is enough, so the day is in the key.
        key = f"enter:{fields.get('FromUserName')}:{at.date().isoformat()}"
        return _arrival(fields, at, key, kind=Kind.HELLO)
    if name == "click" and fields.get("EventKey"):
        return _arrival(fields, at, event_key(fields), text=fields.get("EventKey"))
    if name == "scancode_waitmsg" and (scanned := fields.under("ScanCodeInfo").get("ScanResult")):
        return _arrival(fields, at, event_key(fields), text=scanned)
    return None


def event_key(fields: Fields) -> str:
    """Events have no MsgId. Sender and time are what WeCom advises; two clicks in one second need the rest too."""
    names = ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId", "ResponseCode")
    joined = "\x1f".join(fields.get(name) for name in names)
    return f"event:{hashlib.sha256(joined.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _click(fields: Fields, at: datetime) -> Arrival | None:
    token = fields.get("EventKey")
    if not token:
        return None
    refs = {"task_id": fields.get("TaskId"), "card_type": fields.get("CardType")}
    if code := fields.get("ResponseCode"):
        refs |= {"response_code": code, "response_code_at": at.isoformat()}
    click = Click(token=token, refs={name: value for name, value in refs.items() if value})
    return _arrival(fields, at, event_key(fields), kind=Kind.CLICK, click=click, extra=_selected(fields))


def _selected(fields: Fields) -> dict[str, str]:
    """Chosen options by question; XML gives one or many alike."""
    chosen = {}
    for item in fields.all("SelectedItems/SelectedItem"):
        options = [option.text() for option in item.all("OptionIds/OptionId")]
        chosen[f"selected:{item.get('QuestionKey')}"] = " ".join(options)
    return chosen


def _arrival(
    fields: Fields,
    at: datetime,
    key: str,
    *,
    kind: Kind = Kind.MESSAGE,
    text: str = "",
    click: Click | None = None,
    extra: dict[str, str] | None = None,
) -> Arrival:
    sender = fields.get("FromUserName")
    return Arrival(
        channel=CHANNEL,
        external_id=key,
        sender=sender,
        address=Address(channel=CHANNEL, to=sender),
        at=at,
        kind=kind,
        text=text,
        click=click,
        extra=extra or {},
    )
