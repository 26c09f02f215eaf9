"""The time that all processes of a house share: the database server's, where there is one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from knowledge.store import Store, StoreError

LOG = logging.getLogger(__name__)

MEASURE_EVERY_S = 60.0


def local_clock() -> datetime:
    """This machine's time, aware and in UTC."""
    return datetime.now(UTC)


class HouseClock:
    """Callable like any clock. On PostgreSQL the difference of this machine's clock to the server's is measured once a
    minute and added, so that undo windows, expiry and signs of life mean the same moment on every machine. A SQLite file
    lies on one machine, whose clock it is."""

    def __init__(
        self,
        store: Store,
        local: Callable[[], datetime] = local_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._local, self._monotonic = store, local, monotonic
        self._ahead = timedelta(0)
        self._measured: float | None = None

    def __call__(self) -> datetime:
        if not self._store.is_sqlite and self._stale():
            self._measured = self._monotonic()
            self._measure()
        return self._local() + self._ahead

    def _stale(self) -> bool:
        return self._measured is None or self._monotonic() - self._measured >= MEASURE_EVERY_S

    def _measure(self) -> None:
        """The server's time stands for the middle of the question's way there and back."""
        try:
            with self._store.reading() as session:
                session.connection()
                before = self._local()
                theirs: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
                after = self._local()
        except StoreError:
            LOG.warning("the database's time could not be asked; the last difference stays", exc_info=True)
            return
        self._ahead = theirs - (before + (after - before) / 2)
