"""Buttons: who pressed is what the platform says; stale, double, late, forged and foreign clicks do nothing."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlmodel import select

from actions.action import State
from actions.sight import find
from bot.street.words import CardView, Click, Kind
from bot.wiring import House
from knowledge.model import Person
from tests.fakes.street import Scene, on_stage

WISH = "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%"


async def card_for_the_manager(scene: Scene, wish: str = WISH) -> CardView:
    """The rep asks for what the manager must approve; the manager's card as it is shown."""
    before = {card.id for card in scene.channel.cards("p-zhaolei")}
    told = len(scene.channel.texts("p-lina"))
    await scene.say("p-lina", wish)
    await scene.answers("p-lina", told + 1)
    await scene.say("p-lina", "发出去")
    await scene.until(
        lambda: {card.id for card in scene.channel.cards("p-zhaolei")} - before, "a card for the manager"
    )
    return next(card for card in scene.channel.cards("p-zhaolei") if card.id not in before)


def token(card: CardView, verb: str) -> str:
    return next(button.token for button in card.buttons if button.token.startswith(f"{verb}."))


def state_of(house: House, code: str) -> str:
    with house.store.reading() as session:
        action = find(session, code)
        assert action is not None
        return action.state


def test_a_no_asks_for_its_reason_and_the_next_line_is_it(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        answer = await scene.press("p-zhaolei", token(card, "no"))
        assert answer is not None
        assert card.code in answer.toast
        assert state_of(demo_house, card.code) == State.PENDING
        await scene.say("p-zhaolei", "先别给折扣,等26号会后再说")
        await scene.until(lambda: state_of(demo_house, card.code) == State.REJECTED, "the rejection")
        await scene.until(
            lambda: any("等26号会后再说" in text for text in scene.channel.texts("p-lina")), "word"
        )
        await scene.until(lambda: not scene.channel.cards("p-zhaolei")[0].buttons, "the settled card")
        assert "驳回" in scene.channel.cards("p-zhaolei")[0].status

    asyncio.run(on_stage(demo_house, play))


def test_calling_off_a_no_leaves_the_action_waiting(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        await scene.press("p-zhaolei", token(card, "no"))
        told = len(scene.channel.texts("p-zhaolei"))
        await scene.say("p-zhaolei", "取消")
        await scene.answers("p-zhaolei", told + 1)
        assert state_of(demo_house, card.code) == State.PENDING

    asyncio.run(on_stage(demo_house, play))


def test_a_press_called_off_can_be_pressed_again_where_no_two_presses_differ(demo_house: House) -> None:
    """DingTalk gives a press no id of its own: the same button pressed again is the same arrival."""

    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        click = scene.arrival("p-zhaolei", kind=Kind.CLICK, click=Click(token=token(card, "no")))

        def asked() -> int:
            return sum("原因" in text and card.code in text for text in scene.channel.texts("p-zhaolei"))

        for _ in range(3):  # redelivered while the answer is waited for: asked once
            await scene.street.intake.click(click, 10)
        await scene.until(lambda: asked() == 1, "the question")
        told = len(scene.channel.texts("p-zhaolei"))
        await scene.say("p-zhaolei", "取消")
        await scene.answers("p-zhaolei", told + 1)
        answer = await scene.street.intake.click(click, 10)
        assert answer is not None
        assert "原因" in answer.toast
        await scene.until(lambda: asked() == 2, "the question once more")
        await scene.say("p-zhaolei", "先别给折扣")
        await scene.until(lambda: state_of(demo_house, card.code) == State.REJECTED, "the rejection")
        assert "已处理" in ((await scene.street.intake.click(click, 10)) or answer).toast

    asyncio.run(on_stage(demo_house, play))


def test_handing_over_by_button_gives_the_other_a_card(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        await scene.press("p-zhaolei", token(card, "ho"))
        with demo_house.store.reading() as session:
            names = {row.id: row.name for row in session.exec(select(Person))}
        await scene.say("p-zhaolei", names["p-zhoumin"])
        await scene.until(lambda: scene.channel.cards("p-zhoumin"), "a card for the stand-in")
        handed = scene.channel.cards("p-zhoumin")[0]
        answer = await scene.press("p-zhoumin", token(handed, "ok"))
        assert answer is not None
        assert state_of(demo_house, card.code) == State.SCHEDULED
        await scene.until(
            lambda: all(
                not one.buttons for who in ("p-zhaolei", "p-zhoumin") for one in scene.channel.cards(who)
            ),
            "every copy settled",
        )
        for who in ("p-zhaolei", "p-zhoumin"):
            assert names["p-zhoumin"] in scene.channel.cards(who)[0].status

    asyncio.run(on_stage(demo_house, play))


def test_explain_tells_rules_and_facts_and_changes_nothing(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        told = len(scene.channel.texts("p-zhaolei"))
        await scene.press("p-zhaolei", token(card, "ex"))
        await scene.answers("p-zhaolei", told + 1)
        assert any("规则" in text for text in scene.channel.texts("p-zhaolei"))
        assert state_of(demo_house, card.code) == State.PENDING

    asyncio.run(on_stage(demo_house, play))


def test_pressed_twice_redelivered_and_late_is_one_yes(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        click = scene.arrival("p-zhaolei", kind=Kind.CLICK, click=Click(token=token(card, "ok")))
        answers = await asyncio.gather(*(scene.street.intake.click(click, 10) for _ in range(5)))
        assert all(answers)
        again = await scene.press("p-zhaolei", token(card, "ok"))
        assert again is not None
        assert again.card is not None
        assert "赵磊" in again.card.status
        late = await scene.press("p-zhaolei", token(card, "no"))
        assert late is not None
        assert "已处理" in late.toast
        assert state_of(demo_house, card.code) == State.SCHEDULED

    asyncio.run(on_stage(demo_house, play))


@pytest.mark.parametrize("who", ["p-lina", "p-zhoumin", "nobody-we-know"])
def test_somebody_elses_card_does_nothing(demo_house: House, who: str) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        answer = await scene.press(who, token(card, "ok"))
        assert answer is not None
        assert re.search("给别人的|不认识", answer.toast)
        assert answer.card is None
        assert state_of(demo_house, card.code) == State.PENDING

    asyncio.run(on_stage(demo_house, play))


@pytest.mark.parametrize(
    "forged", ["ok.0000000000000000", "ok.", "", "approve:everything", "ok.KH9N", "ok.../../x", "\x00"]
)
def test_a_forged_button_does_nothing(demo_house: House, forged: str) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        answer = await scene.press("p-zhaolei", forged)
        assert answer is not None
        assert "已失效" in answer.toast
        assert state_of(demo_house, card.code) == State.PENDING

    asyncio.run(on_stage(demo_house, play))


def test_a_stale_card_does_not_approve_what_it_does_not_show(demo_house: House) -> None:
    """The action was edited after the card was sent: the old card's yes is no yes to the new action."""

    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        told = len(scene.channel.texts("p-lina"))
        await scene.say("p-lina", f"/edit {card.code} 主题: 另一个主题")
        await scene.answers("p-lina", told + 1)
        assert state_of(demo_house, card.code) == State.SUPERSEDED
        answer = await scene.press("p-zhaolei", token(card, "ok"))
        assert answer is not None
        assert state_of(demo_house, card.code) == State.SUPERSEDED
        code = scene.channel.texts("p-lina")[-1].split()[0]
        await scene.until(
            lambda: code in [one.code for one in scene.channel.cards("p-zhaolei")], "a card of the new action"
        )
        assert state_of(demo_house, code) == State.PENDING

    asyncio.run(on_stage(demo_house, play))


def test_a_second_account_of_one_person_is_the_same_person(demo_house: House) -> None:
    """E10 11: the asker cannot approve with another account."""
    from knowledge.library import doors

    with demo_house.store.session() as session:
        doors.bind(session, "fake", "lina-private", "p-lina")

    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        told = len(scene.channel.texts("lina-private"))
        await scene.say("lina-private", f"批准 {card.code}")
        texts = await scene.answers("lina-private", told + 1)
        assert state_of(demo_house, card.code) == State.PENDING, texts

    asyncio.run(on_stage(demo_house, play))


def test_the_text_code_does_the_same_as_the_button(demo_house: House) -> None:
    """E10 24: where there are no buttons; also as a bare word in reply to the card."""

    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        await scene.say("p-zhaolei", "批准", quoted=f"[{card.code}] {card.title}")
        await scene.until(lambda: state_of(demo_house, card.code) == State.SCHEDULED, "the yes")
        await scene.until(lambda: not scene.channel.cards("p-zhaolei")[0].buttons, "the settled card")

    asyncio.run(on_stage(demo_house, play))


def test_editing_by_button_takes_the_next_line_as_people_write_it(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        await scene.press("p-zhaolei", token(card, "ed"))
        await scene.say("p-zhaolei", "主题: 关于折扣的说明\n折扣: 5%")
        await scene.until(lambda: state_of(demo_house, card.code) == State.SUPERSEDED, "the edit")

    asyncio.run(on_stage(demo_house, play))


def test_a_reason_that_begins_like_a_code_is_a_reason(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        card = await card_for_the_manager(scene)
        await scene.say("p-zhaolei", f"/reject {card.code} PRCE 太低")
        await scene.until(lambda: state_of(demo_house, card.code) == State.REJECTED, "the rejection")
        await scene.until(lambda: any("PRCE 太低" in text for text in scene.channel.texts("p-lina")), "word")

    asyncio.run(on_stage(demo_house, play))
