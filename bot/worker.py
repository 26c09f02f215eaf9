"""A process that only answers conversations: `chengdan worker`, or a child of `serve`.

`python -m bot.worker` runs until SIGTERM; `--until-eof` takes lanes from standard input and runs until that closes.
"""

from __future__ import annotations

import logging
import sys

from bot.street.answering import answer, as_crew_member
from bot.street.engines import engine_for
from bot.street.opening import open_channels
from bot.street.street import Street

from .process import stop_event, through_last_door
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
        street, stop = Street(house, channels, engine_for(settings.job_engine)), stop_event()
        (as_crew_member if "--until-eof" in words else answer)(street, stop)
    except ValueError as error:
        LOG.error("%s", error)
        return EXIT_BAD_CHANNEL
    finally:
        house.close()
    return 0


if __name__ == "__main__":
    sys.exit(through_last_door(main))
