"""Scribes as real processes: several share the recordings, one that is killed loses no more than its chunk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from actions.call_records import CallFile, Calls
from actions.call_turns import waiting
from actions.call_words import Told
from actions.call_writing import hints
from bot.scribes import Scribes
from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge.model import Interaction, Person, Recording
from speech.heard import Hints
from speech.listening import listen
from speech.transcriber import FasterWhisper
from tests.fakes.heard_call import ENGINE, HeardCall
from tests.fakes.hearing import ToneTranscriber
from tests.fakes.scribe_worker import CHUNK_OF_WORDS_S, CHUNK_S
from tests.fakes.sounds import record, silence, tone

ROOT = Path(__file__).resolve().parents[2]
RATE = 8_000
WITHIN_S = 90.0


@pytest.fixture
def house(demo_dir: Path) -> Iterator[House]:
    made = open_house(Settings(var_dir=demo_dir, _env_file=None))
    yield made
    made.close()


def added(house: House, folder: Path, hertz: float, seconds: float) -> str:
    parts = [part for _ in range(round(seconds / 3)) for part in (tone(2.5, hertz, RATE), silence(0.5, RATE))]
    path = record(folder / f"{hertz}.wav", [np.concatenate(parts)], codec="pcm_s16le", rate=RATE)
    with house.store.reading() as session:
        person = session.get_one(Person, "p-lina")
    found = Calls(house.desk(person, "", "terminal", "zh")).add(
        CallFile(path=path, consent="王总同意"), "D-001"
    )
    assert isinstance(found, Told)
    return found.call


@contextmanager
def workers(
    house: House, log: Path, count: int, model: Path | None = None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    command = [sys.executable, "-m", "tests.fakes.scribe_worker", str(house.settings.var_dir), str(log)]
    command += [str(model)] if model else []
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen(command, env=environment) for _ in range(count)]
    try:
        yield running
    finally:
        for one in running:
            one.kill()
            one.wait()


def hints_of(house: House, call: str) -> Hints:
    """What a scribe tells the engine of this call."""
    with house.store.reading() as session:
        return hints(session, session.get_one(Interaction, call), session.get_one(Recording, call))


def lines(log: Path) -> list[list[str]]:
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


def heard_in(log: Path) -> int:
    """How often an engine was asked; how often a scribe had to wait for its turn is not counted."""
    return sum(1 for line in lines(log) if line[1] == "heard")


def wait_for(true: object, what: str) -> None:
    until = time.monotonic() + WITHIN_S
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, what
        time.sleep(0.05)


def test_several_processes_write_every_recording_down_once_though_one_is_killed(
    house: House, tmp_path: Path
) -> None:
    pitches = {added(house, tmp_path, hertz, 24): hertz for hertz in (400.0, 500.0, 600.0)}
    log = tmp_path / "log"
    with workers(house, log, 3) as running:

        def begun() -> dict[str, int]:
            heard = [line[0] for line in lines(log) if line[1] == "heard"]
            return {pid: heard.count(pid) for pid in heard}

        wait_for(lambda: any(count >= 2 for count in begun().values()), "somebody has done a chunk")
        victim = next(pid for pid, count in begun().items() if count >= 2)
        os.kill(int(victim), signal.SIGKILL)

        def done() -> bool:
            with house.store.reading() as session:
                return not waiting(session)

        wait_for(done, "the others finish what was left")
        for one in running:
            assert one.wait(WITHIN_S) == (-signal.SIGKILL if str(one.pid) == victim else 0)
    ends = [line[2] for line in lines(log) if line[1] == "ended" and line[3] == "written"]
    assert len(ends) == len(set(ends)) >= len(pitches) - 1, "at most the killed one's last word is missing"
    for call, hertz in pitches.items():
        straight = listen(tmp_path / f"{hertz}.wav", ToneTranscriber(), Hints(), chunk_s=CHUNK_S)
        with house.store.reading() as session:
            row, recording = session.get_one(Interaction, call), session.get_one(Recording, call)
        assert [one["text"] for one in row.segments] == [one.text for one in straight.heard]
        assert recording.done_s == recording.seconds == 24.0
        said = sum(1 for line in lines(log) if line[1] == "heard" and line[2] == f"{hertz:.0f}")
        alone = ToneTranscriber()
        listen(tmp_path / f"{hertz}.wav", alone, Hints(), chunk_s=CHUNK_S)
        assert said <= alone.calls + 1, "nothing but the chunk of the killed one was heard twice"


def test_a_real_call_goes_on_after_kill_9_and_ends_with_the_same_words(
    house: House, tmp_path: Path, test_whisper_model: Path, sales_call: HeardCall
) -> None:
    with house.store.reading() as session:
        calls = Calls(house.desk(session.get_one(Person, "p-lina"), "", "terminal", "zh"))
    file = CallFile(path=sales_call.path, consent="王总在电话开头同意", rep_channel=sales_call.rep_channel)
    found = calls.add(file, "D-001")
    assert isinstance(found, Told)

    def recording() -> Recording:
        with house.store.reading() as session:
            return session.get_one(Recording, found.call)

    log = tmp_path / "log"
    with workers(house, log, 1, test_whisper_model) as (first,):
        wait_for(lambda: recording().done_s > 0, "a chunk is done")
        first.kill()
        first.wait()
    before = heard_in(log)
    assert 0 < recording().done_s < 100
    with workers(house, log, 1, test_whisper_model) as (second,):
        assert second.wait(WITHIN_S) == 0
    assert heard_in(log) - before < 10, "five chunks of two channels would be everything anew"
    straight = listen(
        sales_call.path,
        FasterWhisper(str(test_whisper_model)),
        hints_of(house, found.call),
        chunk_s=CHUNK_OF_WORDS_S,
    )
    with house.store.reading() as session:
        row = session.get_one(Interaction, found.call)
    assert [one["text"] for one in row.segments] == [one.text for one in straight.heard]
    assert recording().engine == ENGINE
    said = {
        side: "".join(str(one["text"]) for one in row.segments if one["side"] == side)
        for side in ("rep", "customer")
    }
    assert "八十万" in said["customer"]
    assert "周五之前" in said["rep"]


def test_serving_starts_a_scribe_for_what_waits_and_none_without(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHISPER_MODEL", str(tmp_path / "no-model"))
    now = 0.0
    with Scribes(house, monotonic=lambda: now) as scribes:
        scribes.look()
        assert scribes.running == 0
        call = added(house, tmp_path, 400.0, 6)
        now = 10.0
        scribes.look()
        assert scribes.running == 1

        def told() -> bool:
            with house.store.reading() as session:
                return bool(session.get_one(Recording, call).problem)

        wait_for(told, "the child says that there is no model")
        now = 20.0
        scribes.look()
        assert scribes.running == 1, "one is enough for one recording"
    assert scribes.running == 0
    with house.store.reading() as session:
        assert "没有语音模型文件夹" in session.get_one(Recording, call).problem


def test_no_workers_wanted_none_started(demo_dir: Path, tmp_path: Path) -> None:
    house = open_house(Settings(var_dir=demo_dir, transcribe_workers=0, _env_file=None))
    added(house, tmp_path, 400.0, 6)
    with Scribes(house) as scribes:
        scribes.look()
        assert scribes.running == 0
    house.close()
