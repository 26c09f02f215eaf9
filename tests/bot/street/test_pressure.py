"""Bad input and too much of it: an answer in words, nothing lost, nobody else harmed."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.street.intake import FULL
from bot.street.live import SIGN, SIGN_AFTER_S
from bot.street.port import Traits
from bot.street.porter import STRANGER
from bot.street.words import Load
from bot.wiring import House
from knowledge.library import arrivals
from knowledge.store import StoreError
from tests.fakes.street import FakeChannel, Scene, on_stage


def test_who_sends_too_much_is_told_and_others_are_answered(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        hold = threading.Event()
        lanes, drain = scene.street.engine, scene.street.turns.drain

        def held(lane: str) -> None:
            if "p-lina" in lane:
                hold.wait(20)
            drain(lane)

        lanes._drain = held
        for number in range(FULL + 3):
            await scene.say("p-lina", f"/no{number}")
        await scene.say("p-heqiang", "/help")
        await scene.answers("p-heqiang", 1)
        texts = scene.channel.texts("p-lina")
        assert any("按顺序回复" in text for text in texts)
        await scene.until(
            lambda: sum("没有收下" in text for text in scene.channel.texts("p-lina")) == 3, "3 refused"
        )
        hold.set()
        await scene.until(
            lambda: sum("/no" in text for text in scene.channel.texts("p-lina")) == FULL, "the rest"
        )

    asyncio.run(on_stage(demo_house, play))


def test_a_stranger_hears_of_no_queue(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        hold = threading.Event()
        lanes, drain = scene.street.engine, scene.street.turns.drain

        def held(lane: str) -> None:
            hold.wait(30)
            drain(lane)

        lanes._drain = held
        for number in range(FULL + 2):
            await scene.say("x", f"{number}")
        hold.set()
        await scene.until(lambda: not _states(demo_house).keys() & {"waiting", "working"}, "all looked at")
        await scene.answers("x", 1)
        assert scene.channel.texts("x") == [STRANGER]

    asyncio.run(on_stage(demo_house, play, known=False))


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x00",
        "\ud800半个字",
        "华" * 10_000,
        "a" * 300_000,
        "‮倒着写",
        "{{7*7}}${jndi:ldap://x}",
        " ",
        "\n\n",
        "👨‍👩‍👧‍👦" * 50,
    ],
)
def test_any_text_is_answered(demo_house: House, text: str) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", text)
        await scene.answers("p-lina", 1)
        await scene.until(lambda: _states(demo_house) == {"done": 1}, "done")

    asyncio.run(on_stage(demo_house, play))


def test_a_message_that_breaks_the_house_is_apologised_for_and_the_next_is_answered(
    demo_house: House,
) -> None:
    async def play(scene: Scene) -> None:
        turns = scene.street.turns
        whole = turns._message

        def breaks(row, arrival, person):  # type: ignore[no-untyped-def]
            if arrival.text == "boom":
                raise RuntimeError("a bug")
            return whole(row, arrival, person)

        turns._message = breaks  # type: ignore[method-assign]
        await scene.say("p-lina", "boom")
        await scene.say("p-lina", "/help")
        texts = await scene.answers("p-lina", 2)
        assert "处理时出错" in texts[0]
        assert "/approve" in texts[1]
        assert _states(demo_house) == {"done": 1, "dropped": 1}

    asyncio.run(on_stage(demo_house, play))


def test_when_the_database_cannot_take_it_the_platform_is_not_told_that_we_have_it(
    demo_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.street.leading.ASK_S", 0.2)

    async def play(scene: Scene) -> None:
        store, whole = demo_house.store, demo_house.store.session
        store.session = _away  # type: ignore[method-assign]
        arrival = scene.arrival("p-lina", "/help")
        with pytest.raises(StoreError):
            await scene.street.intake.accept(arrival)
        store.session = whole  # type: ignore[method-assign]
        assert (await scene.street.intake.accept(arrival)).fresh
        await scene.answers("p-lina", 1)

    asyncio.run(on_stage(demo_house, play))


@pytest.mark.parametrize("drafts", [True, False])
def test_a_slow_answer_shows_a_sign_of_life_within_three_seconds(demo_house: House, drafts: bool) -> None:
    channel = FakeChannel(traits=Traits(limit=4000, drafts=drafts, draft_gap_s=0.0))

    async def play(scene: Scene) -> None:
        go = threading.Event()
        assistant = demo_house.assistant
        whole = assistant.answer

        def slow(*args, **kwargs):  # type: ignore[no-untyped-def]
            go.wait(10)
            return whole(*args, **kwargs)

        assistant.answer = slow  # type: ignore[method-assign]
        await scene.say("p-lina", "华东医疗那个单子,上次谈到哪了?")
        await scene.until(lambda: channel.shown, "a sign of life")
        assert channel.shown[0].load is (Load.DRAFT if drafts else Load.TEXT)
        assert channel.shown[0].text == SIGN
        assert SIGN_AFTER_S < 3
        go.set()
        await scene.until(lambda: any("1,280,000" in text for text in channel.texts("p-lina")), "the answer")

    asyncio.run(on_stage(demo_house, play, channel))


def _away(**_: object) -> None:
    raise StoreError("数据库不在", "the database is away")


def _states(house: House) -> dict[str, int]:
    with house.store.reading() as session:
        return arrivals.counts(session)


def test_what_comes_when_the_street_has_closed_is_refused_and_not_left_hanging(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "/help")

    scene = asyncio.run(on_stage(demo_house, play))

    async def late() -> None:
        async with asyncio.timeout(2):
            with pytest.raises(StoreError, match="退出"):
                await scene.street.intake.accept(scene.arrival("p-lina", "/help"))

    asyncio.run(late())
