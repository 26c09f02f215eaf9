"""Strangers, codes, groups: nobody unknown is told anything, and a group learns nothing its members may not see."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlmodel import select

from actions.binding import ALPHABET, Binding
from actions.tables import AuditRecord
from bot.street.port import Traits
from bot.street.porter import STRANGER
from bot.street.words import Address, Kind
from bot.wiring import House
from knowledge.library import conversations, doors
from tests.fakes.clock import FakeClock
from tests.fakes.street import FakeChannel, Scene, on_stage

GROUP = Address(channel="fake", to="g1", group=True)


def test_a_stranger_gets_one_sentence_and_nothing_else(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        for text in ("你好", "华东医疗报价多少?", "/help", "/approvals"):
            await scene.say("x", text)
        await scene.until(lambda: _over(demo_house), "all four looked at")
        await scene.answers("x", 1)
        assert scene.channel.texts("x") == [STRANGER]
        assert isinstance(demo_house.clock, FakeClock)
        demo_house.clock.pass_(86400 * 1.1)
        await scene.say("x", "在吗")
        assert await scene.answers("x", 2) == [STRANGER, STRANGER]

    asyncio.run(on_stage(demo_house, play, known=False))


def test_a_code_binds_once(demo_house: House) -> None:
    said, code = Binding(demo_house.gate).code_for("p-admin", "p-lina", "fake")
    assert said.done
    assert len(code) == 8

    async def play(scene: Scene) -> None:
        await scene.say("u1", f"绑定 {code.lower()}")
        assert "已绑定" in (await scene.answers("u1", 1))[0]
        await scene.say("u2", f"/start {code}")
        assert "不对或已过期" in (await scene.answers("u2", 1))[0]
        await scene.say("u1", "/help")
        assert "/approve" in (await scene.answers("u1", 2))[1]

    asyncio.run(on_stage(demo_house, play, known=False))
    with demo_house.store.reading() as session:
        events = [row.event for row in session.exec(select(AuditRecord))]
    assert {"bind_code", "bound"} <= set(events)


@pytest.mark.parametrize(("channel", "wait"), [("telegram", 0), ("fake", 86401)])
def test_a_code_of_another_channel_or_of_yesterday_binds_nobody(
    demo_house: House, channel: str, wait: int
) -> None:
    binding = Binding(demo_house.gate)
    _, code = binding.code_for("p-admin", "p-lina", channel)
    assert isinstance(demo_house.clock, FakeClock)
    demo_house.clock.pass_(wait)
    assert not binding.take(code, "fake", "u1").done
    with demo_house.store.reading() as session:
        assert doors.person_of(session, "fake", "u1") is None


def test_guessing_stops_after_five(demo_house: House) -> None:
    binding = Binding(demo_house.gate)
    _, code = binding.code_for("p-admin", "p-lina")
    wrong = ALPHABET[:8]
    told = [binding.take(wrong, "fake", "x").zh for _ in range(7)]
    assert all(told[:5])
    assert told[5:] == ["", ""]
    assert not binding.take(code, "fake", "x").done
    assert isinstance(demo_house.clock, FakeClock)
    demo_house.clock.pass_(3601)
    assert binding.take(code, "fake", "x").done


def test_only_an_administrator_makes_codes_and_an_account_has_one_owner(demo_house: House) -> None:
    binding = Binding(demo_house.gate)
    assert binding.code_for("p-lina", "p-lina")[1] == ""
    assert binding.load("p-lina", [("p-lina", "fake", "u9")])[1] == 0
    assert binding.load("p-admin", [("p-lina", "fake", "u1"), ("p-heqiang", "fake", "u2")])[1] == 2
    assert binding.load("p-admin", [("p-heqiang", "fake", "u3"), ("p-heqiang", "fake", "u1")])[1] == 0
    with demo_house.store.reading() as session:
        assert doors.person_of(session, "fake", "u3") is None  # all or nothing
    _, code = binding.code_for("p-admin", "p-heqiang")
    assert not binding.take(code, "fake", "u1").done
    assert binding.unbind("p-admin", "fake", "u1").done
    assert not binding.unbind("p-admin", "fake", "u1").done


def test_a_group_is_answered_only_when_addressed_and_in_private(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "今天天气不错", address=GROUP, addressed=False)
        await scene.say("p-lina", "华东医疗那个单子,上次谈到哪了?", address=GROUP)
        (text,) = await scene.answers("p-lina", 1)
        assert "1,280,000" in text
        assert len(scene.channel.texts("g1")) == 1
        assert not re.search(r"华东|1,280,000|D-001", scene.channel.texts("g1")[0])

    asyncio.run(on_stage(demo_house, play))


def test_where_nobody_can_be_written_to_a_group_is_asked_to_come_private(demo_house: House) -> None:
    channel = FakeChannel(traits=Traits(limit=4000, push=False))

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "华东医疗那个单子,上次谈到哪了?", address=GROUP)
        assert "私聊" in (await scene.answers("g1", 1))[0]
        assert scene.channel.texts("p-lina") == []

    asyncio.run(on_stage(demo_house, play, channel))


def test_nobody_becomes_somebody_else_in_a_chat(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "/as p-zhaolei")
        assert "不能换身份" in (await scene.answers("p-lina", 1))[0]

    asyncio.run(on_stage(demo_house, play))


def test_opening_the_chat_is_greeted_and_a_stranger_is_not(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", kind=Kind.HELLO)
        assert "李娜" in (await scene.answers("p-lina", 1))[0]
        await scene.say("x", kind=Kind.HELLO)
        assert await scene.answers("x", 1) == [STRANGER]

    asyncio.run(on_stage(demo_house, play))


def _over(house: House) -> bool:
    from knowledge.library import arrivals

    with house.store.reading() as session:
        return arrivals.counts(session) == {"done": 4}


def test_a_line_in_a_group_does_not_answer_what_was_asked_in_private(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        person, address = "p-zhaolei", Address(channel="fake", to="p-zhaolei")
        scene.street.waiting.ask(person, address, "reject", "AAAA", "zh")
        await scene.say("p-zhaolei", "大家下午好", address=GROUP)
        await scene.answers("p-zhaolei", 1)
        assert scene.street.waiting.complete(person, address, "太贵") == "/reject AAAA 太贵"

    asyncio.run(on_stage(demo_house, play))


def test_a_wecom_account_is_one_in_any_spelling(demo_house: House) -> None:
    binding = Binding(demo_house.gate)
    assert binding.load("p-admin", [("p-lina", "wecom", "LiNa")])[1] == 1
    with demo_house.store.reading() as session:
        assert doors.person_of(session, "wecom", "lina") is not None
        assert doors.person_of(session, "dingtalk", "lina") is None
    assert not binding.load("p-admin", [("p-heqiang", "wecom", "lina")])[0].done
    assert binding.unbind("p-admin", "wecom", "LINA").done


def test_notices_leave_an_account_that_was_unbound(demo_house: House) -> None:
    """Somebody wrote from one account; it was unbound: what they must be told goes to the account they still have."""
    with demo_house.store.session() as session:
        doors.bind(session, "fake", "old", "p-lina")

    async def play(scene: Scene) -> None:
        await scene.say("old", "/help")
        await scene.answers("old", 1)
        Binding(demo_house.gate).unbind("p-admin", "fake", "old")
        with demo_house.store.session() as session:
            doors.bind(session, "fake", "new", "p-lina")
            conversations.add_notice(session, "p-lina", "有事告诉你", demo_house.clock())
        scene.street.moved("fake")
        assert "有事告诉你" in (await scene.answers("new", 1))[0]
        assert len(scene.channel.texts("old")) == 1

    asyncio.run(on_stage(demo_house, play, known=False))
