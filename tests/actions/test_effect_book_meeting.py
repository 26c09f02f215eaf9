"""Meetings: invited with a calendar part, never twice in one hour, moved and called off as calendars expect."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.cards import card_of
from knowledge.model import Interaction, Meeting, Person
from tests.fakes.deeds import GUESSED, TYPED, row, wish
from tests.fakes.firm import Firm

WANG = {"name": "王建国", "address": "wang@hd.example.com"}
CHEN = {"name": "陈浩", "address": "chen@us.example.cn"}
ZHAO = {"name": "赵磊", "address": "zhao@us.example.cn"}
LABELS = {"to": frozenset({"crm_record"}), "title": TYPED, "tool": TYPED}
WINDOW = 601


def book(
    firm: Firm, key: str = "k1", labels: Any = LABELS, who: str = "p-lina", about: str = "D-1", **args: Any
) -> Outcome:
    wanted = {"title": "方案讨论", "starts_at": "2026-11-26T15:00", "to": [CHEN]} | args
    return wish(firm, "book_meeting", wanted, key=key, who=who, about=about, labels=labels)


def sent(firm: Firm, *, passed: float = WINDOW) -> list[EmailMessage]:
    firm.clock.pass_(passed)
    firm.performer.tick()
    found = [email.message_from_bytes(path.read_bytes(), policy=default) for path in _by_age(firm.posted())]
    return [message for message in found if isinstance(message, EmailMessage)]


def _by_age(paths: list[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: path.stat().st_mtime_ns)


def calendar_of(message: EmailMessage) -> Any:
    part = next(one for one in message.walk() if one.get_content_type() == "text/calendar")
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    assert next(part.iter_attachments(), None) is None
    return Calendar.from_ical(data)


def meetings(firm: Firm) -> list[Meeting]:
    with firm.store.reading() as session:
        return list(session.exec(select(Meeting).order_by(Meeting.id)))


class TestInviting:
    def test_colleagues_are_invited_after_ten_minutes(self, firm: Firm) -> None:
        outcome = book(firm)
        assert (outcome.state, outcome.at_once) == (State.SCHEDULED, False)
        assert sent(firm, passed=300) == []
        assert meetings(firm) == []
        (message,) = sent(firm)
        (meeting,) = meetings(firm)
        assert (meeting.title, meeting.owner_id, meeting.status, meeting.sequence) == (
            "方案讨论",
            "p-lina",
            "booked",
            0,
        )
        assert meeting.starts_at == datetime(2026, 11, 26, 7, tzinfo=UTC)
        assert meeting.ends_at == datetime(2026, 11, 26, 8, tzinfo=UTC)
        assert message["Subject"] == "会议邀请: 方案讨论"
        assert "2026-11-26 周四 15:00-16:00 (北京时间)" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    def test_the_calendar_part_is_an_alternative_and_a_file(self, firm: Firm) -> None:
        book(firm, place="腾讯会议 123-456", note="带上样机")
        (message,) = sent(firm)
        assert [part.get_content_type() for part in message.walk()] == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
        ]  # fmt: skip
        alternative = next(one for one in message.walk() if one.get_content_type() == "text/calendar")
        assert alternative.get_param("method") == "REQUEST"
        assert alternative.get_content_charset() == "utf-8"
        (file,) = list(message.iter_attachments())
        assert file.get_filename() == "invite.ics"
        assert file.get_payload(decode=True) == alternative.get_payload(decode=True)

    def test_what_the_calendar_is_told(self, firm: Firm) -> None:
        outcome = book(firm, to=[CHEN, ZHAO], place="301 会议室", note="带上样机")
        (message,) = sent(firm)
        calendar = calendar_of(message)
        (event,) = calendar.walk("VEVENT")
        assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
        assert event["UID"] == f"{outcome.action_id}@us.example.cn"
        assert event["SEQUENCE"] == 0
        assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
        assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 11, 26, 7, tzinfo=UTC)
        assert event["DTSTAMP"].dt == datetime(2026, 11, 23, 2, 10, 1, tzinfo=UTC)
        assert (event["SUMMARY"], event["LOCATION"], event["DESCRIPTION"]) == (
            "方案讨论",
            "301 会议室",
            "带上样机",
        )
        assert (str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]) == (
            "mailto:lina@us.example.cn",
            "李娜",
        )
        guests = {str(one): one.params for one in event["ATTENDEE"]}
        assert set(guests) == {"mailto:chen@us.example.cn", "mailto:zhao@us.example.cn"}
        assert all(
            params["RSVP"] == "TRUE" and params["PARTSTAT"] == "NEEDS-ACTION" for params in guests.values()
        )
        (alarm,) = event.walk("VALARM")
        assert alarm["ACTION"] == "DISPLAY"
        assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]

    def test_a_customer_is_invited_with_the_sellers_own_yes(self, firm: Firm) -> None:
        outcome = book(firm, to=[WANG, CHEN])
        assert outcome.approvers == ("p-lina",)
        assert "meeting-outsiders" in [rule["id"] for rule in row(firm, outcome).decision["rules"]]
        assert firm.approve("p-zhao", outcome.code).status is Status.REFUSED
        assert firm.approve("p-lina", outcome.code).state is State.SCHEDULED
        (message,) = sent(firm)
        assert [one.addr_spec for one in message["To"].addresses] == [
            "wang@hd.example.com",
            "chen@us.example.cn",
        ]
        with firm.store.reading() as session:
            (mail,) = session.exec(select(Interaction)).all()
        assert (mail.kind, mail.contact_id, mail.direction) == ("mail", "C-1", "outbound")

    def test_what_only_colleagues_got_is_no_history_of_the_customer(self, firm: Firm) -> None:
        book(firm)
        sent(firm)
        with firm.store.reading() as session:
            assert session.exec(select(Interaction)).all() == []

    def test_in_english(self, firm: Firm) -> None:
        book(firm, title="", language="en")
        (message,) = sent(firm)
        assert message["Subject"] == "Invitation: Meeting with 陈浩"
        assert "Thu 15:00-16:00 (Beijing time)" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    def test_a_line_break_in_a_title_writes_no_header(self, firm: Firm) -> None:
        book(firm, title="方案\r\nBcc: evil@example.org\r\nATTENDEE:mailto:x@y.z")
        (message,) = sent(firm)
        assert message["Bcc"] is None
        (event,) = calendar_of(message).walk("VEVENT")
        assert event["SUMMARY"] == "方案 Bcc: evil@example.org ATTENDEE:mailto:x@y.z"


class TestTheHour:
    def test_two_people_are_not_promised_one_hour(self, firm: Firm) -> None:
        book(firm, "a")
        sent(firm)
        again = book(firm, "b", title="别的", starts_at="2026-11-26T15:30")
        assert (again.status, again.action_id) == (Status.REFUSED, "")
        assert "李娜" in again.reason
        assert "陈浩" in again.reason
        assert "2026-11-26 16:00、2026-11-26 16:30、2026-11-26 17:00" in again.reason
        assert "Next free: 2026-11-26 16:00" in again.reason

    def test_an_invitation_on_its_way_holds_the_hour(self, firm: Firm) -> None:
        first = book(firm, "a")
        assert book(firm, "b", title="别的").action_id == ""
        firm.approvals.undo("p-lina", first.code)
        assert book(firm, "c", title="别的").state is State.SCHEDULED

    def test_a_colleague_is_not_double_booked_by_somebody_else(self, firm: Firm) -> None:
        book(firm, "a", to=[ZHAO])
        sent(firm)
        other = book(firm, "b", who="p-chen", about="D-2", to=[ZHAO])
        assert "赵磊 在 2026-11-26 15:00 已有会议" in other.reason
        assert "李娜" not in other.reason
        assert book(
            firm, "c", who="p-chen", about="D-2", to=[{"name": "", "address": "qian@us.example.cn"}]
        ).action_id

    def test_meetings_may_follow_each_other(self, firm: Firm) -> None:
        book(firm, "a")
        assert book(firm, "b", starts_at="2026-11-26T16:00").state is State.SCHEDULED
        assert book(firm, "c", starts_at="2026-11-26T14:00").state is State.SCHEDULED

    def test_the_next_free_hours_are_working_hours(self, firm: Firm) -> None:
        book(firm, "a", starts_at="2026-11-27T17:00")  # a Friday
        again = book(firm, "b", starts_at="2026-11-27T17:30", title="别的")
        assert "2026-11-30 09:00、2026-11-30 09:30" in again.reason

    @pytest.mark.parametrize(
        "start", ["2026-11-26T08:30", "2026-11-26T17:30", "2026-11-28T10:00", "2026-11-26T23:30"]
    )
    def test_outside_working_hours_there_is_a_warning_and_a_question(self, firm: Firm, start: str) -> None:
        outcome = book(firm, starts_at=start)
        assert outcome.approvers == ("p-lina",)
        assert any("不在工作时间" in warning for warning in outcome.warnings)
        firm.approve("p-lina", outcome.code)
        assert len(sent(firm)) == 1

    @pytest.mark.parametrize(
        ("args", "words"),
        [
            ({"starts_at": "2026-11-23T09:00"}, "已经过去"),
            ({"starts_at": "tomorrow"}, "看不懂"),
            ({"to": []}, "至少一位"),
            ({"to": [{"address": "lina@us.example.cn"}]}, "至少一位"),
            ({"to": [{"address": "nobody"}]}, "收件人地址"),
            ({"minutes": 5}, "minutes"),
            ({"cancel": True}, "没有要取消的会议"),
            ({"meeting_id": "MT-404"}, "没有找到这个会议"),
        ],
    )
    def test_what_cannot_be_is_refused_in_a_sentence(
        self, firm: Firm, args: dict[str, Any], words: str
    ) -> None:
        outcome = book(firm, **args)
        assert (outcome.action_id, outcome.status) == ("", Status.REFUSED)
        assert words in outcome.reason


class TestAfterwards:
    @pytest.fixture
    def booked(self, firm: Firm) -> Meeting:
        book(firm, "first")
        sent(firm)
        return meetings(firm)[0]

    def test_a_move_is_the_next_sequence_of_the_same_meeting(self, firm: Firm, booked: Meeting) -> None:
        outcome = book(firm, "move", meeting_id=booked.id, starts_at="2026-11-27T10:00")
        first, second = sent(firm)
        (event,) = calendar_of(second).walk("VEVENT")
        (before,) = calendar_of(first).walk("VEVENT")
        assert event["UID"] == before["UID"] == booked.uid
        assert event["SEQUENCE"] == 1
        assert second["Subject"] == "会议时间变更: 方案讨论"
        (meeting,) = meetings(firm)
        assert (meeting.sequence, meeting.action_id) == (1, outcome.action_id)
        assert meeting.starts_at == datetime(2026, 11, 27, 2, tzinfo=UTC)

    def test_a_meeting_may_move_into_its_own_hour(self, firm: Firm, booked: Meeting) -> None:
        assert book(firm, "m", meeting_id=booked.id, starts_at="2026-11-26T15:30").state is State.SCHEDULED

    def test_calling_off_takes_it_out_of_every_calendar(self, firm: Firm, booked: Meeting) -> None:
        outcome = book(firm, "off", meeting_id=booked.id, cancel=True)
        assert outcome.state is State.SCHEDULED
        _, message = sent(firm)
        calendar = calendar_of(message)
        (event,) = calendar.walk("VEVENT")
        assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"], event["UID"]) == (
            "CANCEL",
            "CANCELLED",
            1,
            booked.uid,
        )
        assert event.walk("VALARM") == []
        assert message["Subject"] == "会议取消: 方案讨论"
        assert meetings(firm)[0].status == "cancelled"
        assert book(firm, "again", meeting_id=booked.id).action_id == ""
        assert book(firm, "free", title="别的").state is State.SCHEDULED

    def test_one_change_at_a_time(self, firm: Firm, booked: Meeting) -> None:
        first = book(firm, "m", meeting_id=booked.id, starts_at="2026-11-27T10:00")
        second = book(firm, "n", meeting_id=booked.id, cancel=True)
        assert f"变更 {first.code} 还没完成" in second.reason

    def test_a_sent_invitation_is_not_unsent(self, firm: Firm, booked: Meeting) -> None:
        assert "无法撤回" in firm.approvals.undo("p-lina", booked.action_id).reason

    def test_somebody_elses_meeting_is_unknown(self, firm: Firm, booked: Meeting) -> None:
        with firm.store.session() as session:
            session.get_one(Person, "p-chen").roles = ["manager"]
        other = book(firm, "x", who="p-chen", meeting_id=booked.id, to=[ZHAO], starts_at="2026-11-27T10:00")
        assert "没有找到这个会议" in other.reason


def test_before_it_goes_out_it_can_be_taken_back(firm: Firm) -> None:
    outcome = book(firm)
    firm.clock.pass_(590)
    assert firm.approvals.undo("p-lina", outcome.code).state is State.UNDONE
    assert sent(firm) == []
    assert meetings(firm) == []


def test_a_price_in_an_invitation_needs_the_manager_and_a_floor_price_never_goes(firm: Firm) -> None:
    priced = book(firm, "a", to=[WANG], note="总价 98 万元")
    assert set(priced.approvers) == {"p-lina", "p-zhao"}
    floor = book(firm, "b", to=[WANG], note="我们的底价是 100 万元", starts_at="2026-11-26T17:00")
    assert floor.state is State.DENIED


def test_who_comes_out_of_a_text_is_looked_at(firm: Firm) -> None:
    labels = {"to": frozenset({"inbound_mail"}), "title": GUESSED, "tool": TYPED}
    outcome = book(firm, labels=labels, to=[{"name": "x", "address": "x@hd.example.com"}])
    assert "p-zhao" in outcome.approvers
    assert any("不可信" in warning for warning in outcome.warnings)


def test_an_edited_invitation_does_not_collide_with_the_one_it_replaces(firm: Firm) -> None:
    outcome = book(firm)
    changed = firm.approvals.edit("p-lina", outcome.code, {"starts_at": "2026-11-26T15:30"})
    assert changed.state is State.SCHEDULED
    (message,) = sent(firm)
    (event,) = calendar_of(message).walk("VEVENT")
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 11, 26, 7, 30, tzinfo=UTC)


def test_twice_is_once_and_a_replay_sends_nothing(firm: Firm) -> None:
    first = book(firm)
    assert book(firm).action_id == first.action_id
    assert len(sent(firm)) == 1
    firm.performer.tick()
    assert len(firm.posted()) == 1
    assert len(meetings(firm)) == 1


def test_the_card_shows_everybody_and_the_time(firm: Firm) -> None:
    outcome = book(firm, to=[WANG, CHEN])
    with firm.store.reading() as session:
        card = card_of(session, row(firm, outcome))
        english = card_of(session, row(firm, outcome), "en")
    assert card.headline.startswith("约 王建国、陈浩 开会《方案讨论》2026-11-26 周四 15:00-16:00")
    assert english.headline.startswith("Invite 王建国, 陈浩 to 方案讨论")
    assert [(one.name, one.badge) for one in card.recipients] == [
        ("王建国", "本商机联系人"),
        ("陈浩", "同事"),
    ]
    assert card.lines[-1].value == "METHOD:REQUEST SEQUENCE:0"
