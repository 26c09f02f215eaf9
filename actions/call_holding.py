"""Who writes which recording down: a process holds one for as long as it lives and works at it; nobody else begins it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.library import doors
from knowledge.store import Store

from .workers import heard_since

LONGEST_S = 24 * 3600.0
"""A recording that is held for longer than this is anybody's, even if the holder gives signs of life."""


@dataclass(frozen=True)
class Holding:
    """What one process holds. `worker` gives signs of life by a Beat meanwhile; one that was silent for `silent_s` seconds
    holds nothing any more."""

    store: Store
    clock: Callable[[], datetime]
    worker: str
    silent_s: float = 60.0

    def take(self, call_id: str) -> bool:
        """Whether the recording is ours now: nobody who lives has it."""
        now = self.clock()
        with self.store.session() as session:
            alive = heard_since(session, now - timedelta(seconds=self.silent_s)) | {self.worker}
            return doors.lead(session, _name(call_id), self.worker, now, LONGEST_S, alive)

    def drop(self, call_id: str) -> None:
        """It is anybody's again."""
        with self.store.session() as session:
            doors.resign(session, _name(call_id), self.worker)


def _name(call_id: str) -> str:
    return f"recording:{call_id}"
