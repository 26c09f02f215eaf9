"""What speech costs beside the model: decoding, our own time an hour of sound, memory, call metrics."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import open_recording
from speech.heard import Heard, Hints
from speech.listening import listen
from speech.metrics import call_metrics
from speech.transcript import Segment
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
    call = [_said(n) for n in range(5400)]
    began = time.perf_counter()
    call_metrics(call)
    found["call metrics of 3 hours, 5400 utterances, s"] = round(time.perf_counter() - began, 2)
    return found


def _said(number: int) -> Segment:
    who, side = (("李娜", "rep"), ("王总", "customer"))[number % 2]
    start = number * 2.0
    text = "我们下周三把方案发给您可以吗？您那边现在是怎么管理的？"
    return Segment(speaker=who, side=side, text=text, start=start, end=start + 1.9)  # type: ignore[arg-type]


def _noise(seconds: float, rate: int) -> Wave:
    return (np.random.default_rng(3).standard_normal(round(seconds * rate)) * 0.1).astype(np.float32)
