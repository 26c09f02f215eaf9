"""Why an event was not taken, in words: rejected (it is no event), quarantined (the plan does not know it), dropped (not wanted)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fate = Literal["rejected", "quarantined", "dropped"]


@dataclass(eq=False)
class Fault(Exception):
    """`code` is for counting, the sentences for people. A rejected event is its sender's to mend; one in quarantine is kept,
    without any personal text, until the plan knows it; a dropped one is gone because its person wants it so."""

    fate: Fate
    code: str
    zh: str
    en: str

    @property
    def reason(self) -> str:
        return f"{self.zh} / {self.en}"


def rejected(code: str, zh: str, en: str) -> Fault:
    return Fault("rejected", code, zh, en)


def quarantined(code: str, zh: str, en: str) -> Fault:
    return Fault("quarantined", code, zh, en)


def no_consent() -> Fault:
    return Fault("dropped", "no_consent", "本人不同意被记录", "its person does not agree to be recorded")
