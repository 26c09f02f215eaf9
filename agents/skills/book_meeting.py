"""Skill: ask for a meeting, another time for it, or its end; the invitation goes out by mail with a calendar part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from agents.deal_values import iso_moment, typed_moment
from agents.guests import GuestOf, guests, the_meeting
from agents.lookup import Unclear, the_deal
from agents.proposing import Wording
from agents.provenance import was_typed
from agents.skill import Skill, Turn
from agents.wishing import do, label
from knowledge.model import Meeting


class Arguments(BaseModel):
    """What book_meeting takes."""

    deal: str | None = Field(default=None, description="the deal it is about; omit for the current deal")
    title: str | None = Field(default=None, max_length=200, description="what it is about; omit if not said")
    start: str | None = Field(
        default=None, max_length=40, description="ISO date-time it begins, Beijing time"
    )
    minutes: int | None = Field(default=None, ge=10, le=480, description="how long; omit if not said (60)")
    attendees: list[str] = Field(
        default_factory=list,
        max_length=30,
        description="names of contacts and colleagues, or addresses, as the user said",
    )
    place: str | None = Field(default=None, max_length=200)
    meeting: str | None = Field(
        default=None, max_length=40, description="id of a booked meeting to move or cancel"
    )
    move: bool = Field(default=False, description="true to give a booked meeting another time")
    cancel: bool = Field(default=False, description="true to call a booked meeting off")


def run(turn: Turn, arguments: Arguments) -> str:
    """Book a meeting with contacts or colleagues ("约王总周四下午三点开会"), move a booked one (move) or call it off
    (cancel), only when the user asked for it. Everybody gets an invitation for their calendar. Taken hours are refused
    with free ones named: report exactly what this returns."""
    chosen = the_deal(turn, arguments.deal or _deal_of(turn, arguments))
    if isinstance(chosen, Unclear):
        return chosen.sentence
    facts = chosen.facts
    before = None
    if arguments.meeting or arguments.move or arguments.cancel:
        found = the_meeting(turn, arguments.meeting, arguments.attendees, facts)
        if isinstance(found, Unclear):
            return found.sentence
        before = found
    people = guests(turn, arguments.attendees, facts)
    if isinstance(people, Unclear):
        return people.sentence
    start = _start(turn, arguments, before)
    if isinstance(start, Unclear):
        return start.sentence
    if not people and before is None:
        return turn.say(
            "和谁开会?请说联系人或同事的名字。", "A meeting with whom? Name a contact or a colleague."
        )
    args = _arguments(turn, arguments, people, start, before)
    told = do(
        turn,
        "book_meeting",
        args,
        facts.deal.id,
        _labels(turn, arguments, people, start),
        _words(arguments, args),
    )
    return "\n".join(part for part in (told, chosen.note) if part)


def _deal_of(turn: Turn, arguments: Arguments) -> str | None:
    """Without a deal in question the first person named may still say which one is meant."""
    if turn.focus.get("deal_id") or turn.focus.get("account_id"):
        return None
    return next((one for one in arguments.attendees if turn.desk.names().resolve(one, "contact")), None)


def _start(turn: Turn, arguments: Arguments, before: Meeting | None) -> datetime | Unclear:
    """When it begins; a meeting that is called off keeps its time."""
    if before is not None and arguments.cancel:
        return before.starts_at
    found = iso_moment(turn, arguments.start) if arguments.start else None
    if isinstance(found, datetime):
        return found
    return Unclear(
        turn.say("几点开始?例如 周四下午三点。", "When does it begin? For example Thursday at 3pm.")
    )


def _arguments(
    turn: Turn, arguments: Arguments, people: Sequence[GuestOf], start: datetime, before: Meeting | None
) -> dict[str, Any]:
    to = [{"name": one.name, "address": one.address} for one in people]
    outside = [one.language for one in people if one.outside]
    minutes = arguments.minutes
    if before is not None:
        known = {one["address"].lower() for one in to}
        to = [
            *(
                {"name": one["name"], "address": one["address"]}
                for one in before.attendees
                if one["address"].lower() not in known
            ),
            *to,
        ]
        minutes = minutes or round((before.ends_at - before.starts_at).total_seconds() / 60)
    return {
        "title": arguments.title or (before.title if before else ""),
        "starts_at": start.isoformat(),
        "minutes": minutes or 60,
        "to": to,
        "place": arguments.place or (before.place if before else ""),
        "language": "en"
        if outside and all(one == "en" for one in outside)
        else "zh"
        if outside
        else turn.language,
        "meeting_id": before.id if before else "",
        "cancel": arguments.cancel,
    }


def _labels(
    turn: Turn, arguments: Arguments, people: Sequence[GuestOf], start: datetime
) -> dict[str, frozenset[str]]:
    addresses = frozenset(name for one in people for name in one.labels) or frozenset({"crm_record"})
    return {
        "to": addresses,
        "title": label(turn, not arguments.title or was_typed(turn, arguments.title)),
        "place": label(turn, not arguments.place or was_typed(turn, arguments.place)),
        "starts_at": label(turn, arguments.cancel or typed_moment(turn, start)),
    }


def _words(arguments: Arguments, args: dict[str, Any]) -> Wording:
    names = [one["name"] or one["address"] for one in args["to"]]
    who, who_en = "、".join(names), ", ".join(names)
    if arguments.cancel:
        noun = (f"与 {who} 的会议取消通知", f"The cancellation of the meeting with {who_en}")
    elif args["meeting_id"]:
        noun = (f"与 {who} 的会议变更通知", f"The new time of the meeting with {who_en}")
    else:
        noun = (f"给 {who} 的会议邀请", f"The invitation to {who_en}")
    return Wording(
        noun=noun,
        verb=("发出", "go out"),
        done=("已发出", "has been sent"),
        not_done=("没有发出会议通知", "No invitation was sent"),
        kept=("没有执行", "nothing was sent"),
        title=args["title"] or noun[0],
    )


SKILL = Skill(name="book_meeting", arguments=Arguments, run=run)
