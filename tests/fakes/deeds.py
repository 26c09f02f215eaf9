"""Asking the firm for any deed, and looking at what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import select

from actions.action import ActionRequest, Outcome
from actions.tables import Action
from knowledge.model import Notice

from .firm import Firm

TYPED = frozenset({"rep_input"})
GUESSED = frozenset({"llm_inferred"})


def wish(
    firm: Firm,
    action: str,
    args: Mapping[str, Any],
    *,
    key: str = "k1",
    who: str = "p-lina",
    about: str = "D-1",
    labels: Mapping[str, frozenset[str]] | None = None,
    conversation: str = "",
) -> Outcome:
    """Submit one wish through the real gate."""
    request = ActionRequest(
        action=action,
        args=args,
        resource_id=about,
        on_behalf_of=who,
        labels=labels or {},
        idempotency_key=key,
        conversation_id=conversation,
    )
    return firm.gate.submit(request)


def row(firm: Firm, outcome: Outcome) -> Action:
    """The action as it is stored now."""
    with firm.store.reading() as session:
        return session.get_one(Action, outcome.action_id)


def told(firm: Firm, person_id: str) -> list[str]:
    """Every notice a person has got."""
    with firm.store.reading() as session:
        return list(session.exec(select(Notice.text).where(Notice.person_id == person_id)))
