"""A process that writes waiting recordings down, a chunk of each in turn; any number of them share the recordings.

`python -m bot.scribe` runs until SIGTERM; `--until-idle` ends when nothing has waited for a while or standard input closes.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable

from actions.call_holding import Holding
from actions.call_records import Calls
from actions.call_turns import FIRST_PAUSE_S, Turns
from actions.call_words import Told
from actions.call_writing import Scribe
from actions.workers import BEAT_S, SCRIBE, Beat, worker_name
from knowledge.model import Person
from speech.listening import CHUNK_S
from speech.transcriber import Transcriber

from .process import stop_event, through_last_door
from .settings import Settings
from .speech_engine import engine_of
from .wiring import House, open_house

LOG = logging.getLogger(__name__)

LOOK_S = 1.0
IDLE_S = 120.0
"""A process that was started for what waits ends when nothing has waited for so long: its model needs memory."""


def main(words: list[str]) -> int:
    """Run as the words say; returns the exit code."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level.upper())
    stop = stop_event(until_eof="--until-idle" in words)
    house = open_house(settings)
    try:
        work(house, engine_of(settings, say=LOG.warning), stop, IDLE_S if "--until-idle" in words else None)
    finally:
        house.close()
    return 0


def work(
    house: House,
    engine: Transcriber,
    stop: threading.Event,
    idle_s: float | None = None,
    chunk_s: float = CHUNK_S,
) -> None:
    """Until told to stop, or nothing has waited for `idle_s` seconds; a chunk under way is finished first."""
    worker, every_s = worker_name(), min(BEAT_S, house.settings.uncertain_after_s / 4)
    with Beat(house.store, worker, SCRIBE, house.clock, every_s):
        turns = turns_of(house, engine, worker, _told, chunk_s)
        busy = time.monotonic()
        try:
            while not stop.is_set():
                if turns.turn() is not None:
                    busy = time.monotonic()
                elif idle_s is not None and time.monotonic() - busy > idle_s:
                    return
                else:
                    stop.wait(LOOK_S)
        finally:
            turns.close()


def turns_of(
    house: House,
    engine: Transcriber,
    worker: str,
    ended: Callable[[str, Told], object],
    chunk_s: float = CHUNK_S,
    pause_s: float = FIRST_PAUSE_S,
) -> Turns:
    """The recordings of this house, in turn. `worker` must give signs of life meanwhile."""
    holding = Holding(house.store, house.clock, worker, house.settings.uncertain_after_s)

    def scribe_for(person_id: str) -> Scribe | None:
        with house.store.reading() as session:
            person = session.get(Person, person_id)
        if person is None:
            return None
        desk = house.desk(person, "", "scribe", person.language or "zh")
        return Scribe(Calls(desk), engine, chunk_s, holding)

    return Turns(house.store, scribe_for, time.monotonic, ended, pause_s=pause_s)


def _told(_: str, told: Told) -> None:
    """What came of a recording stands in its row; here for the log."""
    (LOG.info if told.done or told.code == "busy" else LOG.warning)("%s", told.both)


if __name__ == "__main__":
    sys.exit(through_last_door(main))
