"""When what surely was not sent is tried again: exponential pauses with a jitter that the same action always gets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Retries:
    """`attempts` in all; pauses start at `first_s` seconds and double up to `longest_s`."""

    attempts: int = 8
    first_s: float = 30
    longest_s: float = 3600

    def left(self, attempts: int) -> bool:
        """Whether another try is left after so many."""
        return attempts < self.attempts

    def pause_s(self, action_id: str, attempt: int) -> float:
        """Seconds to wait after the given attempt (1 for the first): between half and the whole of the exponential pause.

        "Equal jitter" of Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015); the random number is a
        hash of action and attempt, so that it can be foretold and tested, and differs between actions that failed
        together.
        """
        whole = min(self.longest_s, self.first_s * 2.0 ** min(attempt - 1, 60))
        found = hashlib.sha256(f"{action_id}:{attempt}".encode()).digest()
        share = int.from_bytes(found[:8], "big") / 2**64
        return whole * (0.5 + 0.5 * share)
