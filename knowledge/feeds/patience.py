"""How a CRM's API is waited for: as long as it asks, longer each time, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_S = 120.0
"""An answer that asks for a longer pause ends the reading; the next one comes by the clock anyway."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """`tries` of one request, pauses doubling from `first_s` seconds unless the server names its own."""

    tries: int = 6
    first_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep

    def rest(self, attempt: int, retry_after: str | None) -> bool:
        """Pause before try `attempt + 1` (the first is 0); False when there is none, or the pause asked for is too long."""
        if attempt + 1 >= self.tries:
            return False
        asked = _seconds(retry_after)
        pause = asked if asked is not None else self.first_s * 2**attempt
        if pause > LONGEST_S:
            return False
        self.sleep(pause)
        return True


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None  # a date: our clock may differ from theirs, so the pause is our own
