"""Answering in processes of their own, so that the process that takes messages in never waits for one that thinks.

Each child is told lanes on its standard input and tells on its standard output which channel has something to bring out;
it ends when its input closes, which happens with the end of this process however it ends.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence

LOG = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
LEAVE_WITHIN_S = 30.0
HELLO = "hello "
"""How a child tells the name under which it claims."""


class Crew:
    """An Engine of `count` children. `gone` is told the name of a child that died: what it had claimed is free at once."""

    def __init__(
        self,
        command: Sequence[str],
        count: int,
        moved: Callable[[str], None],
        gone: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._members = [_Member(command, moved, gone, environment) for _ in range(count)]

    def start(self) -> None:
        for member in self._members:
            member.start()

    def wake(self, lane: str) -> None:
        """One lane goes to one child, as long as it lives."""
        self._members[zlib.crc32(lane.encode()) % len(self._members)].tell(lane)

    def close(self) -> None:
        for member in self._members:
            member.leave()
        for member in self._members:
            member.wait()


class _Member:
    def __init__(
        self,
        command: Sequence[str],
        moved: Callable[[str], None],
        gone: Callable[[str], None],
        environment: Mapping[str, str] | None,
    ) -> None:
        self._command, self._moved, self._gone = list(command), moved, gone
        self._environment = environment
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crew", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tell(self, lane: str) -> None:
        with self._lock:
            if self._child is None or self._child.stdin is None:
                return  # it is found in its rows when there is a child again
            try:
                self._child.stdin.write(lane.encode() + b"\n")
            except OSError:
                return  # gone; or its input is full, and then it has enough to do and looks at the rows by itself

    def leave(self) -> None:
        self._leaving.set()
        with self._lock:
            if self._child is not None and self._child.stdin is not None:
                _quietly(self._child.stdin.close)

    def wait(self) -> None:
        if self._thread.is_alive():
            self._thread.join(LEAVE_WITHIN_S)
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                self._child.kill()
        if self._thread.is_alive():
            self._thread.join(LEAVE_WITHIN_S)

    def _run(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._leaving.is_set():
            began = time.monotonic()
            try:
                self._one_life()
            except OSError:
                LOG.exception("a process that answers could not be started; it is tried again")
            if time.monotonic() - began > LONGEST_PAUSE_S:
                pause = FIRST_PAUSE_S
            if not self._leaving.wait(pause):
                pause = min(pause * 2, LONGEST_PAUSE_S)

    def _one_life(self) -> None:
        child = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        assert child.stdin is not None
        os.set_blocking(child.stdin.fileno(), False)  # who wakes a lane must not wait for a child that hangs
        with self._lock:
            self._child = child
        name = ""
        assert child.stdout is not None
        for line in iter(child.stdout.readline, b""):
            told = line.decode("utf-8", "replace").strip()
            if told.startswith(HELLO):
                name = told.removeprefix(HELLO)
            else:
                self._moved(told)
        code = child.wait()
        with self._lock:
            self._child = None
            _quietly(child.stdin.close)
        child.stdout.close()
        if not self._leaving.is_set():
            LOG.warning("a process that answers ended with code %s; another one is started", code)
            if name:
                self._gone(name)


def _quietly(close: Callable[[], None]) -> None:
    try:
        close()
    except OSError:
        return
