"""What the platform's error codes mean for a parcel."""

from __future__ import annotations

from bot.street.words import Fate, Sent

BAD_REQ_ID, STREAM_EXPIRED = 846605, 846608
"""The request id cannot be answered (any more); the stream cannot be changed any more. Both are a sure no."""
BUSY = -1
LIMITED = frozenset({45009, 45033})
LIMIT_S = 60.0
"""A minute's limit is lifted after a minute [WX 90313]."""


def limited(code: int, words: str) -> bool:
    """Whether it is about how often, not about what."""
    return code in LIMITED or "freq" in words.lower()


def refused(code: int, words: str) -> Sent:
    """The fate of what was answered with an error: judged by the code, since the words change."""
    note = f"errcode {code}: {words[:200]}"
    if code == BUSY:
        return Sent(fate=Fate.LATER, after_s=2.0, note=note)
    if limited(code, words):
        return Sent(fate=Fate.LATER, after_s=LIMIT_S, note=note)
    return Sent(fate=Fate.NEVER, note=note)


def never(note: str) -> Sent:
    """Surely not sent, with words (zh / en)."""
    return Sent(fate=Fate.NEVER, note=note)


def later(note: str, after_s: float = 2.0) -> Sent:
    """Surely not sent, to be tried again."""
    return Sent(fate=Fate.LATER, note=note, after_s=after_s)


def unknown(note: str) -> Sent:
    """It may have arrived."""
    return Sent(fate=Fate.UNKNOWN, note=note)
