"""The hash of an action as it stands: its row, its votes, its incidents. Every link of the record carries it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from .action import canonical, fingerprint
from .tables import Action, Approval, Incident

ROW = "row"
"""Key of a record's detail: the hash of the action's row, its votes and its incidents as they stood then."""

ROW_FIELDS = (
    "id", "code", "action", "state", "payload_hash", "preview_hash", "resource_kind", "resource_id", "team_id",
    "requester_id", "drafted_by", "conversation_id", "labels", "facts", "decision", "policy_version", "idempotency_key",
    "message_id", "supersedes", "superseded_by", "created_at", "expires_at", "due_at", "undo_until", "finished_at",
    "erased_at", "risk", "canary_of", "result",
)  # fmt: skip
"""What of an action nobody may change past the record. Payload and salt are guarded by the payload's own hash; left out is
the bookkeeping of reminders and workers."""


def row_hash(session: Session, action: Action) -> str:
    """SHA-256 over the action's row with its votes and incidents, salted like its payload."""
    votes = select(Approval).where(Approval.action_id == action.id).order_by(col(Approval.id))
    incidents = select(Incident).where(Incident.action_id == action.id).order_by(col(Incident.id))
    return hash_of(action, session.exec(votes).all(), session.exec(incidents).all())


def hash_of(action: Action, votes: Iterable[Approval], incidents: Iterable[Incident]) -> str:
    """The same from rows that are at hand, votes and incidents in the order of their ids."""
    body = {
        "row": {name: _plain(getattr(action, name)) for name in ROW_FIELDS},
        "votes": [_fields(row) for row in votes],
        "incidents": [_fields(row) for row in incidents],
    }
    return fingerprint(action.salt, canonical(body))


def _fields(row: Approval | Incident) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in type(row).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
