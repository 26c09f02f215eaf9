"""The desk of one turn: whatever is asked twice in a turn is submitted once, and it is remembered that it was."""

from __future__ import annotations

from typing import Any

from actions.action import ActionRequest, Outcome, canonical
from actions.desk import Desk


class OnceDesk:
    """A desk that passes every read on and lets each wish through once a turn.

    `acted` is true from the moment before the first submit: a brain that takes over half-way must not act again,
    even where the first one died inside the call.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[str, Outcome] = {}
        self.acted = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def submit(self, request: ActionRequest) -> Outcome:
        """The outcome of the first identical wish of this turn, or of this one when it is the first."""
        wish = canonical({"do": request.action, "args": dict(request.args), "to": request.resource_id})
        if wish not in self._seen:
            self.acted = True
            self._seen[wish] = self._desk.submit(request)
        return self._seen[wish]
