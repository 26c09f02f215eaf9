"""The engine `threads`: conversations side by side, each in order, drained by threads of this process.

Rows say what there is to do, so nothing is lost with this process: what it did not finish is found by a look at the
rows, here or in another process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LOG = logging.getLogger(__name__)


class Lanes:
    """`wake(lane)` sees to it that `drain(lane)` runs after this call; never twice at once for one lane."""

    def __init__(self, drain: Callable[[str], None], workers: int) -> None:
        self._drain = drain
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="turn")
        self._lock = threading.Lock()
        self._running: dict[str, bool] = {}
        self._closed = False

    def start(self) -> None:
        """Threads start when there is something to do."""

    def wake(self, lane: str) -> None:
        with self._lock:
            if self._closed:
                return
            if lane in self._running:
                self._running[lane] = True  # something came while it was being drained: once more
                return
            self._running[lane] = False
        self._pool.submit(self._run, lane)

    def _run(self, lane: str) -> None:
        try:
            self._drain(lane)
        except Exception:
            LOG.exception("a conversation could not be answered now; it is tried again")
        with self._lock:
            again = self._running.pop(lane, False) and not self._closed
            if again:
                self._running[lane] = False
        if again:
            self._pool.submit(self._run, lane)

    def close(self) -> None:
        """Let the turns that run end; what waits stays in its rows."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
