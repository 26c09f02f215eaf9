"""What book_meeting takes, the meeting it may change, the hour it must not take twice, and the row it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from knowledge.model import Meeting, Person

from . import diary
from .action import State
from .arguments import shown
from .effect import BadArguments, Order, Scene
from .mailing import Address
from .tables import Action

UNFINISHED = (State.PENDING, State.SCHEDULED, State.EXECUTING)


class Arguments(BaseModel):
    """What book_meeting takes. `to` are those who are asked, the organiser left out; `meeting_id` names a booked
    meeting that is moved or, with `cancel`, called off. What an approver sees of it may be handed back as it is."""

    model_config = ConfigDict(extra="ignore")

    title: str = Field(default="", max_length=200)
    starts_at: str = Field(min_length=1, max_length=40)
    minutes: int = Field(default=60, ge=10, le=480)
    to: list[Address] = Field(default_factory=list, max_length=30)
    place: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=2000)
    language: str = Field(default="zh", pattern="^(zh|en)$")
    meeting_id: str = ""
    cancel: bool = False


def earlier(meeting_id: str, scene: Scene) -> Meeting:
    """The booked meeting that is to be changed: the asker's own, of this deal, with no change still under way."""
    meeting = scene.session.get(Meeting, meeting_id)
    if meeting is None or meeting.deal_id != scene.deal.id or meeting.owner_id != scene.requester.id:
        raise BadArguments("没有找到这个会议 / no such meeting")
    if meeting.status != "booked":
        raise BadArguments("这个会议已经取消 / this meeting is called off already")
    rows = scene.session.exec(
        select(Action).where(
            Action.action == "book_meeting", col(Action.state).in_(UNFINISHED), Action.canary_of == ""
        )
    )
    for row in rows:
        if row.id != scene.action_id and json.loads(row.payload or "{}").get("meeting_id") == meeting.id:
            raise BadArguments(
                f"这个会议的变更 {row.code} 还没完成 / another change of this meeting, {row.code}, is not done yet"
            )
    return meeting


def hold(payload: Mapping[str, Any], scene: Scene) -> None:
    """Refuse an hour that has passed or that the organiser or a colleague has already given away; name free ones."""
    starts_at, ends_at = (datetime.fromisoformat(payload[key]) for key in ("starts_at", "ends_at"))
    offset = scene.utc_offset_hours
    if starts_at <= scene.now:
        raise BadArguments(f"时间 {shown(starts_at, offset)} 已经过去 / that moment has passed already")
    people = colleagues_at(payload["to"], scene)
    but = {scene.action_id, payload["meeting_id"]} - {""}
    clashes = diary.taken(scene.session, people, starts_at, ends_at, but=but)
    if not clashes:
        return
    names = sorted({people[one] for clash in clashes for one in clash.people if one in people})
    minutes = round((ends_at - starts_at).total_seconds() / 60)
    free = diary.free_slots(scene.session, people, starts_at, minutes, offset, but=but)
    slots = diary.said(free, offset)
    raise BadArguments(
        f"{'、'.join(names)} 在 {shown(starts_at, offset)} 已有会议,没有预约。接下来都有空的时间: {slots or '两周内没有'} / "
        f"{', '.join(names)} already has a meeting at {shown(starts_at, offset)}; nothing was booked. "
        f"Next free: {slots.replace('、', ', ') or 'none within two weeks'}"
    )


def colleagues_at(guests: list[dict[str, str]], scene: Scene) -> dict[str, str]:
    """Id and name of the organiser and of every colleague among the guests."""
    addresses = {one["address"].lower() for one in guests}
    rows = scene.session.exec(select(Person).where(col(Person.active).is_(True)))
    there = {one.id: one.name for one in rows if one.email and one.email.lower() in addresses}
    return {scene.requester.id: scene.requester.name} | there


def written(order: Order, session: Session, *, uid: str) -> Meeting:
    """The meeting as it now stands in everybody's calendar, in the transaction that writes the action's end."""
    payload = order.payload
    meeting = session.get(Meeting, payload["meeting_id"]) if payload["meeting_id"] else None
    if meeting is None:
        deal = order.subject.deal
        meeting = Meeting(
            id=f"MT-{order.action_id.removeprefix('act-')[:8]}",
            title="",
            deal_id=payload["deal_id"],
            team_id=deal.team_id if deal else None,
            owner_id=order.sender.id,
            starts_at=order.now,
            ends_at=order.now,
            uid=uid,
            created_at=order.now,
        )
    meeting.title, meeting.place = payload["title"], payload["place"]
    meeting.starts_at = datetime.fromisoformat(payload["starts_at"])
    meeting.ends_at = datetime.fromisoformat(payload["ends_at"])
    meeting.attendees = [
        {"name": one["name"], "address": one["address"], "contact_id": one["contact_id"]}
        for one in payload["to"]
    ]
    meeting.sequence, meeting.action_id = int(payload["sequence"]), order.action_id
    meeting.status = "cancelled" if payload["method"] == "CANCEL" else "booked"
    session.add(meeting)
    session.flush()
    return meeting
