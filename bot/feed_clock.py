"""The thread of `serve` that reads feeds when they are due, one at a time, and makes what came findable."""

from __future__ import annotations

import logging

from knowledge.feeds import FeedError
from knowledge.store import StoreError

from .errors import sentence_for
from .feeding import Feeder, Stopped, Taken
from .repeated import Repeated
from .wiring import House

LOG = logging.getLogger(__name__)

LOOK_S = 5.0
LEAVE_WITHIN_S = 30.0


class FeedClock:
    """`with FeedClock(house):` reads what is due until the end. Any number of processes may have one: a feed is read by
    whoever has its lease."""

    def __init__(self, house: House, look_s: float = LOOK_S) -> None:
        self._house = house
        self._round = Repeated("reading feeds", self.look, look_s)
        self._feeder = Feeder(house, going_on=lambda: not self._round.stopping)

    def __enter__(self) -> FeedClock:
        self._round.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._round.end(LEAVE_WITHIN_S)

    def look(self) -> list[str]:
        """Read every feed that is due; the names of those that brought something."""
        brought = [name for name in self._feeder.due() if not self._round.stopping and self._read(name)]
        if brought:
            self._house.search.reindex()
        return brought

    def _read(self, name: str) -> bool:
        """Whether it brought something. What is wrong stands in the feed's row, for `feed list` and `doctor`."""
        try:
            report = self._feeder.read(name)
        except (Taken, Stopped):
            return False
        except (FeedError, StoreError) as error:
            LOG.warning("feed %s: %s", name, error)
            return True  # what came before it broke is there to be found
        except Exception as error:
            LOG.exception(
                "feed %s broke", name
            )  # its words may hold what is in the rows: they stay in the log
            self._feeder.failed(name, sentence_for(error))
            return True
        return bool(report.new or report.changed or sum(feed.gone for feed in report.feeds))
