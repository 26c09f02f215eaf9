"""An answer's pictures on the street: as images after the words, in words where a platform takes none."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.street.words import Load
from bot.wiring import House
from knowledge.library import judgements
from speech.canvas import PictureError, chinese_font
from tests.fakes.street import FakeChannel, Scene, on_stage

REVIEW = "复盘一下我最近的通话"

try:
    chinese_font()
except PictureError as missing:
    pytest.skip(str(missing), allow_module_level=True)


@pytest.fixture
def timed_house(demo_house: House) -> House:
    """The newest call of Li Na with a second for every character."""
    with demo_house.store.session() as session:
        row = judgements.calls(session, ["p-lina"], None, demo_house.clock())[0]
        at, segments = 0.0, []
        for one in row.segments:
            segments.append({**one, "start": at, "end": at + len(one["text"])})
            at += len(one["text"]) + 1.0
        row.segments = segments
        session.add(row)
    return demo_house


def test_a_review_brings_its_picture_after_the_words(timed_house: House) -> None:
    async def play(scene: Scene) -> None:
        await scene.say("p-lina", REVIEW)
        await scene.until(lambda: [one for one in scene.channel.shown if one.load is Load.IMAGE], "a picture")
        loads = [one.load for one in scene.channel.shown if one.load is not Load.DRAFT]
        assert loads[0] is Load.TEXT
        image = next(one for one in scene.channel.shown if one.load is Load.IMAGE)
        assert image.file is not None
        assert image.file.mime == "image/png"
        assert "谁在什么时候说话" in image.text
        assert Path(image.file.path).read_bytes().startswith(b"\x89PNG")
        assert Path(image.file.svg).read_bytes().startswith(b"<?xml")
        assert str(timed_house.settings.var_dir) not in "\n".join(scene.channel.texts("p-lina"))

    asyncio.run(on_stage(timed_house, play))


def test_a_platform_without_files_gets_the_words_of_the_picture(timed_house: House) -> None:
    channel = FakeChannel()
    channel.traits = replace(channel.traits, pictures=False)

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", REVIEW)
        (text,) = await scene.answers("p-lina", 1)
        assert "🖼" in text
        assert "谁在什么时候说话" in text
        assert not [one for one in scene.channel.shown if one.load is Load.IMAGE]

    asyncio.run(on_stage(timed_house, play, channel))


def test_the_managers_story_in_a_chat(timed_house: House) -> None:
    """Issue 5: the rep sees it first, the manager then with pictures, marks it, and the automatic answer stays."""
    period = "复盘一下李娜10月的通话"

    async def play(scene: Scene) -> None:
        await scene.say("p-zhaolei", period)
        (hidden,) = await scene.answers("p-zhaolei", 1)
        assert "本人还没看过" in hidden
        await scene.say("p-lina", "复盘一下我10月的通话")
        await scene.answers("p-lina", 1)
        await scene.say("p-zhaolei", period)
        told = (await scene.answers("p-zhaolei", 2))[1]
        assert "每通均值" in told
        assert "赢单里的说法" in told or "没有需要改进" in told
        await scene.until(
            lambda: [
                one for one in scene.channel.shown
                if one.load is Load.IMAGE and one.address.to == "p-zhaolei" and "趋势" in one.text
            ],
            "the trend",
        )  # fmt: skip
        call = re.search(r"\b(I-\d+-\d+) 2026-10-2", told)
        assert call is not None, told
        await scene.say("p-zhaolei", f"/mark {call[1]} next_step 0.5 约得太远")
        await scene.answers("p-zhaolei", 3)
        await scene.say("p-lina", "复盘一下我10月的通话")
        seen = (await scene.answers("p-lina", 2))[1]
        assert "人工评分后(赵磊)" in seen

    asyncio.run(on_stage(timed_house, play))
