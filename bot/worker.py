"""A process that only answers conversations: `chengdan worker`, or a child of `serve`.

`python -m bot.worker` runs until SIGTERM; `--until-eof` takes lanes from standard input and runs until that closes.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading

from bot.street.answering import answer, as_crew_member
from bot.street.engines import engine_for
from bot.street.opening import open_channels
from bot.street.street import Street

from .errors import sentence_for
from .settings import Settings
from .warming import warm
from .wiring import open_house

LOG = logging.getLogger(__name__)

EXIT_BAD_CHANNEL = 1


def main(words: list[str]) -> int:
    """Run as the words say; returns the exit code. The channels are only asked what their platform can show."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level.upper())
    house = open_house(settings)
    try:
        channels = open_channels(settings, house.store, house.clock)
        warm(house)
        street, stop = Street(house, channels, engine_for(settings.job_engine)), threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        (as_crew_member if "--until-eof" in words else answer)(street, stop)
    except ValueError as error:
        LOG.error("%s", error)
        return EXIT_BAD_CHANNEL
    finally:
        house.close()
    return 0


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except Exception as error:  # noqa: BLE001 - the last door: say it in a sentence
        sys.stderr.write(f"{sentence_for(error)}\n")
        code = 1
    sys.exit(code)
