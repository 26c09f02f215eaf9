"""The clock's door: looks at what is due and survives whatever goes wrong there."""

from __future__ import annotations

import logging
from collections.abc import Callable

from actions.workers import senders

from .wiring import House

LOG = logging.getLogger(__name__)

WAIT_S = 60.0
"""How long a command that shows the end of things waits for the sender it has started."""


def tick(house: House, *, wait_s: float = 0.0, going_on: Callable[[], bool] = lambda: True) -> list[str]:
    """Perform what is due and let expire what has waited too long; returns the ids of actions that changed.

    What leaves the house is handed to a sender by its id, unless this process is one; up to `wait_s` seconds are spent
    waiting for it. An effect that breaks is UNKNOWN in the database already and its asker is told; it must not stop the
    clock, and a database that is away for a moment is simply asked again the next time.
    """
    performer = house.performer
    changed: list[str] = []
    try:
        changed += performer.close_overdue()
        changed += house.timers.tick()
        for action_id in performer.due():
            if going_on():
                changed += perform_one(house, action_id)
        if not performer.outward:
            changed += _carried(house, wait_s)
        if changed:
            house.gate.after()
    except Exception:
        LOG.exception("what is due could not be looked at; it is tried again")
    return changed


def perform_one(house: House, action_id: str) -> list[str]:
    """One due action; whatever goes wrong with it stays with it."""
    try:
        return [action_id] if house.performer.perform(action_id) else []
    except Exception:
        LOG.exception("action %s broke while it was performed", action_id)
        return [action_id]


def _carried(house: House, wait_s: float) -> list[str]:
    """What must leave the house, given to a child where no sender is alive; the ids that have left when it is over."""
    ids = house.performer.due_elsewhere()
    if not ids or not house.settings.start_sender:
        return []
    with house.store.reading() as session:
        if senders(session, house.clock()):
            return []
    return ids if house.courier.carry(ids, wait_s=wait_s) else []
