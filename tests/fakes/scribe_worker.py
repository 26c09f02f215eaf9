"""A scribe process whose engine hears tones, or words where a model is named; every chunk and every end leaves a line.

`python -m tests.fakes.scribe_worker VAR LOG [MODEL]`."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actions.call_turns import waiting
from actions.call_words import Told
from actions.workers import SCRIBE, Beat, worker_name
from bot.scribe import turns_of
from bot.settings import Settings
from bot.wiring import House, open_house
from speech.heard import Heard, Hints
from speech.transcriber import FasterWhisper, Transcriber
from tests.fakes.hearing import ToneTranscriber

CHUNK_S, CHUNK_OF_WORDS_S = 5.0, 25.0
SILENT_S = 2.0


@dataclass(frozen=True)
class Slow:
    """Takes a while for each chunk, so that somebody can be killed inside one."""

    engine: Transcriber
    log: Path

    @property
    def name(self) -> str:
        return self.engine.name

    def hear(self, samples: NDArray[np.float32], hints: Hints) -> list[Heard]:
        found = self.engine.hear(samples, hints)
        note(self.log, "heard", found[0].text if found else "-")
        time.sleep(0.1)
        return found


def note(log: Path, *words: object) -> None:
    """One line, whole or not at all, of this process."""
    line = " ".join(map(str, (os.getpid(), *words))) + "\n"
    number = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(number, line.encode())
    os.close(number)


def _waits(house: House) -> bool:
    with house.store.reading() as session:
        return bool(waiting(session))


def main() -> None:
    """Until nothing waits any more."""
    folder, log = Path(sys.argv[1]), Path(sys.argv[2])
    house = open_house(Settings(var_dir=folder, uncertain_after_s=SILENT_S, _env_file=None))
    model = sys.argv[3] if len(sys.argv) > 3 else ""
    engine, chunk_s = (FasterWhisper(model), CHUNK_OF_WORDS_S) if model else (ToneTranscriber(), CHUNK_S)
    worker = worker_name()

    def ended(call: str, told: Told) -> None:
        note(log, "ended", call, told.code)

    with Beat(house.store, worker, SCRIBE, house.clock, every_s=0.2):
        turns = turns_of(house, Slow(engine, log), worker, ended, chunk_s, pause_s=0.5)
        while _waits(house):
            if turns.turn() is None:
                time.sleep(0.1)
        turns.close()
    house.close()


if __name__ == "__main__":
    main()
