"""The circuit breaker of one gateway, as pure logic: it opens after failures in a row of time, tries again, and heals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

THRESHOLD = 5
WINDOW = timedelta(seconds=60)
"""So many failures within so long open it (capabilities.md C4.2)."""

FIRST_PAUSE_S = 30
LONGEST_PAUSE_S = 15 * 60
"""The first pause; each failed try doubles it up to the longest."""

PROBE_LEASE = timedelta(seconds=120)
"""How long the one try of a half-open breaker has to come back before another one may go."""

BreakerState = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """`failures` are the moments of recent failures, `retry_at` when the next try may go (None while closed).

    closed: everything passes. open: nothing passes before `retry_at`; the first to come after it is the try, and the
    breaker is half open while that one is on its way. Its success closes, its failure opens for longer.
    """

    state: BreakerState = "closed"
    failures: tuple[datetime, ...] = ()
    pause_s: int = 0
    retry_at: datetime | None = None

    def admits(self, now: datetime) -> bool:
        """Whether something may be sent at this moment."""
        return self.state == "closed" or self.retry_at is None or self.retry_at <= now

    def entered(self, now: datetime) -> Breaker:
        """Something admitted is on its way: through a closed breaker without a trace, else as the one try."""
        if self.state == "closed":
            return self
        return replace(self, state="half_open", retry_at=now + PROBE_LEASE)

    def failed(self, now: datetime) -> Breaker:
        """The gateway failed. What was under way when it opened makes the pause no longer."""
        if self.state == "open":
            return self
        if self.state == "half_open":
            return self._opened(min(max(self.pause_s, FIRST_PAUSE_S) * 2, LONGEST_PAUSE_S), now)
        recent = (*recent_of(self.failures, now), now)
        if len(recent) >= THRESHOLD:
            return self._opened(FIRST_PAUSE_S, now, recent)
        return replace(self, failures=recent)

    def succeeded(self) -> Breaker:
        """The gateway answered: whatever was wrong is over."""
        return Breaker()

    def _opened(self, pause_s: int, now: datetime, failures: Sequence[datetime] = ()) -> Breaker:
        until = now + timedelta(seconds=pause_s)
        return Breaker(state="open", failures=tuple(failures)[-THRESHOLD:], pause_s=pause_s, retry_at=until)


def recent_of(failures: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """The failures that still count at this moment, oldest first."""
    return tuple(at for at in failures if at > now - WINDOW)
