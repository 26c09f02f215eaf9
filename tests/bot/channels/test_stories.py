"""The first issue's story on every platform, from the first message over code, card and press to the mail at a real server;
and what must have no effect on the way: what is doubled, late, out of order, stale, somebody else's, or forged."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from actions import record
from actions.action import State
from tests.fakes.channel_benches import Bench
from tests.fakes.town import WISH, Town, town

WRITE_FIRST = ["wecom", "wecom-bot", "dingtalk"]
"""Where a manager can be sent a card, and Telegram besides, by webhook (there something can be forged) and by poll; the AI
bot's URL mode has a story of its own."""

WHO_AND_WHEN = r"赵磊\([^)]{1,12}\) ?(批准|驳回) ?\d{4}-\d{2}-\d{2} \d{2}:\d{2}"


def play(folder: Path, platforms: list[str], story: Callable[[Town, list[Bench]], Awaitable[None]]) -> None:
    async def scene() -> None:
        async with town(folder, *platforms) as there:
            await story(there, list(there.benches.values()))
            with there.house.store.reading() as session:
                assert record.verify(session, there.house.head_file).problems == ()

    asyncio.run(asyncio.wait_for(scene(), 110))


def forged(token: str) -> str:
    """The same button of a card that nobody has."""
    return f"{token.partition('.')[0]}.0000000000000000"


def _end(bench: Bench, code: str, who: str = "zhaolei") -> str:
    """What this person sees of the action's end: on the card, or below it where a platform changes only a card that was
    pressed just now."""
    cards = [card.text for card in bench.cards(who) if f"[{code}]" in card.text]
    return "\n".join([*cards, *(text for text in bench.screen(who) if code in text)])


@pytest.mark.parametrize("platform", [*WRITE_FIRST, "telegram-webhook"])
def test_from_the_first_message_to_the_mail_and_nothing_else_has_an_effect(
    demo_dir: Path, platform: str
) -> None:
    async def story(there: Town, benches: list[Bench]) -> None:
        (bench,) = benches
        await there.answered(bench, "lina", "我是谁", "还不认识")
        code = await there.bind("lina", bench)
        await there.answered(bench, "stranger", f"绑定 {code}", "不对或已过期")
        await there.bind("zhaolei", bench)
        action = await there.ask(bench)
        card = await there.card(bench, action)
        assert list(card.buttons) == ["批准", "驳回", "修改", "转交", "解释"]
        assert "8%" in card.text + "".join(bench.screen("zhaolei"))
        assert there.smtp.received == []

        yes = card.buttons["批准"]
        for who in ("lina", "stranger"):
            await there.press(bench, who, card, yes)
        await there.press(bench, "zhaolei", card, forged(yes))
        assert set(await bench.forge("zhaolei", card, yes, there.door)) <= {400, 403, 404}
        assert there.state(action) == State.PENDING, "foreign and forged presses decide nothing"

        again = await there.press(bench, "zhaolei", card, yes)
        assert there.state(action) == State.SCHEDULED
        shown = await there.settled(bench, action)
        assert re.search(WHO_AND_WHEN, shown.text)
        await asyncio.gather(again(), again())
        await there.press(bench, "zhaolei", card, card.buttons["解释"])
        await bench.press("zhaolei", card, yes)
        await bench.press("zhaolei", card, card.buttons["驳回"])
        await there.until(
            lambda: any("赵磊批准" in text for text in bench.screen("lina")), "word for the rep"
        )
        assert there.state(action) == State.SCHEDULED, "doubled and late presses change nothing"

        await there.mail()
        (mail,) = there.smtp.received
        assert "8%" in mail.text
        await again()
        await bench.press("zhaolei", card, yes)
        await asyncio.sleep(1.2)
        assert len(there.smtp.received) == 1
        assert not (await there.settled(bench, action)).buttons

    play(demo_dir, [platform], story)


@pytest.mark.parametrize("platform", [*WRITE_FIRST, "telegram"])
def test_a_stale_card_and_presses_out_of_order_decide_nothing(demo_dir: Path, platform: str) -> None:
    async def story(there: Town, benches: list[Bench]) -> None:
        (bench,) = benches
        for who in ("lina", "zhaolei"):
            await there.bind(who, bench)
        said = await bench.say("lina", WISH)
        await there.until(lambda: any("王建国" in text for text in bench.screen("lina")), "the draft")
        send = await bench.say("lina", "发出去")
        await there.until(there.waiting, "an action that waits")
        (first,) = there.waiting()
        old = await there.card(bench, first)
        await bench.say("lina", f"/edit {first} 主题: 另一个主题")
        await there.until(lambda: there.state(first) == State.SUPERSEDED, "the edit")
        await there.until(there.waiting, "the edited action")
        (second,) = there.waiting()
        new = await there.card(bench, second)

        await there.press(bench, "zhaolei", old, old.buttons["批准"])
        assert (there.state(first), there.state(second)) == (State.SUPERSEDED, State.PENDING)
        await there.press(bench, "zhaolei", new, new.buttons["驳回"])
        await there.until(
            lambda: any(second in text and "原因" in text for text in bench.screen("zhaolei")), "the question"
        )
        await there.press_again(bench, "zhaolei", old, old.buttons["批准"])
        await asyncio.gather(send(), said(), send())
        assert there.state(second) == State.PENDING
        await bench.say("zhaolei", "先别给折扣")
        await there.until(lambda: there.state(second) == State.REJECTED, "the no")
        await there.until(lambda: re.search(WHO_AND_WHEN, _end(bench, second)), "who and when")
        await there.press(bench, "zhaolei", new, new.buttons["批准"])
        assert there.state(second) == State.REJECTED, "a yes after the no is no yes"
        await there.until(
            lambda: any("先别给折扣" in text for text in bench.screen("lina")), "the reason for the rep"
        )
        there.clock.pass_(3600)
        await asyncio.sleep(1.2)
        assert (there.smtp.received, there.waiting()) == ([], [])

    play(demo_dir, [platform], story)


@pytest.mark.parametrize(
    ("card_on", "code_on"),
    [("wecom", "telegram"), ("wecom-bot", "dingtalk"), ("telegram", "wecom-bot-url")],
)
def test_one_person_on_two_platforms_is_one_person(demo_dir: Path, card_on: str, code_on: str) -> None:
    """The rep cannot approve with her account on another platform; the manager can, by the text code."""

    async def story(there: Town, benches: list[Bench]) -> None:
        here, elsewhere = benches
        for who in ("lina", "zhaolei"):
            for bench in benches:
                await there.bind(who, bench)
        await there.answered(here, "zhaolei", "/help", "/approvals")
        action = await there.ask(here)
        card = await there.card(here, action)

        for bench in benches:
            await there.answered(bench, "lina", f"批准 {action}", "不是这个动作的审批人")
        await there.press(here, "lina", card, card.buttons["批准"])
        assert there.state(action) == State.PENDING, "nobody approves their own wish, from wherever"

        await elsewhere.say("zhaolei", f"批准 {action}")
        await there.until(lambda: there.state(action) == State.SCHEDULED, "the yes by text")
        if here.changes_any:
            await there.settled(here, action)
        await there.until(lambda: re.search(WHO_AND_WHEN, _end(here, action)), "who and when")
        await there.until(
            lambda: any("赵磊批准" in text for bench in benches for text in bench.screen("lina")),
            "word for the rep",
        )
        await there.mail()
        assert len(there.smtp.received) == 1

    play(demo_dir, [card_on, code_on], story)


def test_where_nobody_can_be_written_to_first_the_text_code_decides(demo_dir: Path) -> None:
    """The AI bot in URL mode: no card comes by itself; who asks sees what waits, and answers with its code."""

    async def story(there: Town, benches: list[Bench]) -> None:
        (bench,) = benches
        for who in ("lina", "zhaolei"):
            await there.bind(who, bench)
        action = await there.ask(bench)
        await there.answered(bench, "zhaolei", "/approvals", action)
        await there.answered(bench, "lina", f"批准 {action}", "不是这个动作的审批人")
        assert there.state(action) == State.PENDING
        await bench.say("zhaolei", f"批准 {action}")
        await there.until(lambda: there.state(action) == State.SCHEDULED, "the yes by text")
        await there.mail()
        assert len(there.smtp.received) == 1

    play(demo_dir, ["wecom-bot-url"], story)
