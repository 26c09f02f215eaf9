"""A recogniser that hears tones: what it says follows from the sound alone, so cutting and going on can be checked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from speech.heard import Heard, Hints, TranscriberError, Word
from tests.fakes.sounds import loudest

STEP = 800


@dataclass
class ToneTranscriber:
    """Every stretch of sound is an utterance of its frequency; `breaks_at` makes the n-th call fail."""

    breaks_at: int = 0
    calls: int = 0
    hints: list[Hints] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "fake:tones"

    def hear(self, samples: NDArray[np.float32], hints: Hints) -> list[Heard]:
        self.calls += 1
        self.hints.append(hints)
        if self.calls == self.breaks_at:
            raise TranscriberError("endpoint", "断了", "broken off")
        frames = (
            np.square(samples[: len(samples) - len(samples) % STEP].reshape(-1, STEP)).mean(axis=1) > 1e-4
        )
        edges = np.flatnonzero(np.diff(np.concatenate([[False], frames, [False]]).astype(int)))
        found = []
        for begin, end in zip(edges[::2] * STEP, edges[1::2] * STEP, strict=True):
            start, stop = begin / 16_000, end / 16_000
            hertz = round(loudest(samples[begin:end]) / 50) * 50 if end - begin > STEP else 0
            word = Word(text=f"{hertz} Hz", start=start, end=stop, confidence=0.9)
            found.append(Heard(start=start, end=stop, text=word.text, confidence=0.9, words=(word,)))
        return found
