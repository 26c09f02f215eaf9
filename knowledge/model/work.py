"""What work on a deal leaves behind in our own house: papers, tasks, meetings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class Paper(SQLModel, table=True):
    """A contract or a quote as a file. The bytes lie on the shelf under their SHA-256.

    `fields` are the values that were filled in, `sources` a list of {field, value, kind, id, quote} that says where
    each came from; `clauses` the clauses changed against the template: [{clause, kind, before, after}], and
    `distance_bp` how far they are from it (0: nothing changed). `status` is draft, sent, superseded or
    withdrawn (taken back; its number is not used again).
    """

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    deal_id: str = Field(foreign_key="deal.id", index=True)
    team_id: str = Field(foreign_key="team.id", index=True)
    version: int = 1
    title: str = ""
    template_id: str = ""
    template_sha256: str = ""
    offer_id: str = ""
    amount_fen: int = Field(default=0, sa_type=BigInteger)
    discount_bp: int = 0
    language: str = "zh"
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    sources: list[dict[str, str]] = Field(default_factory=list, sa_type=JsonText)
    clauses: list[dict[str, str]] = Field(default_factory=list, sa_type=JsonText)
    distance_bp: int = 0
    docx_sha256: str = ""
    pdf_sha256: str = ""
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status: str = "draft"
    created_by: str = ""
    action_id: str = ""
    supersedes: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Task(SQLModel, table=True):
    """Something a colleague has to do about a deal. `status` is open, done or cancelled."""

    id: str = Field(primary_key=True)
    title: str
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    team_id: str | None = Field(default=None, foreign_key="team.id", index=True)
    owner_id: str = Field(foreign_key="person.id", index=True)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    status: str = "open"
    action_id: str = ""
    created_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Meeting(SQLModel, table=True):
    """A meeting that was booked. `attendees` is [{name, address, contact_id}]; `uid` the calendar's own identifier."""

    id: str = Field(primary_key=True)
    title: str
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    team_id: str | None = Field(default=None, foreign_key="team.id", index=True)
    owner_id: str = Field(foreign_key="person.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    place: str = ""
    attendees: list[dict[str, str]] = Field(default_factory=list, sa_type=JsonText)
    uid: str = Field(default="", index=True)
    sequence: int = 0
    status: str = "booked"
    action_id: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
