"""The test call of call.yaml as sound: `python make_call.py OUT.ogg OUT.json`. Left the rep, right the customer.

OUT.json holds what was said when, which tests compare with what is heard: [{"side", "text", "start", "end"}], seconds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
from phrases import call
from speak import RATE, Samples, Voice, spoken

PAUSE_S, HISS = 0.7, 10 ** (-62 / 20)
"""Silence between two turns, and the line's noise."""


def main() -> None:
    """Speak and write."""
    sound, told = conversation()
    write(Path(sys.argv[1]), sound)
    Path(sys.argv[2]).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def conversation() -> tuple[Samples, list[dict[str, Any]]]:
    """Samples (2, n) at 16 kHz, and what is said in them."""
    given, channels, told, at = call(), ([], []), [], 0.6
    for turn in given["turns"]:
        ((side, text),) = turn.items()
        how = given[side]
        voice = Voice(variant=how["voice"], speed=how["speed"], pitch=how["pitch"])
        samples = fluent(spoken(text, given["language"], voice).samples)
        channels[0 if side == "rep" else 1].append((at, samples))
        told.append(
            {"side": side, "text": text, "start": round(at, 2), "end": round(at + len(samples) / RATE, 2)}
        )
        at += len(samples) / RATE + PAUSE_S
    made = np.random.default_rng(1).standard_normal((2, round((at + 0.5) * RATE))).astype(np.float32) * HISS
    for number, parts in enumerate(channels):
        for start, samples in parts:
            begin = round(start * RATE)
            made[number, begin : begin + len(samples)] += samples * 0.6
    return made.astype(np.float32), told


def fluent(samples: Samples, longest: float = 0.2) -> Samples:
    """Without espeak's long rests at commas: people who talk on the telephone rest for less, and a rest of half a second would
    be taken for the end of what is said."""
    loud = np.abs(samples) > 0.01
    quiet = np.convolve(loud, np.ones(RATE // 50), "same") < 0.5
    kept, run = np.ones(len(samples), dtype=bool), 0
    for at, still in enumerate(quiet):
        run = run + 1 if still else 0
        kept[at] = run <= longest * RATE
    return samples[kept]


def write(path: Path, sound: Samples, rate: int = RATE) -> None:
    """Ogg with Opus at 24 kbit/s."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="stereo")
        stream.bit_rate = 24_000
        resampler = av.AudioResampler(format=stream.format.name, layout="stereo", rate=48_000, frame_size=960)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
        frame.sample_rate = rate
        for made in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(made))
        out.mux(stream.encode(None))


if __name__ == "__main__":
    main()
