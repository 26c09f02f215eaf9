"""How many messages a member got in the last minute and hour: WeCom drops the excess without a word, so we count.

The street keeps the same limits by parcel; one parcel may be several messages here (a long card's text goes ahead of it).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

PER_MINUTE, PER_HOUR = 30, 1000
MEMBERS = 5000


class Pace:
    """Counts in this process: only one process at a time stands at a channel."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sent: dict[str, deque[datetime]] = {}

    def wait_s(self, member: str, count: int) -> float:
        """Seconds until `count` more messages are taken; 0: now. More than a minute's worth waits for an empty minute."""
        now = self._clock()
        times = self._sent.get(member, deque())
        while times and times[0] <= now - timedelta(hours=1):
            times.popleft()
        return max(
            _until_room(times, now, timedelta(minutes=1), PER_MINUTE, count),
            _until_room(times, now, timedelta(hours=1), PER_HOUR, count),
        )

    def sent(self, member: str) -> None:
        """One message left, or may have left."""
        if member not in self._sent and len(self._sent) >= MEMBERS:
            self._sent.pop(next(iter(self._sent)))
        self._sent.setdefault(member, deque(maxlen=PER_HOUR)).append(self._clock())


def _until_room(times: deque[datetime], now: datetime, span: timedelta, most: int, count: int) -> float:
    within = [at for at in times if at > now - span]
    excess = len(within) + min(count, most) - most
    if excess <= 0:
        return 0.0
    return (within[excess - 1] + span - now).total_seconds()
