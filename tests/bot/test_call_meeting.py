"""From a call's own words to everybody's calendar: proposed with the quote, one tap, the gate, an .ics in the outbox."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlmodel import select

from actions.call_records import CallFile, Calls
from actions.call_words import Told
from actions.counter import PersonDesk
from actions.tables import Action
from agents.cards import is_of
from agents.skill import Turn
from agents.skills.summarise_call import told_of
from bot.call_accepting import Accepting
from bot.jobs import tick
from bot.wiring import House
from knowledge import blueprints
from knowledge.model import Interaction, Meeting, Person
from knowledge.model import Task as TaskRow

TALK = """文字记录:

李娜 00:02
王总您好，新方案您看了吗？

王建国 00:12
看了，价格还要谈。

李娜 00:30
那我们下周三下午三点再碰一次吧。

王建国 00:36
{answer}
"""
AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # a Friday; the house's clock says Monday the 23rd
QUOTE = "那我们下周三下午三点再碰一次吧。"


@pytest.fixture
def desk(demo_house: House) -> PersonDesk:
    with demo_house.store.reading() as session:
        return demo_house.desk(session.get_one(Person, "p-lina"), "", "t", "zh")


def told(desk: PersonDesk, folder: Path, answer: str) -> tuple[str, str]:
    """The call's id and its minutes with what it suggests."""
    path = folder / "妙记.txt"
    path.write_text(TALK.format(answer=answer), encoding="utf-8")
    added = Calls(desk).add(CallFile(path=path, at=AT), "D-001")
    assert isinstance(added, Told)
    row = next(one for one in desk.calls(deal_id="D-001") if QUOTE in one.text)
    return row.id, told_of(Turn(desk=desk, text="", language="zh"), row)


def test_one_tap_and_the_invitation_is_in_everybodys_calendar(
    demo_house: House, desk: PersonDesk, tmp_path: Path
) -> None:
    call, text = told(desk, tmp_path, "好的，没问题。")
    assert "下次会面:\n- 2026-11-25 15:00 — 李娜 00:30:“" + QUOTE + "”" in text
    (one,) = [one for one in desk.proposals(call) if one.payload["kind"] == "meeting"]
    assert one.payload["args"]["to"][0]["name"] == "王建国"
    (line,) = Accepting(desk, demo_house.approvals).accept(call, (int(one.payload["n"]),))
    assert line.startswith("✓"), line
    with demo_house.store.reading() as session:
        (action,) = session.exec(select(Action).where(Action.action == "book_meeting")).all()
    assert (action.state, action.labels["starts_at"]) == ("scheduled", ["attachment", "call_transcript"])
    demo_house.clock.pass_(601)  # type: ignore[attr-defined]
    assert action.id in tick(demo_house)
    (sent,) = (demo_house.settings.var_dir / "outbox").glob("*.eml")
    mail = email.message_from_bytes(sent.read_bytes(), policy=default)
    part = next(one for one in mail.walk() if one.get_content_type() == "text/calendar")
    (event,) = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    assert event["DTSTART"].dt == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert [str(one) for one in [event["ATTENDEE"]]] == ["mailto:wang.jianguo@huadongmed.example.com"]
    with demo_house.store.reading() as session:
        assert [one.status for one in session.exec(select(Meeting))] == ["booked"]
    assert Accepting(desk, demo_house.approvals).accept(call, (int(one.payload["n"]),))
    with demo_house.store.reading() as session:
        assert len(session.exec(select(Action).where(Action.action == "book_meeting")).all()) == 1


def test_a_refused_one_is_not_proposed(desk: PersonDesk, tmp_path: Path) -> None:
    call, text = told(desk, tmp_path, "下周三不行，我出差。")
    assert "下次会面" not in text
    assert not [one for one in desk.proposals(call) if one.payload["action"] == "book_meeting"]


def test_an_hour_that_is_taken_is_refused_with_free_ones(
    demo_house: House, desk: PersonDesk, tmp_path: Path
) -> None:
    call, _ = told(desk, tmp_path, "好的。")
    with demo_house.store.session() as session:
        half = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
        session.add(
            Meeting(id="MT-1", title="x", owner_id="p-lina", starts_at=half, ends_at=half.replace(hour=8))
        )
    (one,) = [one for one in desk.proposals(call) if one.payload["kind"] == "meeting"]
    (line,) = Accepting(desk, demo_house.approvals).accept(call, (int(one.payload["n"]),))
    assert line.startswith("✗")
    assert "已有会议" in line


def test_an_open_hour_becomes_a_task(demo_house: House, desk: PersonDesk, tmp_path: Path) -> None:
    call, _ = told(desk, tmp_path, "三点不行。")
    (one,) = [one for one in desk.proposals(call) if "确认下次会面几点" in one.payload["text"]]
    (line,) = Accepting(desk, demo_house.approvals).accept(call, (int(one.payload["n"]),))
    assert line.startswith("✓"), line
    tick(demo_house)
    with demo_house.store.reading() as session:
        titles = [row.title for row in session.exec(select(TaskRow).where(TaskRow.deal_id == "D-001"))]
    assert [title for title in titles if QUOTE in title]


def booked(house: House, *addresses: str, at: datetime = AT, deal: str = "D-001") -> None:
    with house.store.session() as session:
        session.add(
            Meeting(
                id=f"MT-{deal}-{at:%H%M}", title="x", deal_id=deal, owner_id="p-lina", starts_at=at, ends_at=at.replace(hour=at.hour + 1),
                attendees=[{"name": "", "address": one, "contact_id": ""} for one in addresses],
            )
        )  # fmt: skip


class TestWhoWasInvited:
    """definitions.md D5: a card for those invited asks the diary who was asked to the meeting that a call is."""

    def of(self, house: House, who: str, row: Interaction) -> bool:
        with house.store.reading() as session:
            desk = house.desk(session.get_one(Person, who), "", "t", "zh")
        turn = Turn(desk=desk, text="", language="zh")
        card = blueprints.default("scorecard") | {"participants": "invited"}
        turn.memo["scorecards"] = [(_card(card), "v")]
        return is_of(turn, row, desk.person)

    def test_the_diary_says(self, demo_house: House, desk: PersonDesk, tmp_path: Path) -> None:
        call, _ = told(desk, tmp_path, "好的。")
        row = desk.interaction(call)
        assert row is not None
        assert desk.invited(call) == frozenset()
        with demo_house.store.reading() as session:
            mate, other = (session.get_one(Person, one) for one in ("p-chenhao", "p-zhaolei"))
        booked(demo_house, mate.email.upper(), "wang.jianguo@huadongmed.example.com")
        booked(demo_house, other.email, at=AT.replace(hour=2))  # another meeting of that day
        booked(demo_house, other.email, deal="D-002")  # another deal's
        assert desk.invited(call) == {"p-lina", "p-chenhao"}
        assert self.of(demo_house, "p-chenhao", row)
        assert not self.of(demo_house, "p-zhaolei", row)
        with demo_house.store.reading() as session:
            stranger = demo_house.desk(session.get_one(Person, "p-wuting"), "", "t", "zh")
        assert stranger.invited(call) == frozenset(), "whoever may not read the call is told nothing"


def _card(content: dict[str, object]) -> object:
    from knowledge.blueprints.scorecard import Scorecard

    return Scorecard.model_validate(content)
