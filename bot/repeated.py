"""A thread that does one piece of work again and again, until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

LOG = logging.getLogger(__name__)


class Repeated:
    """`work` every `every_s` seconds, for the first time after `first_s`; work that fails is logged and done again."""

    def __init__(self, name: str, work: Callable[[], object], every_s: float, first_s: float = 0.0) -> None:
        self._work, self._every_s, self._first_s = work, every_s, first_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def stopping(self) -> bool:
        """Whether work under way should come to an end."""
        return self._stop.is_set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no more work; what is under way goes on."""
        self._stop.set()

    def end(self, within_s: float = 10.0) -> None:
        """`stop`, and wait for what is under way."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def _run(self) -> None:
        waits = self._first_s
        while not self._stop.wait(waits):
            waits = self._every_s
            try:
                self._work()
            except Exception:
                LOG.exception("%s could not be done; it is tried again", self._thread.name)
