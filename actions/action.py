"""What is wished and what came of it: requests with provenance, canonical payloads, outcomes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TRUSTED_LABELS = frozenset(
    {"rep_input", "manager_input", "crm_record", "approved_template", "price_engine", "policy"}
)
UNTRUSTED_LABELS = frozenset(
    {
        "customer_chat",
        "inbound_mail",
        "call_transcript",
        "web_form",
        "attachment",
        "web_page",
        "imported_file",
        "llm_inferred",
    }
)


class State(StrEnum):
    """The life of an action (authority.md E7). EXECUTING is the fence: what a restart finds there is UNKNOWN."""

    DENIED = "denied"
    DRAFT_ONLY = "draft_only"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Status(StrEnum):
    """What the asker is told happened."""

    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class ActionRequest:
    """A wish. `args` are the typed arguments as plain JSON; `labels` the provenance of each argument.

    `drafted_by` is the brain that wrote it (`offline`, a model id) or `person`; `idempotency_key` makes asking twice
    the same as asking once. `suggestion_id` is the piece of advice it follows. `cleared` tells for an argument which labels
    a look-up by key took off it and by which record; it goes into the audit record.
    """

    action: str
    args: Mapping[str, Any]
    resource_id: str
    on_behalf_of: str
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    idempotency_key: str
    drafted_by: str = "person"
    conversation_id: str = ""
    supersedes: str = ""
    suggestion_id: str = ""
    cleared: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a request, in a sentence a salesperson reads; `because` are the reasons alone. `undo_until` is an
    ISO time; `at_once` says that it is done first and can be taken back after (a change of our own rows)."""

    action_id: str
    action: str
    status: Status
    state: State
    reason: str
    approvers: tuple[str, ...] = ()
    undo_until: str = ""
    reason_en: str = ""
    code: str = ""
    because: tuple[str, ...] = ()
    because_en: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    at_once: bool = False


def canonical(payload: Mapping[str, Any]) -> str:
    """Canonical JSON (sorted keys, no spaces, UTF-8): preview, hash and execution all come from this text."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(salt: str, payload: str) -> str:
    """The hash that is approved and chained: SHA-256 over a salt of the action's own and its canonical payload.

    The salt lies beside the payload and is erased with it; without it a short payload could be guessed from its hash.
    Actions of before there was a salt have none.
    """
    return digest(f"{salt}\n{payload}" if salt else payload)


def digest(text: str) -> str:
    """SHA-256 of UTF-8 text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
