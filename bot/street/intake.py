"""Where arrivals become durable: many in one transaction, each under its platform's key, and only then acknowledged."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from knowledge.library import arrivals, deliveries, doors
from knowledge.model import ArrivalRow
from knowledge.store import Store, StoreError

from .clicks import Clicks
from .post import text_row
from .wire import arrival_json, cleaned, lane_of
from .words import Arrival, ClickAnswer, Kind, Receipt

LOG = logging.getLogger(__name__)

TOGETHER = 200
"""Arrivals that share a transaction at most."""

PATIENCE = 3
"""Messages of one sender that may wait before they are told that we are at it."""

FULL = 20
"""Messages of one sender above which a further one is refused, in words."""

FLOOD = 5000
"""Arrivals waiting in all above which new messages are refused, in words."""

Ended = Callable[[Receipt | None, BaseException | None], None]


@dataclass
class _Asked:
    arrival: Arrival
    ended: Ended


class StreetIntake:
    """See bot.street.port.Intake. `wake` is told the lane of everything fresh, `moved` the channel that has to say so when
    somebody must wait."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        clicks: Clicks,
        moved: Callable[[str], None],
    ) -> None:
        self._store, self._clock, self._wake, self._clicks = store, clock, wake, clicks
        self._moved = moved
        self._said: set[str] = set()
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._write, name="intake", daemon=True)
        self._thread.start()

    async def accept(self, arrival: Arrival) -> Receipt:
        """Stored when it returns. Talk in a group that is not meant for us is not even stored. Raises StoreError when the
        database cannot take it: then the platform must not be told that we have it."""
        if not arrival.addressed and arrival.kind is Kind.MESSAGE:
            return Receipt(id=0, fresh=False)
        if self._closed:
            raise StoreError("程序正在退出,请稍后重试。", "The program is ending; try again.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()

        def ended(receipt: Receipt | None, error: BaseException | None) -> None:
            loop.call_soon_threadsafe(_resolve, future, receipt, error)

        self._queue.put(_Asked(cleaned(arrival), ended))
        return await future

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        """Stored, then decided; a click that comes again is told what became of it."""
        receipt = await self.accept(arrival)
        decided = asyncio.get_running_loop().run_in_executor(
            None, self._clicks.decide, receipt.id, cleaned(arrival)
        )
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.shield(decided)
        except TimeoutError:
            return None
        except Exception:
            LOG.exception("a click could not be decided now; it is tried again")
            self._wake(lane_of(arrival))
            return None

    def close(self) -> None:
        """What was handed in before is stored; what comes later is refused, so that its platform sends it again."""
        self._closed = True
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, going = [first], True
            while len(batch) < TOGETHER and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    going = False
                    break
                batch.append(item)
            self._store_all(batch)
            if not going:
                return

    def _store_all(self, batch: list[_Asked]) -> None:
        """One transaction for all; when it fails, one for each, so that one bad arrival harms no other."""
        try:
            receipts = self._stored([asked.arrival for asked in batch])
        except Exception as error:  # noqa: BLE001 - whoever handed it in gets the error
            if len(batch) == 1:
                batch[0].ended(None, error)
                return
            for asked in batch:
                self._store_all([asked])
            return
        for asked, receipt in zip(batch, receipts, strict=True):
            asked.ended(receipt, None)
            if receipt.fresh and asked.arrival.kind is not Kind.CLICK:
                self._wake(lane_of(asked.arrival))
        for channel in self._said:
            self._moved(channel)
        self._said.clear()

    def _stored(self, batch: list[Arrival]) -> list[Receipt]:
        now = self._clock()
        rows = [_row_of(arrival, now) for arrival in batch]
        with self._store.session(first=True) as session:
            found = arrivals.add_arrivals(session, rows)
            fresh = [
                (arrival, row.lane, number)
                for arrival, row, (number, new) in zip(batch, rows, found, strict=True)
                if new and arrival.kind is Kind.MESSAGE
            ]
            if fresh:
                self._pressed(session, fresh, now)
        return [Receipt(id=number, fresh=new) for number, new in found]

    def _pressed(self, session: Session, fresh: list[tuple[Arrival, str, int]], now: datetime) -> None:
        """Look at what waits as each of these found it: those of the same batch come one after the other."""
        flooded = arrivals.waiting_count(session) - len(fresh) > FLOOD
        waiting = Counter(arrivals.waiting_in(session, {lane for _, lane, _ in fresh}))
        waiting.subtract(lane for _, lane, _ in fresh)
        for arrival, lane, number in fresh:
            waiting[lane] += 1
            if self._press(session, arrival, number, waiting[lane], flooded, now):
                waiting[lane] -= 1

    def _press(
        self, session: Session, arrival: Arrival, found: int, waiting: int, flooded: bool, now: datetime
    ) -> bool:
        """Back-pressure in words: too much waits, so say so at once instead of staying silent. Whether it was refused."""
        if flooded or waiting > FULL:
            arrivals.finish_arrival(session, found, "shed", now)
            text = (
                f"前面还有 {waiting - 1} 条没处理完,这一条没有收下,请稍后重发。"
                f" / {waiting - 1} messages wait already; this one was not taken, please send it again later."
            )
            self._say(session, f"shed:{found}", arrival, text, now)
            return True
        if waiting == PATIENCE + 1:
            text = f"收到,前面还有 {PATIENCE} 条,按顺序回复。 / {PATIENCE} before this one; each gets its answer."
            self._say(session, f"queue:{found}", arrival, text, now)
        return False

    def _say(self, session: Session, key: str, arrival: Arrival, text: str, now: datetime) -> None:
        """Whoever is nobody's account hears of no queue: one sentence, from the porter, and nothing else."""
        if doors.person_of(session, arrival.channel, arrival.sender) is None:
            return
        deliveries.put(session, text_row(key, arrival.address, text, now))
        self._said.add(arrival.channel)


def _row_of(arrival: Arrival, now: datetime) -> ArrivalRow:
    return ArrivalRow(
        channel=arrival.channel,
        external_id=arrival.external_id,
        lane=lane_of(arrival),
        kind=arrival.kind,
        payload=arrival_json(arrival),
        at=now,
    )


def _resolve(future: asyncio.Future[Receipt], receipt: Receipt | None, error: BaseException | None) -> None:
    if future.done():
        return
    if receipt is not None:
        future.set_result(receipt)
    else:
        future.set_exception(error or RuntimeError("not stored"))
