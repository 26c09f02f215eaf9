"""The first issue's story over a fake WeCom and a whole house: wish, card, press, mail; and a flood of redeliveries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from bot.channels.wecom import WeCom
from bot.street.pad import SharedPad
from bot.street.street import Street
from bot.web.app import web_app
from bot.wiring import House
from tests.fakes.openai_server import OpenAIServer, Reply
from tests.fakes.street import bind_everybody
from tests.fakes.wecom_server import WecomServer
from tests.fakes.wecom_serving import serving

Play = Callable[[WecomServer, Street], Awaitable[None]]


async def on_wecom(house: House, play: Play) -> None:
    """A house whose people are WeCom members under their own ids."""
    bind_everybody(house, "wecom")
    async with WecomServer(house.clock) as wecom, httpx.AsyncClient(timeout=5, trust_env=False) as http:
        wecom.members = {"p-lina", "p-zhaolei", "p-heqiang"}
        channel = WeCom(
            corp_id=wecom.corp_id,
            agent_id=wecom.agent_id,
            secret=wecom.secret,
            token=wecom.token,
            aes_key=wecom.aes_key,
            api_base=wecom.base,
            pad=SharedPad(house.store, house.clock, "wecom"),
            clock=house.clock,
            http=http,
        )
        async with Street(house, [channel]) as street, serving(web_app(street, dict)) as base:
            wecom.callback_url = f"{base}/hooks/wecom"
            await play(wecom, street)


async def until(true: Callable[[], object], what: str, wecom: WecomServer) -> None:
    ends = time.monotonic() + 30
    while not true():
        screens = {member: [one.text or one.card for one in wecom.seen(member)] for member in wecom.members}
        assert time.monotonic() < ends, f"{what} did not happen; seen: {screens}"
        await asyncio.sleep(0.02)


def test_from_the_wish_to_the_pressed_card_and_the_sent_mail(demo_house: House) -> None:
    async def play(wecom: WecomServer, street: Street) -> None:
        assert await wecom.phone.verify_url()
        await wecom.phone.say("p-lina", "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%")
        await until(lambda: wecom.texts("p-lina"), "an answer", wecom)
        told = len(wecom.texts("p-lina"))
        await wecom.phone.say("p-lina", "发出去")
        await until(lambda: len(wecom.texts("p-lina")) > told, "a second answer", wecom)
        await until(lambda: wecom.cards("p-zhaolei"), "a card for the manager", wecom)
        card = wecom.cards("p-zhaolei")[0]
        assert list(card.buttons) == ["批准", "驳回", "修改", "转交", "解释"]
        assert "8" in "".join(wecom.texts("p-zhaolei"))
        press = await wecom.phone.press("p-zhaolei", "批准")
        assert press.statuses == [200]
        assert press.took_s < 4
        await until(lambda: not card.buttons, "the settled card", wecom)
        assert "赵磊" in card.card["main_title"]["desc"] + card.card.get("sub_title_text", "")
        await until(
            lambda: any("赵磊批准" in text for text in wecom.texts("p-lina")), "word for the rep", wecom
        )
        await wecom.phone.again(press)
        assert not wecom.dropped

    asyncio.run(on_wecom(demo_house, play))
    demo_house.clock.pass_(3600)  # type: ignore[attr-defined]
    demo_house.performer.tick()
    assert len(list((demo_house.settings.var_dir / "outbox").glob("*.eml"))) == 1


def test_a_no_asks_for_its_reason_in_a_message(demo_house: House) -> None:
    async def play(wecom: WecomServer, street: Street) -> None:
        await wecom.phone.say("p-lina", "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%")
        await until(lambda: wecom.texts("p-lina"), "an answer", wecom)
        await wecom.phone.say("p-lina", "发出去")
        await until(lambda: wecom.cards("p-zhaolei"), "a card", wecom)
        card = wecom.cards("p-zhaolei")[0]
        await wecom.phone.press("p-zhaolei", "驳回")
        await until(
            lambda: any("原因" in text and "回复" in text for text in wecom.texts("p-zhaolei")),
            "the question",
            wecom,
        )
        await wecom.phone.say("p-zhaolei", "先别给折扣")
        await until(lambda: not card.buttons, "the settled card", wecom)
        assert card.card["replace_text"].startswith("已驳回")

    asyncio.run(on_wecom(demo_house, play))


def test_three_messages_four_times_each_are_answered_once(demo_house: House) -> None:
    async def play(wecom: WecomServer, street: Street) -> None:
        deliveries = await asyncio.gather(*(wecom.phone.say("p-lina", f"/no{number}") for number in range(3)))
        for _ in range(3):
            await asyncio.gather(*(wecom.phone.again(delivery) for delivery in deliveries))
        await until(lambda: len(wecom.texts("p-lina")) >= 3, "three answers", wecom)
        await asyncio.sleep(0.5)
        assert len(wecom.texts("p-lina")) == 3

    asyncio.run(on_wecom(demo_house, play))


def test_a_voice_and_a_picture_are_fetched_and_answered(demo_house: House) -> None:
    async def play(wecom: WecomServer, street: Street) -> None:
        await wecom.phone.voice("p-lina", b"#!AMR\n" + b"\x3c" * 800)
        await until(lambda: wecom.texts("p-lina"), "an answer to the voice", wecom)
        await wecom.phone.photo("p-lina", b"\xff\xd8\xff\xe0" + b"j" * 900)
        await until(lambda: len(wecom.texts("p-lina")) > 1, "an answer to the picture", wecom)
        assert wecom.count("media/get") >= 2
        assert "voice.amr" in wecom.texts("p-lina")[0]
        assert "photo.jpg" in wecom.texts("p-lina")[1]

    asyncio.run(on_wecom(demo_house, play))


def test_a_formatted_answer_of_a_model_is_markdown_and_a_command_is_text(demo_house: House) -> None:
    told = "## 我能做什么\n- 写**跟进邮件**,发之前给你看\n- 查商机"

    async def play(wecom: WecomServer, street: Street) -> None:
        await wecom.phone.say("p-lina", "你能做什么?")
        await until(lambda: wecom.seen("p-lina"), "an answer", wecom)
        shown = wecom.seen("p-lina")[0]
        assert shown.kind == "markdown"
        assert shown.page.headings == [(2, "我能做什么")]
        assert "跟进邮件" in shown.page.bold
        assert "• 查商机" in shown.page.visible
        before = len(wecom.seen("p-lina"))
        await wecom.phone.say("p-lina", "/help")
        await until(lambda: len(wecom.seen("p-lina")) > before, "the help", wecom)
        assert {one.kind for one in wecom.seen("p-lina")[before:]} == {"text"}

    with OpenAIServer([Reply(text=told)]) as server:
        demo_house.settings.llm_base_url, demo_house.settings.llm_model = server.base_url, "fake-model"
        asyncio.run(on_wecom(demo_house, play))
