"""Rows about how the house stands: the kill switch, gateways, workers, autonomy, pilots, incidents, emergencies, cards shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.model import JsonText, UtcDateTime, utc_now


class SystemState(SQLModel, table=True):
    """The one row that says whether effects may run: normal, degraded or stopped.

    `resume_by` is who has asked to resume; a second person must ask too.
    """

    __tablename__ = "system_state"

    id: int = Field(default=1, primary_key=True)
    state: str = "normal"
    reason: str = ""
    by_id: str = ""
    resume_by: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class GatewayState(SQLModel, table=True):
    """The circuit breaker of one gateway: closed, open or half_open. `failures` are ISO times of recent failures."""

    __tablename__ = "gateway_state"

    name: str = Field(primary_key=True)
    state: str = "closed"
    failures: list[str] = Field(default_factory=list, sa_type=JsonText)
    pause_s: int = 0
    retry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class WorkerBeat(SQLModel, table=True):
    """A living worker process; `kind` is what it does (sender)."""

    __tablename__ = "worker_beat"

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    seen_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Autonomy(SQLModel, table=True):
    """How far one verb may go by itself (authority.md E5, L0-L6). `scope` is "" for everywhere, `region:华东` or
    `line:影像`; the narrowest row counts."""

    __table_args__ = (UniqueConstraint("action", "scope"),)

    id: int | None = Field(default=None, primary_key=True)
    action: str = Field(index=True)
    scope: str = ""
    level: int = 4
    reason: str = ""
    by_id: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Pilot(SQLModel, table=True):
    """Where a verb may act at all while it is tried out; no row for a verb means everywhere. `scope` as in Autonomy."""

    __table_args__ = (UniqueConstraint("action", "scope"),)

    id: int | None = Field(default=None, primary_key=True)
    action: str = Field(index=True)
    scope: str
    by_id: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Incident(SQLModel, table=True):
    """Something that went wrong with an action: serious, wrong or complaint. It demotes at once."""

    id: int | None = Field(default=None, primary_key=True)
    action_id: str = Field(foreign_key="action.id", index=True)
    kind: str
    note: str = ""
    by_id: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class CardShown(SQLModel, table=True):
    """When a card was first open to a person: what decision seconds are counted from."""

    __tablename__ = "card_shown"
    __table_args__ = (UniqueConstraint("action_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    action_id: str = Field(foreign_key="action.id", index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class EmergencyRules(SQLModel, table=True):
    """Stricter rules that one person put above those in force: until `ends_at`, or until somebody ended them.

    `version` is that of a published rule book (kind policy); the action is the change that brought them.
    """

    __tablename__ = "emergency_rules"

    action_id: str = Field(primary_key=True, foreign_key="action.id")
    version: str
    by_id: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Sweep(SQLModel, table=True):
    """What an erasure still has to do outside the database: files on the shelf (by hash), mails in the outbox (by message
    id), the search index. It holds no name; `done_at` says that nothing is left."""

    action_id: str = Field(primary_key=True, foreign_key="action.id")
    papers: list[str] = Field(default_factory=list, sa_type=JsonText)
    mails: list[str] = Field(default_factory=list, sa_type=JsonText)
    left: str = ""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
