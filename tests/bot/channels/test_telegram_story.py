"""Telegram at the real street over the demo company: a code binds, a wish waits, the manager presses, both are told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.gateways.mail import gateway_from
from bot.channels.telegram import Telegram
from bot.channels.telegram.wire import Limits
from bot.settings import Settings
from bot.street.pad import SharedPad
from bot.street.street import Street
from bot.wiring import House, open_house
from knowledge.library import doors
from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import Shown, TelegramServer
from tests.fakes.telegram_stage import LI, WANG

PATIENT = Limits(poll_s=1, pace_s=0.0, click_s=10.0)
"""On a busy machine a decision may take longer than the two seconds a person is made to wait."""


@pytest.fixture
def demo_house(demo_dir: Path) -> Iterator[House]:
    """Without test cards."""
    outbox = gateway_from("", demo_dir / "outbox")
    house = open_house(Settings(var_dir=demo_dir, canary_every=0, _env_file=None), FakeClock(), outbox)
    yield house
    house.close()


def test_from_the_first_message_to_the_pressed_button(demo_house: House) -> None:
    async def story() -> None:
        with TelegramServer() as server:
            pad = SharedPad(demo_house.store, demo_house.clock, "telegram")
            channel = Telegram(
                server.token, pad=pad, clock=demo_house.clock, api_base=server.base_url, limits=PATIENT
            )
            with demo_house.store.session() as session:
                doors.bind(session, "telegram", str(LI), "p-lina")
                doors.bind(session, "telegram", str(WANG), "p-zhaolei")

            async def until(chat: int, words: str) -> Shown:
                async with asyncio.timeout(40):
                    while not (found := [one for one in server.seen(chat) if words in one.text]):
                        await asyncio.sleep(0.02)
                return found[-1]

            async with Street(demo_house, [channel]):
                server.say(666, "我是谁")
                await until(666, "还不认识")
                server.say(WANG, "/help")
                await until(WANG, "/approvals")
                server.say(LI, "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%")
                await until(LI, "王建国")
                server.say(LI, "发出去")
                card = await until(WANG, "8%")
                assert [one["text"] for one in card.buttons[0]] == ["批准", "驳回"]
                foreign = server.press(LI, card, "批准")
                approved = server.press(WANG, card, "批准")
                async with asyncio.timeout(40):
                    while card.buttons or {foreign, approved} - server.toasts.keys():
                        await asyncio.sleep(0.02)
                assert "别人" in server.toasts[foreign]
                assert "批准" in card.text
                assert not server.pending
            await channel.close()

    asyncio.run(story())
