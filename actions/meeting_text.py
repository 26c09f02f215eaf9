"""The words of an invitation: its letter, its card, made from the payload alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .arguments import local
from .card import CardLine

REQUEST, CANCEL = "REQUEST", "CANCEL"
_DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def title(guests: Sequence[Mapping[str, str]], language: str) -> str:
    """What a meeting without a name is called."""
    names = [one["name"] or one["address"] for one in guests]
    return f"Meeting with {', '.join(names)}" if language == "en" else f"与{'、'.join(names)}的会议"


def as_mail(
    payload: Mapping[str, Any], organizer: str, language: str, *, moved: bool, utc_offset_hours: int = 8
) -> dict[str, Any]:
    """The mail's part of the payload: what everybody reads who has no calendar, signed by `organizer`."""
    en = language == "en"
    cancel = payload["method"] == CANCEL
    when = span(payload, en, utc_offset_hours)
    head = {
        (False, False): ("会议邀请", "Invitation"),
        (True, False): ("会议时间变更", "Meeting moved"),
    }.get((moved, cancel), ("会议取消", "Meeting cancelled"))[en]
    lines = [
        f"{'Title' if en else '主题'}: {payload['title']}",
        f"{'Time' if en else '时间'}: {when}",
    ]
    if payload["place"]:
        lines.append(f"{'Place' if en else '地点'}: {payload['place']}")
    if payload["note"]:
        lines += ["", payload["note"]]
    opening = _opening(cancel, moved, en)
    body = "\n".join([opening, "", *lines, "", organizer, ""])
    return {
        "cc": [],
        "subject": f"{head}: {payload['title']}",
        "body": body,
        "template_text": body,
        "discount_bp": 0,
        "in_reply_to": "",
        "language": language,
        "attachments": [],
        "organizer": organizer,
        "when": when,
    }


def span(payload: Mapping[str, Any], en: bool, utc_offset_hours: int) -> str:
    """2026-11-26 周四 15:00-16:00 (北京时间)."""
    begin = local(datetime.fromisoformat(payload["starts_at"]), utc_offset_hours)
    end = local(datetime.fromisoformat(payload["ends_at"]), utc_offset_hours)
    day = (_DAYS_EN if en else _DAYS)[begin.weekday()]
    zone = "Beijing time" if en else "北京时间"
    last = f"{end:%H:%M}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{begin:%Y-%m-%d} {day} {begin:%H:%M}-{last} ({zone})"


def headline(payload: Mapping[str, Any]) -> tuple[str, str]:
    """In one line, Chinese and English: what will happen to whose calendar."""
    who = [one["name"] or one["address"] for one in payload["to"]]
    zh, en = "、".join(who), ", ".join(who)
    if payload["method"] == CANCEL:
        return (
            f"取消与 {zh} 的会议《{payload['title']}》",
            f"Cancel the meeting with {en}: {payload['title']}",
        )
    if payload["meeting_id"]:
        return (
            f"把与 {zh} 的会议《{payload['title']}》改到 {payload['when']}",
            f"Move the meeting with {en}, {payload['title']}, to {payload['when']}",
        )
    return (
        f"约 {zh} 开会《{payload['title']}》{payload['when']}",
        f"Invite {en} to {payload['title']}, {payload['when']}",
    )


def lines(payload: Mapping[str, Any]) -> tuple[CardLine, ...]:
    """Time and place as they will stand in the calendar, and which version of the invitation this is."""
    found = [
        CardLine(zh="会议", en="Meeting", value=payload["title"]),
        CardLine(zh="时间", en="Time", value=payload["when"]),
    ]
    if payload["place"]:
        found.append(CardLine(zh="地点", en="Place", value=payload["place"]))
    found.append(CardLine(zh="组织者", en="Organiser", value=payload["organizer"]))
    found.append(
        CardLine(zh="日历", en="Calendar", value=f"METHOD:{payload['method']} SEQUENCE:{payload['sequence']}")
    )
    return tuple(found)


def _opening(cancel: bool, moved: bool, en: bool) -> str:
    if cancel:
        return "The following meeting will not take place." if en else "您好，以下会议取消："
    if moved:
        return "The following meeting has a new time." if en else "您好，以下会议的时间有变更："
    return "You are invited to the following meeting." if en else "您好，诚邀您参加以下会议："
