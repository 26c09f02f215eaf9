"""How the channel is: what was last seen of Telegram, what is wrong in words, and counters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from bot.street.port import Health


@dataclass
class Pulse:
    """Written by the mode that runs, read by health()."""

    counters: Counter[str] = field(default_factory=Counter)
    last_seen: datetime | None = None
    trouble: str = ""

    def seen(self, now: datetime) -> None:
        self.last_seen, self.trouble = now, ""

    def age_s(self, now: datetime) -> float | None:
        return None if self.last_seen is None else (now - self.last_seen).total_seconds()

    def health(self, now: datetime, mode: str, silent_s: float) -> Health:
        age_s = self.age_s(now)
        figures = dict(self.counters)
        if age_s is None:
            says = self.trouble or "还没连上 / not connected yet"
            return Health(ok=False, says=f"{mode}: {says}", figures=figures)
        alive = age_s <= silent_s
        last = f"{age_s:.0f} 秒前有应答 / answered {age_s:.0f} s ago"
        says = " · ".join(part for part in (f"{mode}: {last}", self.trouble) if part)
        ok = alive and not self.trouble
        return Health(ok=ok, says=says, last_seen=self.last_seen, figures=figures)
