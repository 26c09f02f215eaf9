"""The first issue's story on DingTalk: asked in a private chat, approved on a card (or in words), told to everybody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from actions.gateways.mail import gateway_from
from bot.channels.dingtalk import DingTalk
from bot.settings import Settings
from bot.street.pad import SharedPad
from bot.street.street import Street
from bot.wiring import House, open_house
from tests.fakes.clock import FakeClock
from tests.fakes.dingtalk_cards import ANSWER, APPROVAL
from tests.fakes.dingtalk_server import FakeDingTalk
from tests.fakes.dingtalk_street import in_loop
from tests.fakes.street import bind_everybody

WISH = "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%"
REP, MANAGER = "p-lina", "p-zhaolei"


@pytest.fixture
def house(demo_dir: Path) -> Iterator[House]:
    outbox = gateway_from("", demo_dir / "outbox")
    opened = open_house(Settings(var_dir=demo_dir, canary_every=0, _env_file=None), FakeClock(), outbox)
    bind_everybody(opened, "dingtalk")
    yield opened
    opened.close()


async def until(true: Callable[[], object], what: str) -> None:
    async with asyncio.timeout(15):
        while not true():
            await asyncio.sleep(0.01)
    assert true(), what


async def ask(fake: FakeDingTalk) -> None:
    """The rep asks, and says yes to the draft."""

    def said() -> int:
        done = [card for card in fake.cards.of(REP) if card.params.get("flowStatus") == "3"]
        return len(fake.texts(REP)) + len(done)

    for count, words in enumerate((WISH, "发出去"), start=1):
        await (await fake.say(REP, words)).ack

        def answered(wanted: int = count) -> bool:
            return said() >= wanted

        await until(answered, words)


def sent_mails(house: House) -> int:
    house.clock.pass_(3600)  # type: ignore[attr-defined]
    house.performer.tick()
    return len(list((house.settings.var_dir / "outbox").glob("*.eml")))


@in_loop
async def test_with_cards(house: House) -> None:
    async with FakeDingTalk(now=house.clock) as fake, httpx.AsyncClient(timeout=5) as http:
        fake.members |= {REP, MANAGER}
        pad = SharedPad(house.store, house.clock, "dingtalk")
        account = fake.account(approval_template=APPROVAL, answer_template=ANSWER, monthly_calls=5000)
        async with Street(house, [DingTalk(account, pad, house.clock, http=http)]):
            await ask(fake)
            await until(lambda: fake.cards.of(MANAGER), "a card for the manager")
            track = fake.cards.track(MANAGER)
            assert fake.cards.buttons(track) == ["批准", "驳回", "修改", "转交", "解释"]
            response = await fake.press("staff1", track, "批准")
            assert "cardData" not in response
            await fake.press(MANAGER, track, "批准")
            await until(lambda: not fake.cards.buttons(track), "the settled card")
            assert re.search(r"赵磊.*\d{2}:\d{2}", fake.cards.all[track].params["status"])
            await until(lambda: any("赵磊批准" in text for text in fake.texts(REP)), "word for the rep")
            assert fake.chats[REP][-1].by == "webhook"
    assert sent_mails(house) == 1


@in_loop
async def test_in_words(house: House) -> None:
    async with FakeDingTalk(now=house.clock) as fake, httpx.AsyncClient(timeout=5) as http:
        fake.members |= {REP, MANAGER}
        pad = SharedPad(house.store, house.clock, "dingtalk")
        async with Street(house, [DingTalk(fake.account(), pad, house.clock, http=http)]):
            await ask(fake)
            await until(lambda: fake.texts(MANAGER), "a card for the manager")
            code = re.search(r"\[(\w+)\]", fake.texts(MANAGER)[0])
            assert code is not None
            await (await fake.say(MANAGER, f"批准 {code[1]}")).ack
            await until(lambda: any("赵磊批准" in text for text in fake.texts(REP)), "word for the rep")
            await until(lambda: any("赵磊" in text for text in fake.texts(MANAGER)[1:]), "the settled card")
    assert sent_mails(house) == 1
