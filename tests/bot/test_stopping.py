"""`serve` ends when it is told to: what runs is finished first and the exit code is 0; told a second time, it ends at once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.wiring import House
from knowledge.library import doors
from knowledge.model import ArrivalRow, Message
from tests.fakes.hook_platform import HookPlatform, callback, deliver, free_port
from tests.fakes.openai_server import OpenAIServer, Reply
from tests.fakes.street_worker import ROOT, Orders

CHENGDAN = str(Path(sys.executable).parent / "chengdan")
PATIENCE_S = 60.0


@dataclass
class Serving:
    """A serving process whose model is asked something and does not answer before `go_on` is set."""

    process: subprocess.Popen[bytes]
    port: int
    go_on: threading.Event

    async def ended(self) -> int:
        """Its exit code."""
        return await asyncio.to_thread(self.process.wait, PATIENCE_S)

    async def closed(self) -> None:
        """Until nobody answers at its port any more."""
        await _until(lambda: not _listens(self.port))


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Serving]:
    asked, go_on, port = threading.Event(), threading.Event(), free_port()

    def script(_: dict[str, Any]) -> Reply:
        asked.set()
        go_on.wait(PATIENCE_S)
        return Reply(text="好的,记下了。")

    with OpenAIServer(script) as model:
        async with HookPlatform() as platform:
            orders = Orders(folder=str(folder), outlet=platform.outlet, port=port)
            process = subprocess.Popen(
                orders.command(), cwd=ROOT, env=_environment(LLM_BASE_URL=model.base_url)
            )
            try:
                await deliver([port], callback("m1", "p-lina", "你好"), 0, PATIENCE_S)
                assert await asyncio.to_thread(asked.wait, PATIENCE_S)
                yield Serving(process, port, go_on)
            finally:
                go_on.set()
                process.kill()
                process.wait()


def _environment(**more: str) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "LLM_MODEL": "fake-model", "LLM_TIMEOUT_S": "60"}
    return dict(os.environ) | own | more


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.05)


@pytest.fixture
def folder(demo_house: House, demo_dir: Path) -> Path:
    with demo_house.store.session() as session:
        doors.bind(session, "hook", "p-lina", "p-lina")
    return demo_dir


def test_a_turn_under_way_is_finished_and_the_end_is_clean(folder: Path, demo_house: House) -> None:
    async def story() -> int:
        async with serving(folder) as one:
            one.process.send_signal(signal.SIGTERM)
            await one.closed()
            assert one.process.poll() is None, "it ended while somebody waited for an answer"
            one.go_on.set()
            return await one.ended()

    assert asyncio.run(story()) == 0
    with demo_house.store.reading() as session:
        assert session.exec(select(ArrivalRow.state)).all() == ["done"]
        said = session.exec(select(Message.text).where(Message.external_id == "reply:hook:m1")).one()
    assert "好的" in said


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_told_a_second_time_it_ends_at_once(folder: Path, name: signal.Signals) -> None:
    async def story() -> int:
        async with serving(folder) as one:
            one.process.send_signal(name)
            await one.closed()
            one.process.send_signal(name)
            code = await one.ended()
            assert not one.go_on.is_set(), "nothing was waited for"
            return code

    assert asyncio.run(story()) == -name


def test_the_command_itself_ends_with_0(demo_dir: Path) -> None:
    port = free_port()
    environment = _environment(VAR_DIR=str(demo_dir), START_SENDER="false", LLM_MODEL="")
    process = subprocess.Popen([CHENGDAN, "serve", "--port", str(port)], cwd=demo_dir, env=environment)
    try:
        asyncio.run(_until(lambda: _listens(port)))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
