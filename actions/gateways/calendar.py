"""An invitation as iCalendar text (RFC 5545, 5546): what a calendar needs to add, move or drop one meeting.

The only file that knows icalendar. The same invitation always gives the same bytes: nothing here looks at a clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .letter import Invitation

if TYPE_CHECKING:
    from icalendar import Alarm, Event, Timezone, vCalAddress

ZONE_NAME = "Asia/Shanghai"
ZONE = ZoneInfo(ZONE_NAME)
REQUEST, CANCEL = "REQUEST", "CANCEL"
REMIND_BEFORE = timedelta(minutes=15)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Somebody who is at the meeting: the name shown ("" for none) and the mail address."""

    name: str = ""
    address: str


@dataclass(frozen=True, kw_only=True)
class MeetingNote:
    """One state of one meeting. `uid` stays through all its life, `sequence` grows with every change; times are aware,
    `stamp` is when this state was written; `method` REQUEST books or moves, CANCEL takes it out of every calendar."""

    uid: str
    sequence: int
    method: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    text: str
    organizer: Guest
    attendees: tuple[Guest, ...]
    stamp: datetime


def invitation(note: MeetingNote) -> Invitation:
    """The calendar part of the mail that tells everybody."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Chengdan//Meetings//CN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", note.method)
    calendar.add_component(_zone())
    calendar.add_component(_event(note))
    return Invitation(method=note.method, data=calendar.to_ical())


def _event(note: MeetingNote) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", note.uid)
    event.add("sequence", note.sequence)
    event.add("dtstamp", note.stamp)
    event.add("dtstart", note.starts_at.astimezone(ZONE))
    event.add("dtend", note.ends_at.astimezone(ZONE))
    event.add("summary", _plain(note.title))
    if note.place:
        event.add("location", _plain(note.place))
    if note.text:
        event.add("description", _plain(note.text))
    event.add("status", "CANCELLED" if note.method == CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _address(note.organizer))
    for guest in note.attendees:
        event.add("attendee", _attendee(guest))
    if note.method == REQUEST:
        event.add_component(_alarm(note))
    return event


def _address(guest: Guest) -> vCalAddress:
    from icalendar import vCalAddress

    address = vCalAddress(f"mailto:{guest.address}")
    if name := " ".join(_plain(guest.name).split()):
        address.params["CN"] = name
    return address


def _plain(text: str) -> str:
    """Text without what no calendar can hold; line ends stay."""
    return _UNSEEN.sub(" ", text)


def _attendee(guest: Guest) -> vCalAddress:
    address = _address(guest)
    wanted = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    address.params.update(wanted)
    return address


def _alarm(note: MeetingNote) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _plain(note.title))
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm


def _zone() -> Timezone:
    """China has had one offset and no summer time since 1991; Outlook wants it spelled out beside the TZID."""
    from icalendar import Timezone, TimezoneStandard

    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1991, 9, 15, 1, 0))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone = Timezone()
    zone.add("tzid", ZONE_NAME)
    zone.add_component(standard)
    return zone
