"""Rows of the acting side: actions, approvals, the hash-chained record. How the house itself stands: tables_house.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.model import JsonText, UtcDateTime, utc_now

from .tables_house import (
    Autonomy,
    CardShown,
    EmergencyRules,
    GatewayState,
    Incident,
    Pilot,
    Sweep,
    SystemState,
    WorkerBeat,
)

__all__ = [
    "Action",
    "Approval",
    "AuditRecord",
    "Autonomy",
    "CardShown",
    "EmergencyRules",
    "GatewayState",
    "Incident",
    "Pilot",
    "Sweep",
    "SystemState",
    "WorkerBeat",
]


class Action(SQLModel, table=True):
    """One wished effect and its life. `payload` is canonical JSON text; preview, hash and execution come from it.

    `facts` is the fact snapshot and `decision` the answer of the last evaluation. `due_at` is when it is performed;
    `undo_until` when taking it back ends (before an outward effect, after a local one); `expires_at` when a waiting
    approval turns into a denial. `resource_kind` and `resource_id` say what it is about. `salt` goes into the hashes and
    is erased with the payload. `worker` is who raised the fence, `attempts` how often it was tried. `canary_of` is the
    action a test card was made from; such a card never performs anything.
    """

    __table_args__ = (UniqueConstraint("idempotency_key"),)

    id: str = Field(primary_key=True)
    code: str = Field(index=True, unique=True)
    action: str = Field(index=True)
    state: str = Field(index=True)
    payload: str
    payload_hash: str
    preview_hash: str
    salt: str = ""
    resource_kind: str = "deal"
    resource_id: str = Field(default="", index=True)
    team_id: str = Field(default="", index=True)
    requester_id: str = Field(foreign_key="person.id", index=True)
    drafted_by: str = "person"
    conversation_id: str = ""
    labels: dict[str, list[str]] = Field(default_factory=dict, sa_type=JsonText)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    decision: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    policy_version: str = ""
    idempotency_key: str
    message_id: str = ""
    supersedes: str = ""
    superseded_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    undo_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    nudged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    risk: str = "medium"
    attempts: int = 0
    worker: str = ""
    canary_of: str = ""
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)


class Approval(SQLModel, table=True):
    """One named person's yes or no to one payload hash; each person speaks once per action.

    `delegated_from` is the colleague in whose place they spoke; `seconds` how long the card had been open to them;
    `basis_hash` what the terms rested on (actions.basis): when that has changed the yes no longer counts.
    """

    __table_args__ = (UniqueConstraint("action_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    action_id: str = Field(foreign_key="action.id", index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    role: str
    verdict: str
    payload_hash: str
    basis_hash: str = ""
    reason: str = ""
    channel: str = ""
    delegated_from: str = ""
    seconds: int | None = None
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class AuditRecord(SQLModel, table=True):
    """One link of the hash chain (authority.md E8): `hash` = SHA-256 of the canonical record without it."""

    __tablename__ = "audit_record"

    seq: int = Field(primary_key=True)
    ts_utc: datetime = Field(sa_type=UtcDateTime)
    event: str = Field(index=True)
    action_id: str = Field(default="", index=True)
    actor: str = ""
    on_behalf_of: str = ""
    channel: str = ""
    payload_hash: str = ""
    preview_hash: str = ""
    policy_ver: str = ""
    rules: list[str] = Field(default_factory=list, sa_type=JsonText)
    facts_hash: str = ""
    labels: dict[str, list[str]] = Field(default_factory=dict, sa_type=JsonText)
    decision: str = ""
    model: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    prev_hash: str
    hash: str
