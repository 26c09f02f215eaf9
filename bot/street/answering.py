"""A process that only answers conversations: it holds no connection to any platform and brings nothing out."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .crew import HELLO
from .street import Street

LOG = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often the rows are looked at: who took a message in may be another process, on another machine."""


def answer(street: Street, stop: threading.Event) -> None:
    """Until told to stop: drain whatever lies in the rows."""
    with street.beat, _loop() as loop:
        street.lend(loop)
        street.engine.start()
        try:
            while not stop.wait(LOOK_S):
                try:
                    street.look()
                except Exception:
                    LOG.exception("what waits could not be looked at; it is tried again")
        finally:
            street.engine.close()


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop in a thread of its own: the channels fetch files in it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loop", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def as_crew_member(street: Street, stop: threading.Event) -> None:
    """Take lanes from standard input, and end with it; see bot.street.crew."""
    out = sys.stdout

    def tell(line: str) -> None:
        try:
            out.write(line + "\n")
            out.flush()
        except (OSError, ValueError):
            stop.set()  # nobody listens any more

    def listen() -> None:
        for line in sys.stdin:
            street.engine.wake(line.rstrip("\n"))
        stop.set()

    street.told = tell
    tell(HELLO + street.worker)
    threading.Thread(target=listen, name="lanes", daemon=True).start()
    answer(street, stop)
