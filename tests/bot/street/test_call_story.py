"""A recording sent in a chat: consent first, progress by itself, the summary unasked, one tap for what follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlmodel import col, select

from actions.call_records import Calls
from actions.call_versions import Versions
from actions.call_writing import Scribe
from actions.intervening import BY
from actions.tables import Action
from bot.street.street import Street
from bot.street.words import Attachment, CardView, Load
from bot.wiring import House
from knowledge.model import CallFollow, Deal, DeliveryRow, Person, Recording, Suggestion, Task
from speech.corrections import NAME, Correction
from speech.heard import Heard, Hints, TranscriberError
from tests.fakes.sounds import loudest, record, silence, tone
from tests.fakes.street import FakeChannel, Scene, on_stage

SAID = (
    "李娜: 王总您好,上次的方案您看了吗",
    "王建国: 看了,预算一百二十八万,超了要CFO同意",
    "王建国: 你们太贵了,比锐影贵不少",
    "李娜: 明白,那我下周五前把新报价发给您",
    "王建国: 好,那就先这样定了,按两期付款",
    "李娜: 那我们下周三下午三点再碰一次吧",
    "王建国: 好的,到时见",
)
VOICE = Attachment(kind="file", ref="rec", name="华东医疗通话.m4a", seconds=126)


class Reader:
    """Hears what it was told to: the low tone says the rep's lines, the high one the customer's, 18 seconds each. The first
    `breaks` calls fail."""

    name = "fake:reader"

    def __init__(self, breaks: int = 0) -> None:
        self.breaks, self.calls = breaks, 0

    def hear(self, samples: NDArray[np.float32], hints: Hints) -> list[Heard]:
        self.calls += 1
        if self.calls <= self.breaks:
            raise TranscriberError("engine", "语音模型打不开", "the speech model cannot be opened")
        mine = "李娜" if loudest(samples) < 600 else "王建国"
        return [
            Heard(start=at * 18.0, end=at * 18.0 + 17.5, text=words, confidence=0.9, words=())
            for at, line in enumerate(SAID)
            for who, _, words in [line.partition(": ")]
            if who == mine
        ]


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    return two_channels(tmp_path)


def two_channels(folder: Path) -> bytes:
    """The rep on the left, the customer on the right."""
    rate = 16_000
    quiet = silence(18, rate)
    left = [tone(18, 400, rate) if line.startswith("李娜") else quiet for line in SAID]
    right = [quiet if line.startswith("李娜") else tone(18, 900, rate) for line in SAID]
    channels = [np.concatenate(left), np.concatenate(right)]
    return record(folder / "a.m4a", channels, codec="aac", rate=rate, form="mp4").read_bytes()


def person_of(house: House, who: str = "p-lina") -> Person:
    with house.store.reading() as session:
        return session.get_one(Person, who)


def write_down(house: House, call: str, engine: Reader) -> str:
    """As whoever writes recordings down does it, in whichever process."""
    desk = house.desk(person_of(house), "", "scribe", "zh")
    return Scribe(Calls(desk), engine).write_down(call).code


async def summed_up(scene: Scene, call: str) -> CardView:
    """Written down, the channels told apart by the rep, and the card of what follows."""
    house = scene.street.house
    assert await asyncio.to_thread(write_down, house, call, Reader()) == "written"
    await scene.until(lambda: card_with(scene, "哪个声道"), "whose channel is whose")
    card = card_with(scene, "哪个声道")
    assert card is not None
    assert card.facts[0] == ("声道 1", "“王总您好,上次的方案您看了吗”")
    assert button(card, "声道1是我方")
    await scene.say("p-lina", "声道2是王建国")
    await scene.until(
        lambda: any("声道 1 是李娜,声道 2 是王建国" in one for one in scene.channel.texts("p-lina")),
        "who is who",
    )
    await scene.until(lambda: card_with(scene, "这通电话的建议"), "the proposals")
    found = card_with(scene, "这通电话的建议")
    assert found is not None
    return found


def call_in(house: House) -> str:
    with house.store.reading() as session:
        found = session.exec(
            select(Recording.interaction_id).where(Recording.interaction_id.startswith("file-"))
        )  # type: ignore[attr-defined]
        known = found.first()
        if known:
            return known
        return session.exec(select(CallFollow.interaction_id)).one()


def next_step(house: House) -> str:
    with house.store.reading() as session:
        return session.get_one(Deal, "D-001").next_step


def tasks(house: House) -> list[str]:
    with house.store.reading() as session:
        return list(session.exec(select(Task.title).where(Task.deal_id == "D-001")))


def card_with(scene: Scene, words: str, who: str = "p-lina") -> CardView | None:
    return next((one for one in reversed(scene.channel.cards(who)) if words in one.title), None)


def button(card: CardView | None, words: str) -> str:
    assert card is not None
    return next(one.token for one in card.buttons if one.text == words)


def edits_channel(data: bytes, *, edits: bool = True) -> FakeChannel:
    channel = FakeChannel(files={"rec": data})
    channel.traits = replace(channel.traits, edits=edits)
    return channel


def play(house: House, story: Callable[[Scene], object], channel: FakeChannel) -> None:
    asyncio.run(asyncio.wait_for(on_stage(house, story, channel), 100))


async def sent_and_agreed(scene: Scene) -> str:
    """The recording is sent for a deal, consent is asked, one tap says that they agreed."""
    await scene.say("p-lina", "D-001", attachments=(VOICE,))
    await scene.until(lambda: card_with(scene, "同意录音"), "the question of consent")
    house = scene.street.house
    call = call_in(house)
    assert house.desk(person_of(house), "", "t", "zh").interaction(call).text == ""  # type: ignore[union-attr]
    answer = await scene.press("p-lina", button(card_with(scene, "同意录音"), "已同意"))
    assert answer is not None
    assert "已记下同意" in answer.toast
    await scene.until(lambda: any("正在转写" in one for one in scene.channel.texts("p-lina")), "the begin")
    return call


def test_from_the_recording_to_one_tap(demo_house: House, sound: bytes) -> None:
    async def story(scene: Scene) -> None:
        call = await sent_and_agreed(scene)
        card = await summed_up(scene, call)
        texts = scene.channel.texts("p-lina")
        (summary,) = [one for one in texts if one.startswith("纪要:")]
        for words in (
            "预算:一百二十八万",
            "李娜 · 2026-12-04",
            "你们太贵了",
            "按两期付款",
            "- 2026-12-02 15:00 — 李娜 01:30",
        ):
            assert words in summary
        assert "下一步" in card.facts[0][1]
        assert "李娜 00:5" in card.facts[0][1]
        assert "跟进邮件给 王建国" in card.body
        assert "2026-12-02 周三 15:00-16:00" in card.body

        answer = await scene.press("p-lina", button(card, "全部接受"))
        assert answer is not None
        assert answer.toast.count("✓") >= 3, answer.toast
        await scene.until(lambda: "新报价" in next_step(demo_house), "the change of the deal")
        await scene.until(lambda: any("新报价" in one for one in tasks(demo_house)), "the task")
        with demo_house.store.reading() as session:
            asked = select(Action).where(
                ~col(Action.drafted_by).startswith(BY)
            )  # not by the clock, meanwhile
            done = session.exec(select(Action).where(Action.idempotency_key.startswith("call:"))).all()  # type: ignore[attr-defined]
            assert {one.action for one in done} == {"update_deal", "create_task", "book_meeting"}
            (booked,) = [one for one in done if one.action == "book_meeting"]
            assert booked.state == "scheduled", "the tap was the yes that the invitation needed"
            assert all(one.labels["tool"] == ["rep_input"] for one in done)
            assert any("call_transcript" in str(one.labels) for one in done)
            count = len(session.exec(asked).all())
        await scene.press("p-lina", button(card, "全部接受"))
        await scene.say("p-lina", "全部接受")
        await scene.until(lambda: any("都已处理" in one for one in scene.channel.texts("p-lina")), "settled")
        with demo_house.store.reading() as session:
            assert len(session.exec(asked).all()) == count, "a second tap does nothing"
            assert {
                one.status for one in session.exec(select(Suggestion).where(Suggestion.kind == "crm_update"))
            } == {"accepted"}

        await scene.say("p-lina", "这段录音里他对预算怎么说的?")
        await scene.until(
            lambda: any(
                "王建国 00:18:“看了,预算一百二十八万" in one for one in scene.channel.texts("p-lina")
            ),
            "the quote",
        )

    play(demo_house, story, edits_channel(sound))


def test_progress_is_one_message_that_changes_or_few(demo_house: House, sound: bytes) -> None:
    async def story(scene: Scene) -> None:
        call = await sent_and_agreed(scene)
        desk = demo_house.desk(person_of(demo_house), "", "scribe", "zh")
        for done in (300, 600, 1500, 2280):
            with demo_house.store.session() as session:
                row = session.get_one(Recording, call)
                row.done_s, row.seconds = float(done), 2280.0
                session.add(row)
            await scene.until(lambda done=done: _told_s(demo_house, call) >= done, "the progress")  # type: ignore[misc]
        await scene.until(lambda: "38/38" in str([one.text for one in scene.channel.shown]), "the end")
        drafts = [one.text for one in scene.channel.shown if one.load is Load.DRAFT and "已转写" in one.text]
        assert drafts[0] == "已转写 5/38 分钟…"
        assert "已转写 38/38 分钟…" in drafts
        assert (
            len({one.turn for one in scene.channel.shown if one.load is Load.DRAFT and "已转写" in one.text})
            == 1
        )
        assert not [one for one in scene.channel.texts("p-lina") if "5/38" in one]
        assert desk.interaction(call) is not None

    play(demo_house, story, edits_channel(sound))


def _told_s(house: House, call: str) -> float:
    with house.store.reading() as session:
        return session.get_one(CallFollow, call).told_s


def test_where_nothing_can_be_changed_few_messages_come(demo_house: House, sound: bytes) -> None:
    async def story(scene: Scene) -> None:
        call = await sent_and_agreed(scene)
        for done in range(60, 2281, 60):
            with demo_house.store.session() as session:
                row = session.get_one(Recording, call)
                row.done_s, row.seconds = float(done), 2280.0
                session.add(row)
            demo_house.clock.pass_(20)  # type: ignore[attr-defined]
            await asyncio.to_thread(scene.street.calls.following.tick)
        await scene.until(lambda: any("已转写" in one for one in scene.channel.texts("p-lina")), "word of it")
        told = [one for one in scene.channel.texts("p-lina") if "已转写" in one]
        assert 1 <= len(told) <= 3
        assert not [one for one in scene.channel.shown if one.load is Load.DRAFT and "已转写" in one.text]

    play(demo_house, story, edits_channel(sound, edits=False))


def test_no_consent_no_transcript(demo_house: House, sound: bytes) -> None:
    async def story(scene: Scene) -> None:
        await scene.say("p-lina", "D-001", attachments=(VOICE,))
        await scene.until(lambda: card_with(scene, "同意录音"), "the question of consent")
        call = call_in(demo_house)
        assert await asyncio.to_thread(write_down, demo_house, call, Reader()) == "no_consent"
        stranger = await scene.press("p-zhaolei", button(card_with(scene, "同意录音"), "已同意"))
        assert stranger is not None
        assert "别人" in stranger.toast
        await scene.say("p-lina", "还没问")
        await scene.until(lambda: any("征求同意" in one for one in scene.channel.texts("p-lina")), "asked")
        await scene.say("p-lina", "不同意")
        await scene.until(
            lambda: any("录音和文字已删除" in one for one in scene.channel.texts("p-lina")), "removed"
        )
        await scene.until(
            lambda: not (card_with(scene, "同意录音") or CardView(id="", code="", title="")).buttons,
            "no buttons",
        )
        assert await asyncio.to_thread(write_down, demo_house, call, Reader()) == "no_recording"

    play(demo_house, story, edits_channel(sound))


def test_a_failure_is_told_once_and_goes_on_by_itself(demo_house: House, sound: bytes) -> None:
    async def story(scene: Scene) -> None:
        call = await sent_and_agreed(scene)
        for _ in range(2):
            assert await asyncio.to_thread(write_down, demo_house, call, Reader(breaks=9)) == "failed"
            await asyncio.to_thread(scene.street.calls.following.tick)
        await scene.until(
            lambda: any("语音模型打不开" in one for one in scene.channel.texts("p-lina")), "why"
        )
        await summed_up(scene, call)
        assert len([one for one in scene.channel.texts("p-lina") if "语音模型打不开" in one]) == 1

    play(demo_house, story, edits_channel(sound))


def test_a_summary_left_by_a_dead_process_is_told_once(demo_house: House, sound: bytes) -> None:
    async def story(scene: Scene) -> None:
        call = await sent_and_agreed(scene)
        await summed_up(scene, call)
        with demo_house.store.session() as session:  # as if it had died before it could say so
            row = session.get_one(CallFollow, call)
            row.stage, row.worker = "written", "host:gone:1"
            session.add(row)
        other = Street(demo_house, list(scene.street.channels.values()))
        await asyncio.gather(*(asyncio.to_thread(one.calls.summaries.drain) for one in (scene.street, other)))
        with demo_house.store.reading() as session:
            assert session.get_one(CallFollow, call).stage == "told"
            told = session.exec(select(DeliveryRow).where(DeliveryRow.key.contains(":summary:"))).all()  # type: ignore[attr-defined]
            cards = session.exec(select(DeliveryRow).where(DeliveryRow.key.startswith("proposals:"))).all()  # type: ignore[attr-defined]
        assert (len(told), len(cards)) == (1, 1)

    play(demo_house, story, edits_channel(sound))


def test_a_correction_makes_the_summary_stale_and_one_tap_renews_it(demo_house: House, sound: bytes) -> None:
    async def story(scene: Scene) -> None:
        call = await sent_and_agreed(scene)
        await summed_up(scene, call)
        demo_house.clock.pass_(60)  # type: ignore[attr-defined]
        boss = demo_house.desk(person_of(demo_house, "p-zhaolei"), "", "terminal", "zh")
        assert Versions(boss).correct(call, Correction(kind=NAME, old="锐影", new="瑞影")).done
        await scene.until(lambda: card_with(scene, "纪要已过期"), "word that it is stale")
        await scene.until(
            lambda: any("赵磊 修改了你的通话" in one for one in scene.channel.texts("p-lina")), "who"
        )
        await scene.press("p-lina", button(card_with(scene, "纪要已过期"), "重新生成纪要"))
        await scene.until(
            lambda: any(one.startswith("纪要:") and "瑞影" in one for one in scene.channel.texts("p-lina")),
            "the new one",
        )
        await scene.until(
            lambda: not (card_with(scene, "纪要已过期") or CardView(id="", code="", title="")).buttons,
            "no button",
        )

    play(demo_house, story, edits_channel(sound))
