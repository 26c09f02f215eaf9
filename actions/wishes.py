"""When the same words are a new wish: what was taken back, refused or has lapsed may be asked for again.

A skill's idempotency key comes from what is wished, so that saying it twice is asking once. That must not mean that what
was undone yesterday answers today.
"""

from __future__ import annotations

from sqlmodel import Session, select

from .action import ActionRequest, State
from .tables import Action

OVER = (
    State.DENIED,
    State.DRAFT_ONLY,
    State.UNDONE,
    State.REJECTED,
    State.EXPIRED,
    State.CANCELLED,
    State.FAILED,
    State.SUPERSEDED,
)
"""Ends after which nothing of the wish is left."""

ONLY_WHERE_IT_CHANGES = frozenset({"update_deal", "give_discount"})
"""Verbs that refuse what is so already: whoever gets past that wishes a change anew, however it once ended."""

MOST = 50


def fresh_key(session: Session, request: ActionRequest) -> str:
    """The request's own key, or one of its successors when every earlier action of that key is over."""
    key = request.idempotency_key
    for round_ in range(2, MOST):
        state = session.exec(select(Action.state).where(Action.idempotency_key == key)).first()
        done = state == State.EXECUTED and request.action in ONLY_WHERE_IT_CHANGES
        if state is None or not (state in OVER or done):
            return key
        key = f"{request.idempotency_key}~{round_}"
    return key
