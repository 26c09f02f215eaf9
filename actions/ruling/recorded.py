"""The record as the rules see it: every decision with its facts, read back for a replay; test cards are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from actions.standing import Places
from actions.tables import Action
from policies.history import Recorded, recorded_from


@dataclass(frozen=True)
class Past:
    """The decisions since a moment. `scopes` maps an action's code to the scopes it lay in, narrowest first; `unreadable`
    are codes of rows that cannot be read back."""

    decisions: tuple[Recorded, ...]
    scopes: Mapping[str, tuple[str, ...]]
    unreadable: tuple[str, ...] = ()


def past(session: Session, since: datetime, action: str = "") -> Past:
    """Every decision since, oldest first; of one verb where `action` names it."""
    columns = (
        Action.id, Action.code, Action.action, Action.facts, Action.decision, Action.policy_version,
        Action.resource_id, Action.team_id,
    )  # fmt: skip
    query = (
        select(*map(col, columns))
        .where(col(Action.created_at) >= since, col(Action.canary_of) == "")
        .order_by(col(Action.created_at), col(Action.id))
    )
    if action:
        query = query.where(col(Action.action) == action)
    places = Places.of(session)
    found, scopes, unreadable = [], {}, []
    for row in session.execute(query).mappings():
        scopes[row["code"]] = places.scopes(row["resource_id"], row["team_id"])
        try:
            found.append(recorded_from(_snapshot(dict(row))))
        except (ValueError, KeyError, TypeError):
            unreadable.append(row["code"])
    return Past(tuple(found), scopes, tuple(unreadable))


def _snapshot(row: Mapping[str, Any]) -> dict[str, Any]:
    decision = row["decision"]
    return {
        "id": row["id"],
        "code": row["code"],
        "action": row["action"],
        "principal": decision["principal"],
        "resource": decision["resource"],
        "facts": row["facts"],
        "decision": decision,
        "version": row["policy_version"],
    }
