"""The customer side: accounts, the people there, and leads that are not yet accounts."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class Account(SQLModel, table=True):
    """A customer company. `team_id` owns the row; `domains` are the mail domains known to be theirs."""

    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    aliases: list[str] = Field(default_factory=list, sa_type=JsonText)
    industry: str = ""
    region: str = ""
    city: str = ""
    size: str = ""
    tier: str = ""
    domains: list[str] = Field(default_factory=list, sa_type=JsonText)
    owner_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    team_id: str | None = Field(default=None, foreign_key="team.id", index=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    extra: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)


class Contact(SQLModel, table=True):
    """A person at a customer. `influence`: decision_maker, economic_buyer, champion, user, gatekeeper, blocker."""

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    name: str = Field(index=True)
    title: str = ""
    department: str = ""
    influence: str = ""
    email: str = Field(default="", index=True)
    phone: str = ""
    language: str = "zh"
    marketing_consent: bool = False


class Lead(SQLModel, table=True):
    """Interest that is not yet an account. `status`: new, working, converted or lost; `closed_at` when it became one of the
    last two. `extra` holds what is known of it under the names of the feature registry (industry, size, title, ...)."""

    id: str = Field(primary_key=True)
    name: str
    company: str = ""
    email: str = ""
    phone: str = ""
    source: str = ""
    status: str = "new"
    owner_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    team_id: str | None = Field(default=None, foreign_key="team.id", index=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    extra: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
