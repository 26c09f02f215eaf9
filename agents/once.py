"""The desk of one turn: whatever is asked twice in a turn is submitted once, and it is remembered that it was."""

from __future__ import annotations

from typing import Any

from actions.action import ActionRequest, Outcome, canonical
from actions.desk import Desk
from knowledge.names import NameIndex


class OnceDesk:
    """A desk that passes every read on, makes its index of names once, and lets each wish through once a turn.

    `acted` is true from the moment before the first submit: a brain that takes over half-way must not act again,
    even where the first one died inside the call.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[str, Outcome] = {}
        self._names: NameIndex | None = None
        self.acted = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def names(self) -> NameIndex:
        """The names the asker may use, looked up once a turn."""
        if self._names is None:
            self._names = self._desk.names()
        return self._names

    def submit(self, request: ActionRequest) -> Outcome:
        """The outcome of the first identical wish of this turn, or of this one when it is the first."""
        wish = canonical({"do": request.action, "args": dict(request.args), "to": request.resource_id})
        if wish not in self._seen:
            self.acted = True
            self._seen[wish] = self._desk.submit(request)
        return self._seen[wish]
