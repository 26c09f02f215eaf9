"""An edit as the new action it is: the changed arguments carry the label of who wrote them, and what that clears is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge.model import Person

from .action import UNTRUSTED_LABELS, ActionRequest, canonical, digest
from .stored import payload_of
from .tables import Action


def edited(action: Action, person: Person, changes: Mapping[str, Any]) -> ActionRequest | None:
    """The request for the edited action, on the same person's behalf; None when nothing was changed."""
    payload = payload_of(action)
    changed = {name: value for name, value in changes.items() if payload.get(name) != value}
    if not changed:
        return None
    label = "rep_input" if person.id == action.requester_id else "manager_input"
    labels = {name: frozenset(values) for name, values in action.labels.items()}
    gone = {name: labels.get(name, frozenset()) & UNTRUSTED_LABELS for name in changed}
    labels |= {name: frozenset({label}) for name in changed}
    if "to" in changed:  # whoever writes the recipient has also picked the person
        labels.pop("contact", None)
    args = payload | changed
    return ActionRequest(
        action=action.action,
        args=args,
        resource_id=action.resource_id,
        on_behalf_of=action.requester_id,
        labels=labels,
        idempotency_key=f"edit:{action.id}:{digest(canonical(args))}",
        drafted_by=person.id if person.id != action.requester_id else "person",
        conversation_id=action.conversation_id,
        supersedes=action.id,
        cleared={
            name: {"labels": sorted(found), "by": f"person:{person.id}"}
            for name, found in gone.items()
            if found
        },
    )
