"""Once a day the forecast goes on record, so that tomorrow it can be held against what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from knowledge.forecasting import write_day
from knowledge.insight.calendar import local_day
from knowledge.library import forecasts
from knowledge.store import Store

from .following import Follower


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


@dataclass
class Rounds:
    """What the clock does about advice: the day's forecast, and a look at what people made of it."""

    store: Store
    clock: Callable[[], datetime]
    utc_offset_hours: int = 8

    def __post_init__(self) -> None:
        self.forecaster = Forecaster(self.store, self.clock, self.utc_offset_hours)
        self.follower = Follower(self.store, self.clock)

    def tick(self) -> list[str]:
        """One look; no action is ended by it."""
        self.forecaster.tick()
        self.follower.tick()
        return []
