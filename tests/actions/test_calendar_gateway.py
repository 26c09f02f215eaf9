"""The calendar part of a letter: well-formed whatever stands in it, the same bytes every time, and refused when odd."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from actions.gateways.calendar import CANCEL, REQUEST, Guest, MeetingNote, invitation
from actions.gateways.mail import Attachment, BadMail, Invitation, Mail, Mailbox
from actions.gateways.mime import render

START = datetime(2026, 11, 26, 7, tzinfo=UTC)
NOTE = MeetingNote(
    uid="act-1@us.example.cn",
    sequence=0,
    method=REQUEST,
    title="方案讨论",
    starts_at=START,
    ends_at=START + timedelta(hours=1),
    place="",
    text="",
    organizer=Guest(name="李娜", address="lina@us.example.cn"),
    attendees=(Guest(name='Huang, "Grace"; x', address="grace@hd.example.com"),),
    stamp=datetime(2026, 11, 23, 2, tzinfo=UTC),
)
MAIL = Mail(
    message_id="<act-1@us.example.cn>",
    sender_name="李娜",
    sender_address="lina@us.example.cn",
    to=(Mailbox(name="王建国", address="wang@hd.example.com"),),
    subject="会议邀请",
    body="您好",
    date=datetime(2026, 11, 23, 2, tzinfo=UTC),
    calendar=invitation(NOTE),
)


@given(
    title=st.text(max_size=200),
    place=st.text(max_size=80),
    text=st.text(max_size=300),
    name=st.text(max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_out_of_its_field(title: str, place: str, text: str, name: str) -> None:
    note = replace(NOTE, title=title, place=place, text=text, attendees=(Guest(name=name, address="a@b.cn"),))
    made = invitation(note).data
    calendar = Calendar.from_ical(made)
    (event,) = calendar.walk("VEVENT")
    assert len(calendar.walk("VEVENT")) == 1
    assert str(event["ATTENDEE"]) == "mailto:a@b.cn"
    assert event["UID"] == NOTE.uid
    assert invitation(note).data == made
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))


def test_a_cancellation_says_so() -> None:
    calendar = Calendar.from_ical(invitation(replace(NOTE, method=CANCEL, sequence=3)).data)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 3)


def test_the_letter_is_the_same_every_time_and_keeps_other_files() -> None:
    mail = replace(
        MAIL, attachments=(Attachment(name="议程.pdf", content_type="application/pdf", data=b"%PDF"),)
    )
    assert render(mail) == render(mail)
    message = email.message_from_bytes(render(mail), policy=default)
    assert [part.get_filename() for part in message.iter_attachments()] == ["议程.pdf", "invite.ics"]  # type: ignore[attr-defined]


def test_a_letter_without_a_calendar_is_as_it_was() -> None:
    plain = render(replace(MAIL, calendar=None))
    assert b"text/calendar" not in plain
    assert plain.count(b"multipart/") == 1


@pytest.mark.parametrize(
    "part",
    [
        Invitation(method="PUBLISH", data=invitation(NOTE).data),
        Invitation(method=CANCEL, data=invitation(NOTE).data),
        Invitation(method=REQUEST, data=b"hello"),
        Invitation(method=REQUEST, data=invitation(NOTE).data[:-4]),
    ],
)
def test_what_is_no_invitation_is_refused(part: Invitation) -> None:
    with pytest.raises(BadMail, match="日历"):
        render(replace(MAIL, calendar=part))
