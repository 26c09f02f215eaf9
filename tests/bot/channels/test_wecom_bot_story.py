"""The first issue's story over the fake WeCom AI bot and a whole house: wish, streamed answer, card, press, mail, thumb."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlmodel import select

from bot.channels.wecom_bot import HookBot, LongBot
from bot.street.pad import SharedPad
from bot.street.street import Street
from bot.web.app import web_app
from bot.wiring import House
from knowledge.model import Suggestion
from tests.fakes.street import bind_everybody
from tests.fakes.wecom_bot_server import Shown, WeComBotServer
from tests.fakes.wecom_bot_url import WeComBotUrl, over_http
from tests.fakes.wecom_serving import serving

WISH = "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%"


async def until(true: Callable[[], object], what: str, server: WeComBotServer | WeComBotUrl) -> None:
    ends = time.monotonic() + 30
    while not true():
        screens = {chat: [one.text or one.card for one in shown] for chat, shown in server.chats.items()}
        assert time.monotonic() < ends, f"{what} did not happen; seen: {screens}"
        server.clock.pass_(0.02)  # type: ignore[attr-defined] # what is to be sent again in a second becomes due
        await asyncio.sleep(0.02)


async def on_long(house: House, play: Callable[[WeComBotServer], Awaitable[None]]) -> None:
    bind_everybody(house, "wecom-bot")
    server = WeComBotServer(house.clock)
    await server.start()
    channel = LongBot(
        bot_id=server.bot_id, secret=server.secret, pad=SharedPad(house.store, house.clock, "wecom-bot"), clock=house.clock,
        ws_url=server.url, bot_name="小成", media_hosts=("127.0.0.1",),
    )  # fmt: skip
    try:
        async with Street(house, [channel]):
            await server.ready()
            await play(server)
    finally:
        await server.stop()


def cards(server: WeComBotServer, person: str) -> list[Shown]:
    return [one for one in server.chats.get(person, []) if one.card]


def finished(server: WeComBotServer | WeComBotUrl, person: str, count: int) -> bool:
    return (
        len([one for one in server.chats.get(person, []) if one.kind == "stream" and one.finished]) >= count
    )


def test_from_the_wish_to_the_pressed_card_and_the_sent_mail(demo_house: House) -> None:
    async def play(server: WeComBotServer) -> None:
        await server.say("p-zhaolei", "早")  # the platform lets a bot write only to who has written to it
        await until(lambda: finished(server, "p-zhaolei", 1), "an answer", server)
        await server.say("p-lina", WISH)
        await until(lambda: finished(server, "p-lina", 1), "an answer", server)
        await server.say("p-lina", "发出去")
        await until(lambda: finished(server, "p-lina", 2), "a second answer", server)
        await until(lambda: cards(server, "p-zhaolei"), "a card for the manager", server)
        (shown,) = cards(server, "p-zhaolei")
        assert [one["text"] for one in shown.card["button_list"]] == ["批准", "驳回", "修改", "转交", "解释"]
        assert "8" in "".join(server.see("p-zhaolei"))
        seen = len(server.chats["p-zhaolei"])
        await server.press("p-zhaolei", shown, "批准")
        await until(lambda: "button_list" not in shown.card, "the settled card", server)
        assert "赵磊" in shown.card["sub_title_text"]
        await until(
            lambda: any("赵磊批准" in text for text in server.see("p-lina")), "word for the rep", server
        )
        await asyncio.sleep(0.3)
        assert len(server.chats["p-zhaolei"]) == seen, "the card says it; nothing is said twice"
        assert all(one.finished for chat in server.chats.values() for one in chat)
        assert server.violations == []

    asyncio.run(on_long(demo_house, play))
    demo_house.clock.pass_(3600)  # type: ignore[attr-defined]
    demo_house.performer.tick()
    assert len(list((demo_house.settings.var_dir / "outbox").glob("*.eml"))) == 1


def test_a_thumb_down_is_kept_with_the_answer_it_judges(demo_house: House) -> None:
    async def play(server: WeComBotServer) -> None:
        await server.say("p-lina", "@小成 华东医疗最近怎么样?")
        await until(lambda: finished(server, "p-lina", 1), "an answer", server)
        await server.rate("p-lina", server.chats["p-lina"][0], 2, "不是最新的")
        await until(lambda: _rated(demo_house), "the rating", server)

    asyncio.run(on_long(demo_house, play))
    (row,) = _rated(demo_house)
    assert (row.status, row.payload["comment"]) == ("rejected", "不是最新的")


def _rated(house: House) -> list[Suggestion]:
    with house.store.reading() as session:
        return [row for row in session.exec(select(Suggestion)) if row.status == "rejected"]


def test_a_stranger_gets_one_sentence_and_a_cut_connection_loses_nothing(demo_house: House) -> None:
    async def play(server: WeComBotServer) -> None:
        await server.say("somebody", WISH)
        await until(
            lambda: finished(server, "somebody", 1) or len(server.see("somebody")) == 1, "a sentence", server
        )
        await server.say("p-lina", "华东医疗最近怎么样?", msgid="M1")
        server.cut()
        await server.say("p-lina", "华东医疗最近怎么样?", msgid="M1")
        # What could not be sent while the line was cut is tried again after a pause: let the clock go on.
        await until(lambda: demo_house.clock.pass_(0.1) or server.see("p-lina"), "an answer", server)  # type: ignore[attr-defined]
        await server.say("p-lina", "华东医疗最近怎么样?", msgid="M1")
        await asyncio.sleep(0.3)
        assert len(server.see("p-lina")) == 1, "delivered twice, answered once"
        assert len(server.see("somebody")) == 1

    asyncio.run(on_long(demo_house, play))


@pytest.mark.parametrize("polled", [True, False], ids=["polled", "by the late reply"])
def test_in_url_mode_an_answer_comes_and_what_cannot_be_pushed_is_said(
    demo_house: House, polled: bool
) -> None:
    async def story() -> None:
        bind_everybody(demo_house, "wecom-bot")
        server = WeComBotUrl(demo_house.clock)
        server.polling = polled
        base = await server.start()
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
                channel = HookBot(
                    token=server.token, aes_key=server.aes_key, pad=SharedPad(demo_house.store, demo_house.clock, "wecom-bot"),
                    clock=demo_house.clock, api_base=base, bot_name="小成", http=http, poll_s=1.0,
                )  # fmt: skip
                async with Street(demo_house, [channel]) as street, serving(web_app(street, dict)) as door:
                    server.post = over_http(f"{door}/hooks/wecom-bot")
                    assert await server.verify() == b"1616140317555161061"
                    await server.say("p-lina", WISH)
                    if polled:
                        await until(lambda: finished(server, "p-lina", 1), "an answer", server)
                        assert "邮件草稿" in server.see("p-lina")[0]
                    else:
                        await until(lambda: len(server.see("p-lina")) == 2, "an answer", server)
                        assert "邮件草稿" in server.see("p-lina")[1]
                    assert await server.raw("{}", msg_signature="0") == 403
        finally:
            await server.stop()

    asyncio.run(story())
