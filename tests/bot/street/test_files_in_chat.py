"""A file sent in a chat: fetched, kept on the deal that is meant or asked for, and found by the next question."""

from __future__ import annotations

import asyncio

from sqlmodel import select

from bot.street.words import Attachment
from bot.wiring import House
from knowledge.model import Interaction
from tests.fakes.street import FakeChannel, Scene, on_stage

MINUTES = "会议纪要:华东医疗影像平台。客户要求 38 TB 历史数据在两周内迁移完毕,停机不超过 4 小时。".encode()
NOTE = Attachment(kind="file", ref="f1", name="纪要.txt", size=len(MINUTES))


def test_a_file_with_no_deal_is_asked_about_and_the_answer_places_it(demo_house: House) -> None:
    channel = FakeChannel(files={"f1": MINUTES})

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", attachments=(NOTE,))
        (asked,) = await scene.answers("p-lina", 1)
        assert "商机" in asked
        await scene.say("p-lina", "华东医疗那个")
        await scene.answers("p-lina", 2)
        await scene.say("p-lina", "停机时间客户是怎么要求的?")
        assert "4 小时" in (await scene.answers("p-lina", 3))[2]

    asyncio.run(on_stage(demo_house, play, channel))
    with demo_house.store.reading() as session:
        rows = session.exec(select(Interaction).where(Interaction.provenance == "attachment")).all()
        assert [row.deal_id for row in rows if "38 TB" in row.text] == ["D-001"]


def test_a_question_beside_a_file_is_answered_too(demo_house: House) -> None:
    channel = FakeChannel(files={"f1": MINUTES})

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "华东医疗那个单子,上次谈到哪了?", attachments=(NOTE,))
        await scene.until(lambda: "1,280,000" in "".join(scene.channel.texts("p-lina")), "the answer")
        assert "纪要" in scene.channel.texts("p-lina")[0]

    asyncio.run(on_stage(demo_house, play, channel))


def test_a_file_that_is_gone_or_too_large_is_told_in_words(demo_house: House) -> None:
    big = Attachment(kind="file", ref="big", name="录像.mp4", size=10**9)

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", attachments=(NOTE, big))
        (text,) = await scene.answers("p-lina", 1)
        assert "MB" in text
        assert "重发" in text or "再发" in text

    asyncio.run(on_stage(demo_house, play, FakeChannel()))
