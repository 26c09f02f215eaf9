"""Colleagues: who asks, manages and approves, and under which platform names they are known."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime


class Role(StrEnum):
    """What a colleague may be; one person can be several."""

    REP = "rep"
    MANAGER = "manager"
    DIRECTOR = "director"
    LEGAL = "legal"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"
    MARKETING = "marketing"
    PRESALES = "presales"


class Team(SQLModel, table=True):
    """A sales team; its id is also the rights group of the rows it owns."""

    id: str = Field(primary_key=True)
    name: str
    region: str = ""


class Person(SQLModel, table=True):
    """A colleague. `roles` is a JSON list of Role values."""

    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    email: str = Field(default="", index=True)
    title: str = ""
    roles: list[str] = Field(default_factory=list, sa_type=JsonText)
    team_id: str | None = Field(default=None, foreign_key="team.id", index=True)
    region: str = ""
    language: str = "zh"
    active: bool = True


class Identity(SQLModel, table=True):
    """One platform account of one person; several accounts are still one person."""

    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    platform: str
    external_id: str


class Delegation(SQLModel, table=True):
    """`from_id` lets `to_id` approve in their place until `ends_at`; with an `action_id`, for that action alone."""

    id: str = Field(primary_key=True)
    from_id: str = Field(foreign_key="person.id", index=True)
    to_id: str = Field(foreign_key="person.id", index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    action_id: str = ""
