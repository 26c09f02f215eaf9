"""What speech costs beside the model: decoding, our own time an hour of sound, memory, call metrics."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from actions.call_holding import Holding
from actions.call_records import CallFile, Calls
from actions.call_words import Told
from actions.call_writing import Scribe
from speech.audio import open_recording
from speech.heard import Heard, Hints
from speech.listening import listen
from speech.metrics import call_metrics
from speech.transcriber import FasterWhisper, options_of
from speech.transcript import Segment
from tests.fakes import heard_call
from tests.fakes.receiving import Mailroom, mailroom
from tests.fakes.sized_whisper import SIZES, sized_whisper
from tests.fakes.sounds import Wave, hollow_wav, record

MINUTES = 10
KINDS = (
    ("wav", "pcm_s16le", 16_000),
    ("amr", "libopencore_amrnb", 8_000),
    ("ogg", "libopus", 48_000),
    ("mp3", "libmp3lame", 44_100),
)

_MEMORY = """
import json, sys, pathlib
from speech.audio import open_recording
from speech.decoding import held_mb
with open_recording(pathlib.Path(sys.argv[1])) as one:
    seconds = sum(piece.seconds for piece in one.pieces())
print(json.dumps(held_mb() + one.end.held_mb))
"""

_HEARD = """
import json, os, pathlib, sys, threading, time
from speech.heard import Hints
from speech.listening import listen
from speech.transcriber import FasterWhisper

def held():
    # Proportional share: a page that both processes use counts once.
    mine = [os.getpid(), *open(f"/proc/self/task/{os.getpid()}/children").read().split()]
    total = 0
    for one in mine:
        try:
            lines = open(f"/proc/{one}/smaps_rollup").read().splitlines()
        except OSError:
            continue  # it ended meanwhile
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024

peak, over = [0.0], threading.Event()
def watch():
    while not over.wait(0.1):
        peak[0] = max(peak[0], held())
watcher = threading.Thread(target=watch)
watcher.start()
found = listen(pathlib.Path(sys.argv[1]), FasterWhisper(sys.argv[2]), Hints())
over.set()
watcher.join()
print(json.dumps([peak[0], found.end.seconds, len(found.heard)]))
"""


class _Deaf:
    """An engine that hears nothing, at once: what is left is ours."""

    name = "deaf"

    def hear(self, samples: NDArray[np.float32], hints: Hints) -> list[Heard]:
        return []


def measure() -> dict[str, Any]:
    """Name -> figure."""
    with TemporaryDirectory(prefix="chengdan-bench-") as folder:
        return _measured(Path(folder))


def _measured(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for ending, codec, rate in KINDS:
        path = record(folder / f"a.{ending}", [_noise(MINUTES * 60, rate)], codec=codec, rate=rate)
        began = time.perf_counter()
        with open_recording(path) as recording:
            sound = sum(piece.seconds for piece in recording.pieces())
        found[f"decoding {ending}, {MINUTES} min, times real time"] = round(
            sound / (time.perf_counter() - began)
        )
    pair = [_noise(3600, 8000), _noise(3600, 8000)[::-1].copy()]
    path = record(folder / "call.wav", pair, codec="pcm_mulaw", rate=8000)
    began = time.perf_counter()
    listen(path, _Deaf(), Hints(), checkpoint=folder / "chunks.jsonl")
    found["our own time an hour of two-channel telephone sound, s"] = round(time.perf_counter() - began, 1)
    ran = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(hollow_wav(folder / "long.wav", 3 * 3600))],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found["memory for a 3-hour file, both processes, MiB"] = round(json.loads(ran.stdout))
    found |= _hearing(folder) | _hours(folder, 3) | _hours(folder, 5)
    call = [_said(n) for n in range(5400)]
    began = time.perf_counter()
    call_metrics(call)
    found["call metrics of 3 hours, 5400 utterances, s"] = round(time.perf_counter() - began, 2)
    return found


def _hearing(folder: Path) -> dict[str, Any]:
    """Beside bare faster-whisper, for the test model (so small that all else weighs more than it ever will) and for a model
    as large as Whisper tiny with random weights."""
    found: dict[str, Any] = {}
    sized = sized_whisper(folder / "sized", SIZES["tiny"])
    for name, model in (
        ("the test model", heard_call.MODEL),
        ("random weights of Whisper tiny's size", sized),
    ):
        both = overhead(folder, model, 3600)
        bare, ours = both["bare"], both["ours"]
        found[f"an hour with {name}: bare / whole job, s"] = f"{bare.clock:.1f} / {ours.clock:.1f}"
        found[f"an hour with {name}: bare / whole job, s of processor"] = (
            f"{bare.processor:.1f} / {ours.processor:.1f}"
        )
        found[f"an hour with {name}: the job takes longer by"] = (
            f"{100 * (ours.clock / bare.clock - 1):.1f} %, of processor {100 * (ours.processor / bare.processor - 1):.1f} %"
        )
    return found


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and of processor in this process and its children; characters that were heard."""

    clock: float
    processor: float
    heard: int


def _hours(folder: Path, hours: int) -> dict[str, Any]:
    """A long recording in which the test call is heard once an hour, through the real engine in a process of its own."""
    path = hollow_wav(folder / f"{hours}h.wav", hours * 3600)
    with open_recording(heard_call.CALL) as recording:
        call = np.concatenate([piece.samples[0] for piece in recording.pieces()])
    data = (np.clip(call, -1, 1) * 32767).astype("<i2").tobytes()
    with path.open("r+b") as file:
        for hour in range(hours):
            file.seek(44 + hour * 3600 * 16_000 * 2)
            file.write(data)
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-c", _HEARD, str(path), str(heard_call.MODEL)],
        capture_output=True,
        text=True,
        check=True,
    )
    mib, seconds, heard = json.loads(ran.stdout)
    assert (round(seconds), heard > 10 * hours) == (hours * 3600, True)
    return {
        f"{hours} hours through the engine (the test model), both processes at once, MiB": round(mib),
        f"{hours} hours through the engine, a hundred seconds of speech an hour, s": round(
            time.perf_counter() - began
        ),
    }


def overhead(folder: Path, model: Path, seconds: float, rounds: int = 2) -> dict[str, Cost]:
    """The whole job (consent, decoding, chunks, guards, checkpoint, database, search) beside bare faster-whisper with the
    same options over the same file, one after the other in one process and the other way round the next time; the
    cheaper round of each."""
    path = _long(folder / f"long-{seconds:.0f}.ogg", seconds)
    engine = FasterWhisper(str(model))
    took: dict[str, list[Cost]] = {"bare": [], "ours": []}
    for number in range(rounds):
        for name in ("bare", "ours") if number % 2 == 0 else ("ours", "bare"):
            with mailroom(_fresh(folder / f"room-{model.name}-{number}-{name}")) as room:
                took[name].append(_cost(_bare(engine, path) if name == "bare" else _ours(engine, room, path)))
    return {name: min(found, key=lambda one: one.processor) for name, found in took.items()}


def _cost(job: Callable[[], int]) -> Cost:
    began, before = time.perf_counter(), _processor()
    heard = job()
    return Cost(time.perf_counter() - began, _processor() - before, heard)


def _processor() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _bare(engine: FasterWhisper, path: Path) -> Callable[[], int]:
    """faster-whisper as its README shows it, with our options."""
    from faster_whisper import BatchedInferencePipeline  # type: ignore[import-untyped]

    pipeline = BatchedInferencePipeline(model=engine.opened())
    options = options_of(Hints(language="zh"))
    return lambda: sum(
        len(one.text)
        for one in pipeline.transcribe(str(path), batch_size=8, without_timestamps=False, **options)[0]
    )


def _ours(engine: FasterWhisper, room: Mailroom, path: Path) -> Callable[[], int]:
    """A recording that is on a deal, from waiting to words in the database and the search."""
    engine.opened()
    calls = Calls(room.desk())
    added = calls.add(CallFile(path=path, consent="王建国同意"), "D-1")
    assert isinstance(added, Told)
    scribe = Scribe(calls, engine, holding=Holding(room.firm.store, room.firm.clock, "bench"))

    def job() -> int:
        answer = scribe.write_down(added.call)
        assert answer.code == "written", answer.zh
        return sum(len(str(one["text"])) for one in room.row(added.call).segments)

    return job


def _long(path: Path, seconds: float) -> Path:
    """The test call on one channel, again and again, as Opus."""
    with open_recording(heard_call.CALL) as recording:
        call = np.concatenate([piece.samples[0] for piece in recording.pieces()])
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="mono")
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=48_000, frame_size=960)
        for _ in range(max(1, round(seconds / (len(call) / 16_000)))):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(call)[None, :], format="fltp", layout="mono"
            )
            frame.sample_rate = 16_000
            for made in resampler.resample(frame):
                out.mux(stream.encode(made))
        for made in resampler.resample(None):
            out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path


def _fresh(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _said(number: int) -> Segment:
    who, side = (("李娜", "rep"), ("王总", "customer"))[number % 2]
    start = number * 2.0
    text = "我们下周三把方案发给您可以吗？您那边现在是怎么管理的？"
    return Segment(speaker=who, side=side, text=text, start=start, end=start + 1.9)  # type: ignore[arg-type]


def _noise(seconds: float, rate: int) -> Wave:
    return (np.random.default_rng(3).standard_normal(round(seconds * rate)) * 0.1).astype(np.float32)
