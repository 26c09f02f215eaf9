"""What the assistant proposed and what became of it, and the published configuration it worked by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class Suggestion(SQLModel, table=True):
    """A draft, talk track or next step. `status`: shown, accepted, edited, rejected, expired, undone."""

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    status: str = "shown"
    action_id: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Blueprint(SQLModel, table=True):
    """A published version of one piece of configuration; `version` is the SHA-256 of its canonical content."""

    __table_args__ = (UniqueConstraint("kind", "name", "version"),)

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    name: str = Field(index=True)
    version: str
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    author_id: str | None = Field(default=None, foreign_key="person.id")
    reviewer_id: str | None = Field(default=None, foreign_key="person.id")
    active: bool = True
    published_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class IndexState(SQLModel, table=True):
    """What a search index was built from, so that it can be continued and is never silently mixed."""

    name: str = Field(primary_key=True)
    fingerprint: str = ""
    embedder: str = ""
    rows: int = 0
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
