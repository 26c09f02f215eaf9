"""What the assistant proposed and what became of it, and the published configuration it worked by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class Suggestion(SQLModel, table=True):
    """A draft, talk track, price, score, next step or change that the assistant proposed to one person.

    `status` is the newest of its events (definitions.md D11), `action_id` the action it became, `expires_at` when it
    counts as ignored; `arm` is "held_out" where the advice was withheld to be compared with.
    """

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    lead_id: str | None = Field(default=None, foreign_key="lead.id", index=True)
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    status: str = Field(default="suggested", index=True)
    action_id: str = Field(default="", index=True)
    arm: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SuggestionEvent(SQLModel, table=True):
    """One line of the log of advice; it is only ever added to, and holds all that the figures are made of.

    `event`: suggested, shown, opened, accepted, rejected, expired, undone, outcome. `at` is when it happened, `actor` who
    did it ("system" for the clock). `detail` by event: suggested {chance?, grade?, version?, subject}, accepted
    {mode, edit_ratio}, rejected {reason}, outcome {won, amount_fen, currency}. The id follows from suggestion, event and
    cause, so that the same deed is one line however often it is looked at.
    """

    __tablename__ = "suggestion_event"

    id: str = Field(primary_key=True)
    suggestion_id: str = Field(foreign_key="suggestion.id", index=True)
    event: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str = ""
    person_id: str = Field(foreign_key="person.id", index=True)
    team_id: str = Field(default="", index=True)
    actor: str = ""
    channel: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)


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
