"""The index of names is the dearest look-up of a turn: it is made once, whatever asks for it, and holds what the asker may see."""

from __future__ import annotations

import pytest

from actions.counter import PersonDesk
from bot.call_talk import CallTalk
from bot.messages import Inbound
from bot.wiring import House
from knowledge.model import Interaction, Person, Recording
from knowledge.names import NameIndex
from speech.listening import CHANNELS

CALL = "I-001-11"


class Counting(PersonDesk):
    """A desk that counts how often its names are asked for."""

    built = 0

    def names(self) -> NameIndex:
        self.built += 1
        return super().names()


def _desk(house: House, who: str = "p-lina") -> Counting:
    with house.store.reading() as session:
        person = session.get_one(Person, who)
    return Counting(gate=house.gate, search=house.search, asker=person, channel="terminal")


@pytest.mark.parametrize(
    "text", ["帮我给华东医疗王总写封跟进邮件", "给华东医疗的王总写封跟进邮件,给他12%的折扣", "华东医疗的旅程"]
)
def test_once_for_a_message(demo_house: House, text: str) -> None:
    desk = _desk(demo_house)
    inbound = Inbound(channel="terminal", person_id="p-lina", thread="t", text=text, external_id="1")
    answer = demo_house.assistant.answer(demo_house.turn(desk, inbound, "zh", {}))
    assert answer.sources
    assert desk.built == 1


@pytest.mark.parametrize(
    ("text", "new"),
    [("第1句是王建国说的", "王建国"), ("声道1是王建国", "王建国"), ("第1句是客户说的", "王建国")],
)
def test_once_for_a_line_about_a_call(demo_house: House, text: str, new: str) -> None:
    """A call whose two channels nobody has named asks for names in three places."""
    with demo_house.store.session() as session:
        row = session.get_one(Interaction, CALL)
        heard = session.get(Recording, CALL) or Recording(interaction_id=CALL)
        if text.startswith("声道"):
            heard.speaker_confidence, heard.rep_channel = 1.0, 0
            row.segments = [one | {"speaker": CHANNELS[n % 2]} for n, one in enumerate(row.segments)]
            session.add_all([row, heard])
    desk = _desk(demo_house)
    reply = CallTalk(desk, demo_house.approvals).heard({"call_id": CALL, "intent": "summarise_call"}, text)
    assert reply is not None
    assert new in reply.text
    assert desk.built <= 1
