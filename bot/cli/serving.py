"""`serve`: the chat platforms, the clock, health checks, and a sender beside it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from bot.channels.web import open_web
from bot.collecting import Collector
from bot.feed_clock import FeedClock
from bot.keeper import Keeper
from bot.process import ROOT, stop_event
from bot.scribes import Scribes
from bot.street.engines import engine_for
from bot.street.opening import open_channels
from bot.street.street import Street
from bot.warming import warm
from bot.web.app import web_app
from bot.web.console import console_of
from bot.web.visit import Console
from bot.wiring import House
from knowledge.journey.linking import relink

from . import EXIT_USAGE
from .opening import opened
from .screen import err
from .trouble import Trouble

TICK_S = 1.0


def serve(host: str, port: int) -> None:
    """Until SIGINT or SIGTERM: the chat platforms, the clock, GET /healthz, and a sender that is started again when it
    ends. What runs is finished first; a second signal ends it at once."""
    house = opened()
    settings, stop = house.settings, stop_event()
    address = (host or settings.serve_host, port or settings.serve_port)
    try:
        channels = list(open_channels(settings, house.store, house.clock))
        _ = house.identity_key  # a key that cannot be used is told before anything is opened
        web = open_web(settings, house.store, house.clock, settings.var_dir)
    except ValueError as error:
        raise Trouble(str(error), EXIT_USAGE) from error
    channels += [web] if web else []
    err(f"http://{address[0]}:{address[1]}/" + ("" if web else "healthz"))
    err("channels: " + (", ".join(channel.name for channel in channels) or "-"))
    warm(house)
    with Keeper(house) as keeper, FeedClock(house), Scribes(house) as scribes:
        engine = engine_for(settings.job_engine, settings.job_processes)
        asyncio.run(_serve(Street(house, channels, engine), (keeper.look, scribes.look), *address, stop))
    house.close()


def worker() -> None:
    """Become a process that only answers, in place of this one."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    os.execve(sys.executable, [sys.executable, "-P", "-m", "bot.worker"], os.environ | {"PYTHONPATH": path})


async def _serve(
    street: Street, looks: Sequence[Callable[[], None]], host: str, port: int, stop: threading.Event
) -> None:
    """Until `stop` is set; what runs is given time to end. The sender and the scribes are looked after meanwhile."""
    async with street:
        console = console_of(street)
        config = uvicorn.Config(
            web_app(street, lambda: state_of(street), console, collector_of(street.house)),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=10,
        )
        looking = asyncio.create_task(_look(looks))
        try:
            await _Server(config, console, stop).serve()
        finally:
            looking.cancel()


class _Server(uvicorn.Server):
    """Ends when `stop` is set, and tells open pages to end, for they listen as long as they are open.

    Signals are the process's business: uvicorn would raise the one it was stopped by again as soon as it is down itself,
    and that kills the process while turns are still being answered.
    """

    def __init__(self, config: uvicorn.Config, console: Console | None, stop: threading.Event) -> None:
        super().__init__(config)
        self._console, self._stop = console, stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        if self._stop.is_set():
            if self._console is not None:
                self._console.stopping.set()
            self.should_exit = True
        return await super().on_tick(counter)


async def _look(looks: Sequence[Callable[[], None]]) -> None:
    while True:
        for look in looks:
            await asyncio.to_thread(look)
        await asyncio.sleep(TICK_S)


def collector_of(house: House) -> Collector:
    """What takes events in; who is on record is looked for among the identifiers first."""
    with house.store.session() as session:
        relink(session, house.identity_key, house.clock())
    return Collector(house.store, house.identity_key, house.clock)


def state_of(street: Street) -> dict[str, Any]:
    """What /healthz tells: whether the house works, and how each channel is."""
    from actions.record import lock_system

    house = street.house
    with house.store.session() as session:
        told: dict[str, Any] = {
            "status": "ok",
            "effects": lock_system(session).state,
            "policy": house.gate.judge_for(session).policy_version[:16],
        }
    return told | {"channels": {name: street.health(name) for name in street.channels}}
