"""The way out of one channel: in order within a chat, chats side by side, behind a fence, at the platform's pace.

Only the process that leads the channel runs this. What was on its way when a process died is unknown: it is not sent
again by itself, except where the platform drops a second copy (Traits.resend).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.library import deliveries
from knowledge.model import AskCard, CardCopy, DeliveryRow
from knowledge.store import Store

from .port import Channel
from .wire import parcel_of
from .words import Fate, Load, Parcel, Sent

LOG = logging.getLogger(__name__)

LOOK_S = 0.25
"""How often the rows are looked at when nobody says that there is something (another process may have written)."""

RECOVER_S = 0.5
SIDE_BY_SIDE = 16
TRIES = 10
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
NEW_MESSAGES = (Load.TEXT, Load.CARD, Load.FILE, Load.IMAGE)


@dataclass
class Outgoing:
    """Brings out what is queued for one channel."""

    store: Store
    clock: Callable[[], datetime]
    channel: Channel
    worker: str
    alive: Callable[[], set[str]]
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _recover_at: float = 0.0
    _ready_at: dict[str, float] = field(default_factory=dict)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def moved(self) -> None:
        """There is something new. To be called in the street's loop."""
        self._moved.set()

    async def run(self) -> None:
        """Until cancelled; what is on its way then is waited for a moment."""
        try:
            while True:
                await self._round()
        finally:
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=5)

    async def _round(self) -> None:
        self._moved.clear()
        try:
            room = SIDE_BY_SIDE - len(self._under_way)
            taken = await asyncio.to_thread(self._take, room) if room > 0 else []
        except Exception:
            LOG.exception("what is to be sent could not be looked at; it is tried again")
            taken = []
            await asyncio.sleep(1)
        for row in taken:
            task = asyncio.create_task(self._bring(row))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        if not taken:
            # Not wait_for: in Python 3.11 it may swallow a cancellation that comes just when the event is set.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._moved.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._moved.set()

    def _take(self, room: int) -> list[DeliveryRow]:
        """Claim what is due now, as far as the platform's pace allows."""
        now = self.clock()
        with self.store.reading() as session:
            due = deliveries.due(session, self.channel.name, now)
        self._recovered()
        rested = [row for row in due if self._ready_at.get(row.lane, 0.0) <= time.monotonic()]
        if not rested:
            return []
        with self.store.session() as session:  # claiming asks again whether a row still waits
            ready = [row for row in rested if self._may(session, row, now)]
            return deliveries.claim(session, ready[:room], self.worker, now)

    def _may(self, session: Session, row: DeliveryRow, now: datetime) -> bool:
        """The most a chat takes in a minute and an hour: more would be dropped by the platform without a word."""
        if row.load not in NEW_MESSAGES:
            return True
        traits = self.channel.traits
        for most, span in ((traits.per_minute, timedelta(minutes=1)), (traits.per_hour, timedelta(hours=1))):
            if most and deliveries.sent_since(session, row.lane, now - span) >= most:
                deliveries.settle(session, row.id or 0, due_at=now + span / 12, note="rate limit of the chat")
                return False
        return True

    def _recovered(self) -> None:
        """Now and then: what a process left on its way that is gone."""
        if time.monotonic() < self._recover_at:
            return
        self._recover_at = time.monotonic() + RECOVER_S
        with self.store.reading() as session:
            left = deliveries.abandoned(session, self.channel.name, self.alive())
        if left:
            self._recover(left)

    def _recover(self, rows: Sequence[DeliveryRow]) -> None:
        with self.store.session() as session:
            for row in rows:
                again = self.channel.traits.resend or row.load in (Load.DRAFT, Load.CARD_UPDATE)
                note = "its process ended while it was being sent"
                deliveries.settle(session, row.id or 0, state="waiting" if again else "unknown", note=note)

    async def _bring(self, row: DeliveryRow) -> None:
        try:
            parcel = await asyncio.to_thread(self._parcel, row)
            sent = await self.channel.send(parcel)
        except Exception:
            LOG.exception("%s: a parcel broke its channel", self.channel.name)
            sent = Sent(fate=Fate.UNKNOWN, note="the channel broke while sending")
        gap = self.channel.traits.draft_gap_s if row.load == Load.DRAFT else self.channel.traits.gap_s
        self._ready_at[row.lane] = time.monotonic() + gap
        await self._settled(row, sent)

    def _parcel(self, row: DeliveryRow) -> Parcel:
        parcel = parcel_of(row.payload)
        if not row.card_id:
            return parcel
        with self.store.reading() as session:
            copy = self._card(session, row.card_id)
        return replace(parcel, refs={**parcel.refs, **(copy.refs if copy else {})})

    @staticmethod
    def _card(session: Session, card_id: str) -> CardCopy | AskCard | None:
        return session.get(CardCopy, card_id) or session.get(AskCard, card_id)

    async def _settled(self, row: DeliveryRow, sent: Sent) -> None:
        """Written until it is written: a database that is away for a moment must not turn sent into unknown."""
        while True:
            try:
                await asyncio.to_thread(self._settle, row, sent)
                return
            except Exception:
                LOG.exception("the end of a sending could not be written; it is tried again")
                await asyncio.sleep(1)

    def _settle(self, row: DeliveryRow, sent: Sent) -> None:
        now = self.clock()
        end: dict[str, object] = {"note": sent.note[:300], "refs": sent.refs}
        if sent.fate is Fate.LATER and row.tries < TRIES:
            end |= {"state": "waiting", "due_at": now + _pause(row.tries, sent.after_s)}
        elif sent.fate is Fate.LATER:
            end |= {"state": "never", "payload": {}}
        elif sent.fate is Fate.SENT:
            end |= {"state": "sent", "sent_at": now, "payload": {}}
        else:
            end |= {"state": sent.fate.value, "payload": {}}
        with self.store.session() as session:
            deliveries.settle(session, row.id or 0, **end)
            copy = self._card(session, row.card_id) if row.card_id and sent.refs else None
            if copy is not None:
                copy.refs = {**copy.refs, **sent.refs}
                session.add(copy)


def _pause(tries: int, wished_s: float) -> timedelta:
    """Growing pauses, at least what the platform wishes."""
    own = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (tries - 1))
    return timedelta(seconds=max(own, wished_s))
