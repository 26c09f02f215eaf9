"""Calls as data that goes on: every version of a transcript, who is told about a recording, cards that ask about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now

FIRST, RENAMED, WORDS, SPEAKER, RESTORED = "first", "renamed", "words", "speaker", "restored"
"""How a version came about: as it was written down or imported; a correction; an older one once more."""


class TranscriptVersion(SQLModel, table=True):
    """One version of what was said, whole. `number` counts from 1 within the interaction, the highest is the one that
    stands there now. `author_id` is None for the first, which nobody edited; `what` says in words what was changed.
    `transcript_hash` is what judgements name as their basis (knowledge.transcripts)."""

    __tablename__ = "transcript_version"
    __table_args__ = (UniqueConstraint("interaction_id", "number"),)

    id: str = Field(primary_key=True)
    interaction_id: str = Field(foreign_key="interaction.id", index=True)
    number: int
    how: str = FIRST
    what: str = ""
    author_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    channel: str = ""
    text: str = ""
    segments: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonText)
    transcript_hash: str = Field(index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


ASKING, WRITING, SIDES, WRITTEN, TOLD, ENDED = "asking", "writing", "sides", "written", "told", "ended"
"""Stages of telling somebody about a recording: nobody has said that those on it agree; it is being written down; nobody has
said which channel is whose; its summary is due; it has been told; nothing more is told (a no, or it cannot be heard)."""


class CallFollow(SQLModel, table=True):
    """Who is told how their recording goes on, and how far they have been told. `told_s` seconds of it were told at
    `told_at`; `problem` is the last one told. A summary that is being made belongs to `worker` since `claimed_at`."""

    __tablename__ = "call_follow"

    interaction_id: str = Field(primary_key=True, foreign_key="interaction.id")
    person_id: str = Field(foreign_key="person.id", index=True)
    channel: str
    address: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    conversation_id: str = ""
    stage: str = Field(default=ASKING, index=True)
    told_s: float = 0.0
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rounds: int = 0
    problem: str = ""
    worker: str = ""
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class AskCard(SQLModel, table=True):
    """A card with buttons that asks one person something about a call: `kind` is consent, sides, proposals or stale. Its id
    stands in the buttons; what a press may do follows from who presses and how the rows stand then."""

    __tablename__ = "ask_card"

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    interaction_id: str = Field(foreign_key="interaction.id", index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    channel: str
    address: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    rendered: str = ""
    state: str = Field(default="open", index=True)
    refs: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
