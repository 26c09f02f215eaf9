"""Our own chat: conversations, their messages, and the notices that wait for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now

READ = "read"
"""Key of a conversation's focus under which it keeps the provenance labels of everything it has read."""


class Conversation(SQLModel, table=True):
    """One person's thread on one channel. `focus` is what the talk is about now (deal, contact, draft, list)."""

    __table_args__ = (UniqueConstraint("channel", "thread", "person_id"),)

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    channel: str = "terminal"
    thread: str = ""
    focus: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Message(SQLModel, table=True):
    """One line in or out. `answer` keeps sources, outcomes and mode of a line we wrote, for /source and audits."""

    __table_args__ = (UniqueConstraint("conversation_id", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    role: str
    text: str
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    external_id: str
    answer: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)


class Notice(SQLModel, table=True):
    """Something a person must be told about an action; delivered once, on the channel they use next.

    `kind` is card, end, nudge, escalation or digest; what has a `due_at` is not told before that moment.
    """

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    text: str
    action_id: str = Field(default="", index=True)
    kind: str = "end"
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
