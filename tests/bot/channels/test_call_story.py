"""A recording sent on Telegram and on WeCom, through the platforms' fakes: consent by a button, the minutes unasked, one tap."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select

from actions.call_records import Calls
from actions.call_turns import Turns
from actions.call_writing import Scribe
from knowledge.model import CallFollow, Person, Suggestion, Task
from speech.transcriber import FasterWhisper, Transcriber
from tests.bot.street.test_call_story import Reader, two_channels
from tests.fakes.channel_benches import Bench, Seen
from tests.fakes.town import Town, town


async def _card(there: Town, bench: Bench, words: str) -> Seen:
    def found() -> list[Seen]:
        return [one for one in bench.cards("lina") if words in one.text and len(one.buttons) > 1]

    await there.until(found, f"a card with {words}")
    return found()[-1]


def _write_down(there: Town, engine: Transcriber) -> list[str]:
    """What a scribe beside `serve` does."""
    house = there.house
    with house.store.reading() as session:
        person = session.get_one(Person, "p-lina")
    scribe = Scribe(Calls(house.desk(person, "", "scribe", "zh")), engine)
    ended: list[str] = []
    turns = Turns(
        store=house.store,
        scribe_for=lambda _: scribe,
        monotonic=lambda: 0.0,
        ended=lambda _, told: ended.append(told.code),
    )
    while turns.turn() is not None:
        pass
    return ended


async def _send(there: Town, bench: Bench, sound: bytes) -> None:
    await bench.attach("lina", sound, "通话.m4a")
    await there.until(
        lambda: any("哪个商机" in text for text in bench.screen("lina")), "which deal it is about"
    )
    await bench.say("lina", "D-001")


@pytest.mark.parametrize("platform", ["telegram", "wecom-bot"])
def test_from_the_recording_to_one_tap(demo_dir: Path, tmp_path: Path, platform: str) -> None:
    sound = two_channels(tmp_path)

    async def scene() -> None:
        async with town(demo_dir, platform) as there:
            (bench,) = there.benches.values()
            await there.bind("lina", bench)
            await _send(there, bench, sound)
            asked = await _card(there, bench, "同意录音")
            await there.press(bench, "lina", asked, asked.buttons["已同意"])
            await there.until(lambda: any("正在转写" in text for text in bench.screen("lina")), "the begin")
            assert await asyncio.to_thread(_write_down, there, Reader()) == ["written"]
            sides = await _card(there, bench, "哪个声道")
            await there.press(bench, "lina", sides, sides.buttons["声道1是我方"])
            await there.until(lambda: any("纪要:" in text for text in bench.screen("lina")), "the minutes")
            offered = await _card(there, bench, "这通电话的建议")
            again = await there.press(bench, "lina", offered, offered.buttons["全部接受"])
            await there.until(lambda: _tasks(there), "the task")
            await again()
            await bench.press("lina", offered, offered.buttons["全部接受"])
            await there.answered(bench, "lina", "这段录音里他对预算怎么说的?", "预算一百二十八万")
            assert len(_tasks(there)) == 1
            with there.house.store.reading() as session:
                assert session.exec(select(CallFollow)).one().stage == "told"
                kept = session.exec(select(Suggestion).where(Suggestion.kind == "crm_update")).all()
                assert {one.status for one in kept} == {"accepted"}

    asyncio.run(asyncio.wait_for(scene(), 110))


MODEL = Path(__file__).resolve().parents[2] / "speech" / "model" / "test-whisper"
CALL = Path(__file__).resolve().parents[2] / "speech" / "sounds" / "sales-call.ogg"


@pytest.mark.skipif(
    not (MODEL.is_dir() and CALL.is_file()), reason="the small Whisper of examples/test-whisper is not here"
)
def test_the_true_path_on_real_audio(demo_dir: Path) -> None:
    """Two channels of synthetic speech, decoded by PyAV, heard by the real faster-whisper with a TEST MODEL."""

    async def scene() -> None:
        async with town(demo_dir, "telegram") as there:
            (bench,) = there.benches.values()
            await there.bind("lina", bench)
            await bench.attach("lina", CALL.read_bytes(), "sales-call.ogg")
            await there.until(lambda: any("哪个商机" in text for text in bench.screen("lina")), "which deal")
            await bench.say("lina", "D-001")
            asked = await _card(there, bench, "同意录音")
            await there.press(bench, "lina", asked, asked.buttons["已同意"])
            await there.until(lambda: any("正在转写" in text for text in bench.screen("lina")), "the begin")
            engine = FasterWhisper(str(MODEL), threads=1)
            assert await asyncio.to_thread(_write_down, there, engine) == ["written"]
            sides = await _card(there, bench, "哪个声道")
            await there.press(bench, "lina", sides, sides.buttons["声道1是我方"])
            await there.until(lambda: any("纪要:" in text for text in bench.screen("lina")), "the minutes")
            await there.answered(bench, "lina", "这段录音里他对预算怎么说的?", "预算")
            offered = await _card(there, bench, "这通电话的建议")
            await there.press(bench, "lina", offered, offered.buttons["全部接受"])
            with there.house.store.reading() as session:
                kept = session.exec(select(Suggestion).where(Suggestion.kind == "crm_update")).all()
                assert kept
                assert {one.status for one in kept if not one.payload.get("missing")} == {"accepted"}

    asyncio.run(asyncio.wait_for(scene(), 110))


def _tasks(there: Town) -> list[str]:
    with there.house.store.reading() as session:
        found = session.exec(select(Task.title).where(Task.deal_id == "D-001")).all()
    return [title for title in found if "新报价" in title]
