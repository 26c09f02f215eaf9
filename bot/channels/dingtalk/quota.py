"""How many metered calls this month had, in DingTalk's months (UTC+8), kept where all workers and restarts find it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from bot.street.port import Pad

LOG = logging.getLogger(__name__)

CHINA = timezone(timedelta(hours=8))
KEPT_S = 62 * 86400.0
DRAFTS_UNTIL = 0.8
"""Share of the month's calls after which no more is spent on showing an answer while it is written."""


class Quota:
    """`limit` metered calls a month; 0: not limited (they are counted all the same)."""

    def __init__(self, pad: Pad, clock: Callable[[], datetime], limit: int) -> None:
        self._pad, self._clock, self.limit = pad, clock, limit
        self._lock = asyncio.Lock()
        self._seen: tuple[str, int, bool] | None = None

    async def count(self) -> None:
        """One more call left the house."""
        await self._note(1, out=False)

    async def exhausted(self) -> None:
        """The platform said that this month's calls are used up."""
        await self._note(0, out=True)

    async def _note(self, calls: int, *, out: bool) -> None:
        """A call that was made is made, whether or not it could be written down."""
        key = self._key()
        async with self._lock:
            try:
                _, before, was_out = await asyncio.to_thread(self._read, key)
                await asyncio.to_thread(self._write, key, before + calls, was_out or out)
            except Exception:
                LOG.exception("dingtalk: a call could not be counted")

    async def drafts(self) -> bool:
        """Whether there is enough left to show running answers."""
        key = self._key()
        if self._seen is None or self._seen[0] != key:
            async with self._lock:
                try:
                    self._seen = await asyncio.to_thread(self._read, key)
                except Exception:
                    LOG.exception("dingtalk: this month's calls could not be read; no drafts")
                    return False
        return not self._seen[2] and (not self.limit or self._seen[1] < self.limit * DRAFTS_UNTIL)

    def now(self) -> tuple[int, bool]:
        """Calls of this month, and whether the platform has said that there are no more."""
        key = self._key()
        if self._seen is None or self._seen[0] != key:
            self._seen = self._read(key)
        return self._seen[1], self._seen[2]

    def _key(self) -> str:
        return f"calls:{self._clock().astimezone(CHINA):%Y-%m}"

    def _read(self, key: str) -> tuple[str, int, bool]:
        note = self._pad.get(key) or {}
        return key, int(note.get("calls", 0)), bool(note.get("out", False))

    def _write(self, key: str, calls: int, out: bool) -> None:
        self._pad.put(key, {"calls": calls, "out": out}, KEPT_S)
        self._seen = (key, calls, out)
