"""The way out: order, fates, pace, and what a process that died leaves behind."""

from __future__ import annotations

import asyncio
import time

from sqlmodel import Session, select

from bot.street.port import Traits
from bot.street.post import text_row
from bot.street.splitting import utf8_bytes
from bot.street.words import Address, Fate, Load, Sent
from bot.wiring import House
from knowledge.library import deliveries
from knowledge.model import DeliveryRow, Notice
from tests.fakes.clock import FakeClock
from tests.fakes.street import FakeChannel, Scene, on_stage


def queue(house: House, *keys: str, to: str = "p-lina", channel: str = "fake") -> None:
    address = Address(channel=channel, to=to)
    with house.store.session() as session:
        for key in keys:
            deliveries.put(session, text_row(key, address, key, house.clock()))


def row(house: House, key: str) -> DeliveryRow:
    with house.store.reading() as session:
        return session.exec(select(DeliveryRow).where(DeliveryRow.key == key)).one()


def test_what_surely_was_not_sent_is_tried_again_in_its_place(demo_house: House) -> None:
    channel = FakeChannel(fates=[Sent(fate=Fate.LATER, after_s=30, note="busy")])
    clock = demo_house.clock
    assert isinstance(clock, FakeClock)

    async def play(scene: Scene) -> None:
        queue(demo_house, "a", "b")
        await scene.until(lambda: _tried(demo_house, "a", 1), "a first try")
        await asyncio.sleep(0.4)
        assert channel.shown == []  # b does not overtake a
        clock.pass_(31)
        assert await scene.answers("p-lina", 2) == ["a", "b"]

    asyncio.run(on_stage(demo_house, play, channel))
    assert row(demo_house, "a").tries == 2


def test_an_unknown_end_is_not_sent_again_and_the_next_goes_on(demo_house: House) -> None:
    channel = FakeChannel(fates=[Sent(fate=Fate.UNKNOWN), Sent(fate=Fate.NEVER, note="blocked")])

    async def play(scene: Scene) -> None:
        queue(demo_house, "a", "b", "c")
        await scene.until(lambda: "c" in scene.channel.texts("p-lina"), "c")

    asyncio.run(on_stage(demo_house, play, channel))
    assert [one.id for one in channel.tries] == ["a", "b", "c"]
    assert [row(demo_house, key).state for key in "abc"] == ["unknown", "never", "sent"]
    assert (
        row(demo_house, "c").payload == {}
    )  # what was said is in the conversation; nothing of it stays here


def test_giving_up_after_ten_tries(demo_house: House) -> None:
    channel = FakeChannel(fates=[Sent(fate=Fate.LATER)] * 10)
    clock = demo_house.clock
    assert isinstance(clock, FakeClock)

    async def play(scene: Scene) -> None:
        queue(demo_house, "a")
        for tries in range(1, 11):
            await scene.until(lambda tries=tries: _tried(demo_house, "a", tries), f"try {tries}")
            clock.pass_(600)
        await scene.until(lambda: row(demo_house, "a").state == "never", "the end")

    asyncio.run(on_stage(demo_house, play, channel))


def test_a_chat_gets_no_more_than_the_platform_shows(demo_house: House) -> None:
    """WeCom drops what is above its rate without a word: so it is not sent before its time."""
    channel = FakeChannel(traits=Traits(limit=4000, per_minute=3))
    clock = demo_house.clock
    assert isinstance(clock, FakeClock)

    async def play(scene: Scene) -> None:
        queue(demo_house, *"abcde")
        queue(demo_house, "other", to="p-heqiang")
        assert await scene.answers("p-lina", 3) == ["a", "b", "c"]
        assert await scene.answers("p-heqiang", 1) == ["other"]
        await asyncio.sleep(0.4)
        assert len(channel.texts("p-lina")) == 3
        clock.pass_(66)
        assert await scene.answers("p-lina", 5) == list("abcde")

    asyncio.run(on_stage(demo_house, play, channel))


def test_two_messages_of_a_chat_keep_their_distance(demo_house: House) -> None:
    channel = FakeChannel(traits=Traits(limit=4000, gap_s=0.3))

    async def play(scene: Scene) -> None:
        began = time.monotonic()
        queue(demo_house, *"abc")
        await scene.answers("p-lina", 3)
        assert time.monotonic() - began >= 0.55

    asyncio.run(on_stage(demo_house, play, channel))


def test_what_a_dead_process_was_sending_is_unknown_and_not_sent_again(demo_house: House) -> None:
    queue(demo_house, "a", "b")
    with demo_house.store.session() as session:
        deliveries.claim(session, _waiting(session, "a"), "dead:worker:1", demo_house.clock())

    async def play(scene: Scene) -> None:
        assert await scene.answers("p-lina", 1) == ["b"]

    asyncio.run(on_stage(demo_house, play))
    assert row(demo_house, "a").state == "unknown"


def test_where_the_platform_drops_a_second_copy_it_is_sent_again(demo_house: House) -> None:
    channel = FakeChannel(traits=Traits(limit=4000, resend=True))
    queue(demo_house, "a")
    with demo_house.store.session() as session:
        deliveries.claim(session, _waiting(session, "a"), "dead:worker:1", demo_house.clock())

    async def play(scene: Scene) -> None:
        assert await scene.answers("p-lina", 1) == ["a"]

    asyncio.run(on_stage(demo_house, play, channel))


def test_a_channel_that_breaks_leaves_unknown_and_goes_on(demo_house: House) -> None:
    class Breaks(FakeChannel):
        async def send(self, parcel: object) -> Sent:
            if getattr(parcel, "id", "") == "a":
                raise RuntimeError("a bug")
            return await super().send(parcel)  # type: ignore[arg-type]

    async def play(scene: Scene) -> None:
        queue(demo_house, "a", "b")
        assert await scene.answers("p-lina", 1) == ["b"]

    asyncio.run(on_stage(demo_house, play, Breaks()))
    assert row(demo_house, "a").state == "unknown"


def test_the_same_key_is_queued_once(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        for _ in range(3):
            queue(demo_house, "a")
        queue(demo_house, "b")
        assert await scene.answers("p-lina", 2) == ["a", "b"]

    asyncio.run(on_stage(demo_house, play))


def test_what_waits_for_a_channel_that_is_not_open_waits(demo_house: House) -> None:
    async def play(scene: Scene) -> None:
        queue(demo_house, "a", channel="elsewhere")
        queue(demo_house, "b")
        await scene.answers("p-lina", 1)

    asyncio.run(on_stage(demo_house, play))
    assert row(demo_house, "a").state == "waiting"


def test_drafts_show_the_newest_text_and_the_answer_ends_them(demo_house: House) -> None:
    channel = FakeChannel(slow_s=0.05)

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "华东医疗那个单子,上次谈到哪了?")
        await scene.answers("p-lina", 1)
        await asyncio.sleep(0.3)
        loads = [one.load for one in channel.shown if one.address.to == "p-lina"]
        assert loads[-1] is Load.TEXT  # no draft after the answer

    asyncio.run(on_stage(demo_house, play, channel))


def test_a_notice_and_a_digest_longer_than_a_message_come_in_several(demo_house: House) -> None:
    """WeCom takes 2048 bytes: what is told by itself must not be lost there for its length."""
    channel = FakeChannel(traits=Traits(limit=60, measure=utf8_bytes))
    now = demo_house.clock()
    notice = "交期与价格都已确认。" * 6
    told = [f"第{number}条: 给王主任的邮件已发出。**不是格式**" for number in range(6)]
    with demo_house.store.session() as session:
        session.add_all(Notice(person_id="p-lina", text=text, at=now, due_at=now) for text in told)
        session.add(Notice(person_id="p-lina", text=notice, at=now))

    def whole() -> str:
        return "".join("".join(channel.texts("p-lina")).split())

    async def play(scene: Scene) -> None:
        for text in [*told, notice]:
            await scene.until(lambda text=text: "".join(text.split()) in whole(), text)  # type: ignore[misc]

    asyncio.run(on_stage(demo_house, play, channel))
    assert max(map(utf8_bytes, channel.texts("p-lina"))) <= 60
    assert not any(one.marked for one in channel.shown)


def _tried(house: House, key: str, tries: int) -> bool:
    now = row(house, key)
    return now.tries == tries and now.state != "sending"


def _waiting(session: Session, key: str) -> list[DeliveryRow]:
    return list(session.exec(select(DeliveryRow).where(DeliveryRow.key == key)))
