"""Starts processes that write recordings down beside a serving one, while there are recordings, and looks after them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from actions.call_turns import waiting

from .process import child_environment
from .wiring import House

LOOK_S = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LEAVE_WITHIN_S = 30.0


class Scribes:
    """`look()` once a second: as many processes as recordings wait, at most TRANSCRIBE_WORKERS. They end by themselves when
    nothing waits, and with this process. After one that broke there is a growing pause."""

    def __init__(self, house: House, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._house, self._monotonic = house, monotonic
        self._children: list[subprocess.Popen[bytes]] = []
        self._not_before, self._pause_s = 0.0, FIRST_PAUSE_S

    def __enter__(self) -> Scribes:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            with suppress(OSError):
                child.stdin.close() if child.stdin else None
            child.terminate()
        until = self._monotonic() + LEAVE_WITHIN_S
        for child in self._children:
            try:
                child.wait(max(0.1, until - self._monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    @property
    def running(self) -> int:
        """How many of ours run."""
        return sum(1 for child in self._children if child.poll() is None)

    def look(self) -> None:
        """Start what is missing."""
        self._reap()
        most = self._house.settings.transcribe_workers
        if len(self._children) >= most or self._monotonic() < self._not_before:
            return
        self._not_before = self._monotonic() + LOOK_S
        with self._house.store.reading() as session:
            count = len(waiting(session))
        while len(self._children) < min(most, count):
            self._children.append(self._started())

    def _reap(self) -> None:
        for child in [one for one in self._children if one.poll() is not None]:
            self._children.remove(child)
            if child.stdin:
                child.stdin.close()
            if child.returncode:
                self._not_before = self._monotonic() + self._pause_s
                self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
            else:
                self._pause_s = FIRST_PAUSE_S

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "bot.scribe", "--until-idle"]
        return subprocess.Popen(
            command,
            env=child_environment(self._house.settings),
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
