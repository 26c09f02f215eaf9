"""The street, wired: channels, the one inbox, turns, the way out, and a clock that runs as long as it is open."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from actions.binding import Binding
from actions.workers import BEAT_S, STREET, Beat, forget, heard_since, worker_name
from bot.jobs import tick
from bot.keeping import keeping
from bot.wiring import House
from knowledge.library import arrivals, doors

from .calls import StreetCalls, street_calls
from .clicks import Clicks
from .copies import Copies
from .engine import Engine
from .feedback import Feedback
from .files import Download, download
from .intake import StreetIntake
from .lanes import Lanes
from .leading import Leading
from .outgoing import Outgoing
from .port import Channel, Traits
from .porter import Porter
from .push import Push
from .turns import Turns
from .waiting_words import WaitingWords
from .words import Arrival

LOG = logging.getLogger(__name__)

TICK_S = 1.0
FETCH_WITHIN_S = 600.0
SOONEST_S = 0.2
"""The least time between two rounds: each asks a dozen questions, and under load something moves all the time."""

HEALTH_S, HEALTH_LIVES_S = 10.0, 60.0
NARROW = Traits(limit=600)
"""What may be assumed of a channel that this process does not have open."""


class Street:
    """Everything between the platforms and the house, in one process; any number of processes share one database.

    `async with Street(house, channels) as street:` opens it. Raises nothing for a channel that cannot connect: that is
    its health, shown by `doctor` and /healthz.
    """

    def __init__(
        self, house: House, channels: Sequence[Channel], engine: Callable[[Street], Engine] | None = None
    ) -> None:
        self.house, self._engine_for = house, engine or threads
        self.channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self.worker = worker_name()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._pulse, self._stop = threading.Event(), threading.Event()
        self._clock = threading.Thread(target=self._run_clock, name="street clock", daemon=True)
        self._keeping = keeping(house)
        self.leading: dict[str, Leading] = {}
        self._told_at, self._looked_at = 0.0, 0.0
        self.told: Callable[[str], object] = str
        """Is told too which channel has something to bring out; nobody listens at first."""

    @cached_property
    def copies(self) -> Copies:
        return Copies(self.house)

    @cached_property
    def waiting(self) -> WaitingWords:
        return WaitingWords(self.house.store, self.house.clock)

    @cached_property
    def clicks(self) -> Clicks:
        return Clicks(self.house, self.copies, self.waiting, self.worker, self.alive, self.moved)

    @cached_property
    def intake(self) -> StreetIntake:
        return StreetIntake(self.house.store, self.house.clock, self.engine.wake, self.clicks, self.moved)

    @cached_property
    def engine(self) -> Engine:
        return self._engine_for(self)

    @cached_property
    def turns(self) -> Turns:
        return Turns(
            self.house, Porter(Binding(self.house.gate)), self.clicks, Feedback(self.house), self.waiting, self.worker,
            self.alive, lambda name: self.traits(name) or NARROW, self.moved, self.fetch,
        )  # fmt: skip

    def fetch(self, arrival: Arrival, folder: Path) -> list[Download]:
        """The files of an arrival, fetched in the street's loop; to be called from a turn's thread."""
        channel, limit = self.channels.get(arrival.channel), self.house.settings.max_upload_mb * 1024 * 1024
        if channel is None or self._loop is None:
            return [Download(attachment=one, problem="missing") for one in arrival.attachments]
        fetching = download(channel, arrival.attachments, folder, limit)
        waited = asyncio.run_coroutine_threadsafe(fetching, self._loop)
        try:
            return waited.result(FETCH_WITHIN_S)
        except TimeoutError:
            waited.cancel()
            return [Download(attachment=one, problem="missing") for one in arrival.attachments]

    @cached_property
    def push(self) -> Push:
        return Push(self.house, self.copies, self.traits)

    @cached_property
    def calls(self) -> StreetCalls:
        return street_calls(self.house, self.clicks.asks, self.worker, self.alive, self.traits, self.moved)

    @cached_property
    def beat(self) -> Beat:
        every_s = min(BEAT_S, self.house.settings.uncertain_after_s / 4)  # a beat that comes late is no death
        return Beat(self.house.store, self.worker, STREET, self.house.clock, every_s)

    def traits(self, name: str) -> Traits | None:
        channel = self.channels.get(name)
        return channel.traits if channel else None

    def alive(self) -> set[str]:
        """The workers that have been heard of lately, this one always."""
        silent = timedelta(seconds=self.house.settings.uncertain_after_s)
        with self.house.store.reading() as session:
            return heard_since(session, self.house.clock() - silent) | {self.worker}

    def moved(self, channel: str) -> None:
        """Something for this channel was queued, and something may have changed; from any thread."""
        self._pulse.set()
        self.told(channel)
        self._bring_out(channel)

    def gone(self, worker: str) -> None:
        """This worker has ended for sure: nobody waits until it has been silent for long enough."""
        with self.house.store.session() as session:
            forget(session, worker)
        self._pulse.set()

    def _bring_out(self, channel: str) -> None:
        leading = self.leading.get(channel)
        if leading is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(leading.outgoing.moved)

    def lend(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop in which files are fetched, where the street itself is not open."""
        self._loop = loop

    async def __aenter__(self) -> Street:
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self.beat.__enter__)
        await asyncio.to_thread(self.engine.start)
        store, clock = self.house.store, self.house.clock
        for channel in self.channels.values():
            outgoing = Outgoing(store, clock, channel, self.worker, self.alive)
            leading = Leading(store, clock, channel, outgoing, self.intake, self.worker, self.alive)
            self.leading[channel.name] = leading
            self._tasks.append(asyncio.create_task(leading.run()))
        self._clock.start()
        for one in self._keeping:
            one.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop taking in, let running turns end, bring out no more; what is left lies in its rows."""
        self._stop.set()
        self._pulse.set()
        for one in self._keeping:
            one.stop()
        await asyncio.to_thread(self.engine.close)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.intake.close)
        for channel in self.channels.values():
            if (close := getattr(channel, "close", None)) is not None:
                await close()
        if self._clock.is_alive():
            await asyncio.to_thread(self._clock.join, 10)
        for one in self._keeping:
            await asyncio.to_thread(one.end)
        await asyncio.to_thread(self.calls.close)
        await asyncio.to_thread(self.beat.__exit__)

    def _run_clock(self) -> None:
        while not self._stop.is_set():
            self._pulse.wait(TICK_S)
            self._pulse.clear()
            if self._stop.is_set():
                return
            try:
                self.tick()
            except Exception:
                LOG.exception("the street's round could not be made; it is tried again")
            self._stop.wait(SOONEST_S)

    def tick(self) -> None:
        """One round: what is due, who must be told, which cards must change, and which conversations were left lying."""
        tick(self.house)
        for channel in self.push.tick() | self.copies.refresh() | self.calls.tick():
            self._bring_out(channel)
        if time.monotonic() - self._looked_at >= TICK_S:
            self._looked_at = time.monotonic()
            self.look()
        self._tell_health()

    def health(self, name: str) -> dict[str, Any]:
        """How this channel is, in words and counters."""
        return self.leading[name].health()

    def _tell_health(self) -> None:
        """Left where `doctor` finds it, by whoever leads the channel."""
        if time.monotonic() - self._told_at < HEALTH_S:
            return
        self._told_at = time.monotonic()
        led = [name for name, leading in self.leading.items() if leading.leads]
        if led:
            with self.house.store.session() as session:
                for name in led:
                    now = self.house.clock()
                    doors.put_note(session, f"health:{name}", self.health(name), now, HEALTH_LIVES_S)

    def look(self) -> None:
        """Wake every lane in which something lies and nobody is at work: what a process left that is gone, what came in
        while an engine was away."""
        others = self.alive() - {self.worker}
        with self.house.store.reading() as session:
            lying = arrivals.waiting_lanes(session, others, self.house.clock())
        for lane in lying:
            self.engine.wake(lane)


EngineFor = Callable[[Street], Engine]


def threads(street: Street) -> Engine:
    """The plain engine: threads of this process."""
    return Lanes(street.turns.drain, street.house.settings.turn_workers)
