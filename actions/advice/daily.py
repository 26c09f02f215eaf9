"""Once a day the forecast goes on record, so that tomorrow it can be held against what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from knowledge.forecasting import write_day
from knowledge.insight.calendar import local_day
from knowledge.library import forecasts
from knowledge.store import Store


@dataclass
class Forecaster:
    """Safe in several processes: the day's own row decides which of them writes it."""

    store: Store
    clock: Callable[[], datetime]
    utc_offset_hours: int = 8
    _done: str = field(default="", init=False)

    def tick(self) -> bool:
        """Write today's forecast if nobody has; whether this did."""
        now = self.clock()
        day = local_day(now, self.utc_offset_hours).isoformat()
        if self._done == day:
            return False
        with self.store.reading() as session:
            known = forecasts.has_day(session, day)
        written = False
        if not known:
            with self.store.session() as session:
                written = write_day(session, now, self.utc_offset_hours)
        self._done = day
        return written
