"""From the first message to the pressed button and the sent mail, through a street over the demo company."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from actions import record
from bot.street.words import Load
from bot.wiring import House
from tests.fakes.street import Scene, on_stage

ASK = "华东医疗那个单子,上次谈到哪了?"


def test_a_question_is_answered_with_its_sources(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", ASK)
        (text,) = await scene.answers("p-lina", 1)
        assert re.search(r"^\[\d+\] I-", text, re.M)
        final = [one for one in scene.channel.shown if one.load is Load.TEXT]
        assert final[0].last
        assert final[0].turn == "t1"

    asyncio.run(on_stage(demo_house, play))


def test_the_same_message_twice_is_answered_once(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        first = await scene.say("p-lina", "/help")
        again = await asyncio.gather(*(scene.street.intake.accept(first) for _ in range(5)))
        assert not any(receipt.fresh for receipt in again)
        await scene.answers("p-lina", 1)
        await scene.say("p-lina", "/actions")
        assert len(await scene.answers("p-lina", 2)) == 2

    asyncio.run(on_stage(demo_house, play))


def test_a_conversation_keeps_its_order_and_conversations_run_side_by_side(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        people = ["p-lina", "p-heqiang", "p-zhaolei"]
        for number in range(4):
            for who in people:
                await scene.say(who, f"/no{number}")
        for who in people:
            await scene.until(
                lambda who=who: sum("/no" in text for text in scene.channel.texts(who)) == 4,
                f"4 answers for {who}",
            )
            asked = [re.search(r"/no(\d)", text) for text in scene.channel.texts(who)]
            assert [match[1] for match in asked if match] == ["0", "1", "2", "3"]

    asyncio.run(on_stage(demo_house, play))


def test_story_from_wish_over_card_and_click_to_the_sent_mail(demo_house: House) -> None:
    """The first issue's story on a platform: the rep asks, the manager's card is pressed, everybody learns the end."""

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%")
        await scene.answers("p-lina", 1)
        await scene.say("p-lina", "发出去")
        await scene.answers("p-lina", 2)
        await scene.until(lambda: scene.channel.cards("p-zhaolei"), "a card for the manager")
        card = scene.channel.cards("p-zhaolei")[0]
        assert [button.text for button in card.buttons] == ["批准", "驳回", "修改", "转交", "解释"]
        labels = [label for label, _ in card.facts]
        assert labels.index("代表") < labels.index("收件人") < labels.index("金额") < labels.index("原因")
        answer = await scene.press("p-zhaolei", card.buttons[0].token)
        assert answer is not None
        assert answer.card is not None
        assert not answer.card.buttons
        assert "赵磊" in answer.card.status
        await scene.until(lambda: not scene.channel.cards("p-zhaolei")[0].buttons, "the settled card")
        assert re.search(r"赵磊.*\d{2}:\d{2}", scene.channel.cards("p-zhaolei")[0].status)
        await scene.until(
            lambda: any("赵磊批准" in text for text in scene.channel.texts("p-lina")), "word for the rep"
        )

    asyncio.run(on_stage(demo_house, play))
    demo_house.clock.pass_(3600)  # type: ignore[attr-defined]
    demo_house.performer.tick()
    assert len(list((demo_house.settings.var_dir / "outbox").glob("*.eml"))) == 1
    with demo_house.store.reading() as session:
        assert record.verify(session, demo_house.head_file).problems == ()


def test_a_contract_is_handed_over_as_files_and_not_as_paths(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "给华东医疗出一份合同,按上次谈的价格")
        await scene.until(lambda: [one for one in scene.channel.shown if one.load is Load.FILE], "a file")
        text = "\n".join(scene.channel.texts("p-lina"))
        assert str(demo_house.settings.var_dir) not in text
        assert "📎" in text
        files = [one.file for one in scene.channel.shown if one.load is Load.FILE]
        assert files[0] is not None
        assert re.fullmatch(r".*SL2-D001-1\.docx", files[0].name)
        assert Path(files[0].path).read_bytes()[:2] == b"PK"

    asyncio.run(on_stage(demo_house, play))
