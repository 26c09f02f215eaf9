"""DingTalk's own SDK as a client of our fake: where both agree, the fake speaks the protocol and not only our reading of it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.fakes import dingtalk_server
from tests.fakes.dingtalk_cards import ANSWER
from tests.fakes.dingtalk_server import CLIENT, SECRET, FakeDingTalk
from tests.fakes.dingtalk_street import in_loop

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("dingtalk_stream") is None, reason="dingtalk-stream is not installed"
)
PEER = Path(dingtalk_server.__file__).with_name("dingtalk_sdk_peer.py")


@asynccontextmanager
async def peer() -> AsyncIterator[FakeDingTalk]:
    """The SDK in a process of its own: it reads its address at import, cannot be cancelled, and blocks its loop."""
    async with FakeDingTalk() as fake:
        env = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        env["DINGTALK_OPENAPI_ENDPOINT"] = fake.base
        out = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(PEER), CLIENT, SECRET, env=env, stdout=out, stderr=out
        )
        try:
            async with asyncio.timeout(20):
                while not fake.stream.connections:
                    await asyncio.sleep(0.02)
            yield fake
        finally:
            process.kill()
            await process.wait()


@in_loop
async def test_the_vendors_client_finds_its_way_through_the_fake() -> None:
    async with peer() as fake:
        await (await fake.say("staff1", "文字", group="cidgroup=")).ack
        assert fake.texts("cidgroup=") == ["staff1: 文字 None"]
        rich = {"richText": [{"type": "picture", "downloadCode": "d1"}, {"text": "富"}, {"text": "文本"}]}
        await (await fake.say("staff1", msgtype="richText", content=rich)).ack
        assert fake.texts("staff1") == ["staff1: 富文本 ['d1']"]
        fake.files["code"] = ("a.pdf", b"x", "application/pdf")
        await (await fake.say("staff2", "下载")).ack
        assert fake.texts("staff2") == [f"{fake.base}/files/code"]
        await (await fake.say("staff1", "卡片")).ack
        card = fake.cards.of("staff1")[0]
        assert (card.template, card.params, card.final) == (
            ANSWER,
            {"content": "一二", "flowStatus": "3"},
            True,
        )
        await (await fake.say("boss", "审批")).ack
        track = fake.cards.track("boss")
        await fake.press("boss", track, "批准")
        assert (fake.cards.all[track].params["status"], fake.cards.buttons(track)) == ("boss ok.1", [])
        await fake.stream.ping("from the vendor")
        await fake.stream.disconnect(linger_s=0.5)
        async with asyncio.timeout(15):
            while fake.stream.used_tickets < 2:
                await asyncio.sleep(0.02)
