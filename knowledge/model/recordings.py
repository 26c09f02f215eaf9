"""Recordings of calls: whether the people on them agreed, how far they are written down, and word by word what was heard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now

UNKNOWN, ASKED, GIVEN, REFUSED, WITHDRAWN = "unknown", "asked", "given", "refused", "withdrawn"
"""States of a consent. Only GIVEN lets anybody write a recording down."""

CONSENTS = (UNKNOWN, ASKED, GIVEN, REFUSED, WITHDRAWN)
"""How a consent may go: unknown -> asked, given, refused; asked -> given, refused; given -> withdrawn; from refused and
withdrawn to given only by a new yes."""


class Recording(SQLModel, table=True):
    """One recording, under the interaction that it is. Times in seconds.

    `consent` is one of CONSENTS, `consent_how` in words who agreed and how, `consent_by` the colleague who says so.
    `rep_channel` is 1 or 2 where the channels are the two sides, 0 where nobody said. `done_s` of `seconds` are written
    down. `words` are lists [start, end, word, confidence, channel], `left_out` what guards took away and why. `problem`
    is a sentence when it could not be written down. `speaker_confidence` is what the call metrics ask for. The sound is
    kept `sound_days` and the words `words_days` after `at` (None: as the house's settings say; 0: for good); when they
    went stands in `sound_gone_at` and `words_gone_at`."""

    __tablename__ = "recording"

    interaction_id: str = Field(primary_key=True, foreign_key="interaction.id")
    consent: str = Field(default=UNKNOWN, index=True)
    consent_how: str = ""
    consent_by: str | None = Field(default=None, foreign_key="person.id", index=True)
    consent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    language: str = "zh"
    rep_channel: int = 0
    engine: str = ""
    seconds: float = 0.0
    done_s: float = 0.0
    speaker_confidence: float | None = None
    words: list[list[Any]] = Field(default_factory=list, sa_type=JsonText)
    left_out: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonText)
    problem: str = ""
    sound_days: int | None = None
    words_days: int | None = None
    sound_gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    words_gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
