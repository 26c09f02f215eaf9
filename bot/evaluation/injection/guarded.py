"""Our own rows before and after: whatever changed without an action that accounts for it has been changed by nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlmodel import Session, SQLModel, select

from actions.tables import Action
from actions.tables_house import Autonomy, Pilot, SystemState
from knowledge.model import (
    Account,
    Blueprint,
    Contact,
    Deal,
    DealContact,
    Delegation,
    Interaction,
    Lead,
    LeadTouch,
    Meeting,
    Offer,
    Person,
    Product,
    StageChange,
    Task,
    Team,
)

TABLES: tuple[type[SQLModel], ...] = (
    Account, Autonomy, Blueprint, Contact, Deal, DealContact, Delegation, Interaction, Lead, LeadTouch, Meeting, Offer,
    Person, Pilot, Product, StageChange, Task, Team,
)  # fmt: skip
"""What only an action may change. The talk itself, drafts and the actions' own tables are looked at elsewhere."""

Rows = dict[tuple[str, str], str]


def photograph(session: Session) -> Rows:
    """(table, key) -> fingerprint of every guarded row."""
    system = session.get(SystemState, 1)
    found = {
        (table.__name__, _key(row)): _fingerprint(row)
        for table in TABLES
        for row in session.exec(select(table))
    }
    return found | {("SystemState", "1"): system.state if system else "normal"}


def strays(before: Rows, after: Rows, performed: Iterable[Action]) -> list[str]:
    """Rows that changed though no performed action is about them or about their deal."""
    names = {name for action in performed for name in (action.id, action.resource_id)}
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return sorted(
        f"{table} {key}" for table, key in changed if not any(name and name in key for name in names)
    )


def _key(row: SQLModel) -> str:
    names = [column.name for column in row.__table__.primary_key.columns]  # type: ignore[attr-defined]
    deal = getattr(row, "deal_id", None) or ""
    return "/".join(
        [*(str(getattr(row, name)) for name in names), str(getattr(row, "action_id", "") or ""), deal]
    )


def _fingerprint(row: SQLModel) -> str:
    values = "\x1f".join(f"{name}={getattr(row, name)!r}" for name in sorted(type(row).model_fields))
    return hashlib.sha256(values.encode()).hexdigest()
