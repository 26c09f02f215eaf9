"""A round of the clock over every customer that any number of processes may try, and that one of them makes, once in so long."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlmodel import Session

from actions import record
from actions.gate import Gate
from knowledge import journeys
from knowledge.model import ClockRound

Ask = Callable[[str], list[str]]
"""Looks at one customer; the ids of the actions that were asked for."""


@dataclass
class Round(ABC):
    """The round `name`, made once in `every`. What it asks for is entered in one transaction with the row that says it was, so
    that what breaks off is made up for by the next round and nothing is asked for twice."""

    gate: Gate

    name: ClassVar[str]
    every: ClassVar[timedelta]

    @abstractmethod
    def asking(self, session: Session, now: datetime) -> Ask:
        """What is done for each customer, by the rules in force now."""

    def tick(self) -> list[str]:
        """One look, when it is time; returns the ids of the actions that were asked for."""
        return self.look() if self.claimed(self.gate.clock()) else []

    def look(self) -> list[str]:
        """One look now, whether or not it is time. What was begun already is not begun again."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            ask, ids = self.asking(session, now), journeys.account_ids(session)
        asked = [action_id for account_id in ids for action_id in ask(account_id)]
        if asked:
            self.gate.after()
        return asked

    def claimed(self, now: datetime) -> bool:
        """Whether the round is due and ours; not when another process has just claimed it."""
        with self.gate.store.reading() as session:
            if not self._is_time(session, now):
                return False
        with self.gate.store.session() as session:
            record.lock_system(session)
            if not self._is_time(session, now):
                return False
            session.merge(ClockRound(name=self.name, at=now))
        return True

    def _is_time(self, session: Session, now: datetime) -> bool:
        row = session.get(ClockRound, self.name)
        return row is None or now - row.at >= self.every
