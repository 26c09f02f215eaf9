"""What the journey made us note: moves between stages, interventions that were begun, churn alerts, and the clock's rounds."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class StageMove(SQLModel, table=True):
    """A person entered a stage of the journey because of one event (`touch_id`). `version` is the journey in force.

    `person` is the key of the journey (`contact:…`, `lead:…`, `account:…` or a profile). A move that later events or another
    version of the journey made untrue stays, with `superseded_at`.
    """

    __tablename__ = "journey_move"

    id: str = Field(primary_key=True)
    person: str = Field(index=True)
    account_id: str = Field(default="", index=True)
    stage: str
    before: str = ""
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    touch_id: str
    version: str = ""
    logged_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InterventionRun(SQLModel, table=True):
    """An intervention that was due for a person, once: what it asked the gate for, or why it could not (`note`)."""

    __tablename__ = "intervention_run"

    id: str = Field(primary_key=True)
    intervention: str = Field(index=True)
    version: str = ""
    person: str = Field(index=True)
    account_id: str = Field(default="", index=True)
    deal_id: str = ""
    stage: str = ""
    touch_id: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
    begun_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    action_id: str = ""
    note: str = ""


class ChurnAlert(SQLModel, table=True):
    """A customer of whom a churn signal fired. `touches` are the ids behind it; a customer who is `held_out` gets no task."""

    __tablename__ = "churn_alert"

    id: str = Field(primary_key=True)
    account_id: str = Field(index=True)
    signal: str
    zh: str = ""
    en: str = ""
    strength: float = 0.0
    touches: list[str] = Field(default_factory=list, sa_type=JsonText)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    held_out: bool = False
    owner_id: str = ""
    deal_id: str = ""
    action_id: str = ""
    note: str = ""
    version: str = ""


class ClockRound(SQLModel, table=True):
    """When a round of the clock was last made by any process."""

    __tablename__ = "clock_round"

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
