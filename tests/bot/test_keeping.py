"""Whoever asks has the answer before the house is kept in order, and hears afterwards what they must be told."""

from __future__ import annotations

import io
import sys

import pytest

from actions import notices
from bot.channels.terminal import Terminal
from bot.cli.talk import _ask
from bot.inbox import Inbox
from bot.messages import Inbound, Reply
from bot.wiring import House
from knowledge.library import conversations, people, score_log
from knowledge.touched import touch

TOLD = ("合同已经寄回", "the contract came back")


@pytest.fixture
def house(demo_house: House) -> House:
    """Something waits to be put in order, and 李娜 must be told something."""
    demo_house.rescorer.drain()
    with demo_house.store.session() as session:
        touch(session, "deal", "D-001", "by hand")
        notices.tell(session, "p-lina", TOLD, "", demo_house.clock())
    return demo_house


def _untidy(house: House) -> bool:
    with house.store.reading() as session:
        return score_log.anything_marked(session)


def _said(key: str = "1") -> Inbound:
    return Inbound(channel="ask", person_id="p-lina", thread="t", text="你好", external_id=key)


def test_the_reply_is_stored_and_shown_before_the_house_is_kept_in_order(house: House) -> None:
    shown: list[Reply] = []

    def show(reply: Reply) -> None:
        shown.append(reply)
        assert _untidy(house)
        with house.store.reading() as session:
            talk = conversations.open_conversation(session, "p-lina", "ask", "t", house.clock())
            kept = conversations.message_by_external_id(session, talk.id, "reply:1")
            assert kept is not None
            assert kept.text == reply.text

    reply = Inbox(house).handle(_said(), on_reply=show)
    assert [(one.text, one.notices) for one in shown] == [(reply.text, ())]
    assert not _untidy(house)
    assert reply.notices == (TOLD[0],)


def test_a_message_that_came_twice_and_a_stranger_are_answered_too(house: House) -> None:
    shown: list[str] = []
    inbox = Inbox(house)
    first = inbox.handle(_said())
    assert inbox.handle(_said(), on_reply=lambda reply: shown.append(reply.text)).text == first.text
    nobody = Inbound(channel="ask", person_id="p-nobody", thread="t", text="你好", external_id="2")
    inbox.handle(nobody, on_reply=lambda reply: shown.append(reply.text))
    assert shown[0] == first.text
    assert "不认识" in shown[1]


class _Paper(io.StringIO):
    """Standard output that notes whether the house was still untidy when something was written."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house, self.untidy = house, list[bool]()

    def write(self, text: str) -> int:
        self.untidy.append(_untidy(self.house))
        return super().write(text)


def test_ask_shows_the_answer_first(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    paper, beside = _Paper(house), io.StringIO()
    monkeypatch.setattr(sys, "stdout", paper)
    monkeypatch.setattr(sys, "stderr", beside)
    _ask(house, "你好", "p-lina", thread="t", as_json=False)
    assert paper.getvalue().strip()
    assert all(paper.untidy)
    assert TOLD[0] in beside.getvalue()
    assert not _untidy(house)


def test_the_terminal_shows_the_answer_then_the_notices(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    with house.store.reading() as session:
        (lina,) = people.find_person(session, "p-lina")
    Terminal(house, lina, "main").one("你好")
    printed = capsys.readouterr().out
    assert printed.index("(offline)") < printed.index(TOLD[0])


def test_a_notice_is_not_lost_when_the_person_changes(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    with house.store.reading() as session:
        (lina,) = people.find_person(session, "p-lina")
    terminal = Terminal(house, lina, "main")
    terminal.one("/as p-zhaolei")
    assert terminal.person.id == "p-zhaolei"
    assert TOLD[0] in capsys.readouterr().out
