"""What was made of a transcript once: minutes and reviews, kept so that the same question has the same answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class Judgement(SQLModel, table=True):
    """`kind`: minutes or review. One a transcript (`transcript_hash`), version of rules, prompt and scorecard, and model
    (`extractive-1` where no model wrote). `person_id` is the colleague who spoke, `seen_at` when they first opened it."""

    __table_args__ = (UniqueConstraint("interaction_id", "kind", "transcript_hash", "version", "model"),)

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    interaction_id: str = Field(foreign_key="interaction.id", index=True)
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    transcript_hash: str = Field(index=True)
    version: str
    model: str
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HumanMark(SQLModel, table=True):
    """One answer a person gave to one question of a scorecard about one call: the newest counts, none is ever deleted,
    and the automatic answer stays beside it (definitions.md D5)."""

    __tablename__ = "human_mark"

    id: str = Field(primary_key=True)
    interaction_id: str = Field(foreign_key="interaction.id", index=True)
    card: str = Field(index=True)
    card_version: str
    question_id: str
    scorer_id: str = Field(foreign_key="person.id", index=True)
    value: str
    note: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class CallNote(SQLModel, table=True):
    """What a colleague wrote down about a call for themselves alone: nobody else reads it, whatever they may review."""

    __tablename__ = "call_note"

    id: str = Field(primary_key=True)
    interaction_id: str = Field(foreign_key="interaction.id", index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    text: str
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class PersonConsent(SQLModel, table=True):
    """A yes or no of a colleague about themselves: the newest of a purpose counts, none is ever changed. `purpose`
    `own_mood`: that the words of their own turns may be looked at for how they sound, for their eyes alone."""

    __tablename__ = "person_consent"

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    purpose: str = Field(index=True)
    given: bool
    how: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
