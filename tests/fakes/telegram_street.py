"""An intake and a pad in memory for the Telegram channel, with a transcript and faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from bot.street.words import Arrival, ClickAnswer, Receipt


class FakeIntake:
    """Keeps arrivals by external_id. `refuse` says for which arrival the database is away; `answer` is what a click is told,
    after `click_takes_s` seconds."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.clicks: list[Arrival] = []
        self.again: list[str] = []
        self.refuse: Callable[[Arrival], bool] = lambda _: False
        self.answer: ClickAnswer | None = ClickAnswer(toast="已批准 / approved")
        self.click_takes_s = 0.0
        self.click_breaks = False

    @property
    def texts(self) -> list[str]:
        return [arrival.text for arrival in self.arrivals]

    async def accept(self, arrival: Arrival) -> Receipt:
        await asyncio.sleep(0)
        if self.refuse(arrival):
            raise OSError("the database is away")
        known = [one.external_id for one in self.arrivals]
        if arrival.external_id in known:
            self.again.append(arrival.external_id)
            return Receipt(id=known.index(arrival.external_id) + 1, fresh=False)
        self.arrivals.append(arrival)
        return Receipt(id=len(self.arrivals), fresh=True)

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        await self.accept(arrival)
        self.clicks.append(arrival)
        if self.click_breaks:
            raise OSError("the database is away")
        if self.click_takes_s > within_s:
            await asyncio.sleep(within_s)
            return None
        await asyncio.sleep(self.click_takes_s)
        return self.answer


class FakePad:
    """Notes that outlive any one channel object. Values go through JSON; `away` makes every call fail."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}
        self.away = False

    def get(self, key: str) -> dict[str, Any] | None:
        self._here()
        return json.loads(self.notes[key]) if key in self.notes else None

    def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        self._here()
        assert ttl_s > 0
        self.notes[key] = json.dumps(value)

    def take(self, key: str) -> dict[str, Any] | None:
        self._here()
        return json.loads(self.notes.pop(key)) if key in self.notes else None

    def _here(self) -> None:
        if self.away:
            raise OSError("the database is away")
