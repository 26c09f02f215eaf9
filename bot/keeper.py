"""Keeps one sender running beside a process that may not send itself."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

from actions.workers import senders

from .wiring import House

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LEAVE_WITHIN_S = 30.0


class Keeper:
    """`look()` once a second: no sender alive and none of ours running, so one is started, after a growing pause where it
    keeps ending. At the end ours is asked to finish what it is doing."""

    def __init__(self, house: House, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._house, self._monotonic = house, monotonic
        self._child: subprocess.Popen[bytes] | None = None
        self._not_before, self._pause_s = 0.0, FIRST_PAUSE_S

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        with suppress(OSError):
            self._child.stdin.close() if self._child.stdin else None
        self._child.terminate()
        try:
            self._child.wait(LEAVE_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def look(self) -> None:
        """Start one where none is."""
        if not self._house.settings.start_sender or (self._child and self._child.poll() is None):
            return
        if self._child is not None:  # ours has ended
            self._child.wait()
            if self._child.stdin:
                self._child.stdin.close()
            self._child = None
            self._not_before = self._monotonic() + self._pause_s
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        if self._monotonic() < self._not_before:
            return
        with self._house.store.reading() as session:
            if senders(session, self._house.clock()):
                return
        self._child = self._house.courier.resident()
