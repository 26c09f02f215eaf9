"""When colleagues are taken: meetings booked, and invitations still on their way, which hold their time from the start."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from knowledge.model import Meeting, Person

from .action import State
from .arguments import local, shown
from .tables import Action

OPENS, CLOSES = 9, 18
"""The working day, in whole hours local; Monday to Friday."""
STEP = timedelta(minutes=30)
OFFERED = 3
DAYS_AHEAD = 14
EARLY = timedelta(minutes=15)
"""So much before its time a meeting may begin."""
_HOLDING = (State.PENDING, State.SCHEDULED, State.EXECUTING, State.UNKNOWN)


@dataclass(frozen=True)
class Taken:
    """One span in which these colleagues have something else; times are aware."""

    starts_at: datetime
    ends_at: datetime
    people: frozenset[str]
    meeting_id: str = ""

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and starts_at < self.ends_at


def off_hours(starts_at: datetime, ends_at: datetime, utc_offset_hours: int) -> bool:
    """Whether a meeting leaves the working day: before nine, after six, at the weekend, or over midnight."""
    begin, end = local(starts_at, utc_offset_hours), local(ends_at, utc_offset_hours)
    late = end.hour * 60 + end.minute > CLOSES * 60
    return begin.hour < OPENS or late or begin.weekday() >= 5 or begin.date() != end.date()


def taken(
    session: Session, people: Collection[str], since: datetime, until: datetime, *, but: Collection[str] = ()
) -> list[Taken]:
    """What these colleagues have between two moments, without the meetings and actions named in `but`."""
    wanted = frozenset(people)
    found = [*_booked(session, since, until, but), *_on_their_way(session, but)]
    hits = (one for one in found if one.meets(since, until) and one.people & wanted)
    return sorted(hits, key=lambda one: (one.starts_at, one.ends_at))


def free_slots(
    session: Session,
    people: Collection[str],
    after: datetime,
    minutes: int,
    utc_offset_hours: int,
    *,
    but: Collection[str] = (),
) -> list[datetime]:
    """The next starts, on half hours of working days, at which everybody is free for so long."""
    length, until = timedelta(minutes=minutes), after + timedelta(days=DAYS_AHEAD)
    busy = taken(session, people, after, until + length, but=but)
    start = _next_step(after)
    found: list[datetime] = []
    while start < until and len(found) < OFFERED:
        end = start + length
        if not off_hours(start, end, utc_offset_hours) and not any(one.meets(start, end) for one in busy):
            found.append(start)
        start += STEP
    return found


def said(slots: Collection[datetime], utc_offset_hours: int) -> str:
    return "、".join(shown(slot, utc_offset_hours) for slot in slots)


def upcoming(session: Session, person_id: str, now: datetime, limit: int = 50) -> list[Meeting]:
    """The booked meetings of one colleague that have not ended, the next first: their own, and those they are asked to."""
    person = session.get(Person, person_id)
    rows = session.exec(
        select(Meeting)
        .where(Meeting.status == "booked", col(Meeting.ends_at) > now)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    mine = [row for row in rows if row.owner_id == person_id or _attends(row, person)]
    return mine[:limit]


def asked_to(session: Session, deal_id: str, at: datetime) -> frozenset[str]:
    """The colleagues whom the booked meeting of a deal that was on at a moment was for, its organiser among them; of two
    the one that began last. A talk may begin EARLY."""
    if not deal_id:
        return frozenset()
    rows = session.exec(
        select(Meeting)
        .where(Meeting.deal_id == deal_id, Meeting.status == "booked")
        .where(col(Meeting.starts_at) <= at + EARLY, col(Meeting.ends_at) > at)
        .order_by(col(Meeting.starts_at).desc(), col(Meeting.id))
    )
    row = rows.first()
    if row is None:
        return frozenset()
    by_address = _colleagues(session)
    there = {by_address.get(one.get("address", "").lower(), "") for one in row.attendees}
    return frozenset({row.owner_id, *there} - {""})


def _attends(row: Meeting, person: Person | None) -> bool:
    address = person.email.lower() if person else ""
    return bool(address) and any(one.get("address", "").lower() == address for one in row.attendees)


def _booked(session: Session, since: datetime, until: datetime, but: Collection[str]) -> Iterator[Taken]:
    rows = session.exec(
        select(Meeting).where(
            Meeting.status == "booked", col(Meeting.starts_at) < until, col(Meeting.ends_at) > since
        )
    ).all()
    by_address = _colleagues(session) if rows else {}
    for row in rows:
        if row.id in but:
            continue
        there = {by_address.get(one.get("address", "").lower(), "") for one in row.attendees}
        yield Taken(row.starts_at, row.ends_at, frozenset({row.owner_id, *there}), row.id)


def _on_their_way(session: Session, but: Collection[str]) -> Iterator[Taken]:
    """Invitations that wait for a yes or for their undo window: two people must not be promised the same hour."""
    rows = session.exec(
        select(Action).where(
            Action.action == "book_meeting", col(Action.state).in_(_HOLDING), Action.canary_of == ""
        )
    ).all()
    by_address = _colleagues(session) if rows else {}
    for row in rows:
        payload = json.loads(row.payload) if row.erased_at is None else {}
        if row.id in but or payload.get("method") != "REQUEST":
            continue
        there = {by_address.get(one["address"].lower(), "") for one in payload["to"]}
        yield Taken(
            datetime.fromisoformat(payload["starts_at"]),
            datetime.fromisoformat(payload["ends_at"]),
            frozenset({row.requester_id, *there}),
            str(payload["meeting_id"]),
        )


def _colleagues(session: Session) -> dict[str, str]:
    return {person.email.lower(): person.id for person in session.exec(select(Person)) if person.email}


def _next_step(after: datetime) -> datetime:
    """The next full or half hour."""
    whole = after.replace(minute=0, second=0, microsecond=0)
    steps = -((whole - after) // STEP)
    return whole + STEP * steps
