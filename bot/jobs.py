"""The clock's door: looks at what is due and survives whatever goes wrong there."""

from __future__ import annotations

import logging

from .wiring import House

LOG = logging.getLogger(__name__)


def tick(house: House) -> list[str]:
    """Perform what is due and let expire what has waited too long; returns the ids of actions that changed.

    An effect that breaks is UNKNOWN in the database already and its asker is told; it must not stop the clock, and a
    database that is away for a moment is simply asked again the next time.
    """
    performer = house.performer
    changed: list[str] = []
    try:
        changed += performer.close_overdue()
        changed += house.timers.tick()
        for action_id in performer.due():
            changed += _one(house, action_id)
        if changed:
            house.gate.after()
    except Exception:
        LOG.exception("what is due could not be looked at; it is tried again")
    return changed


def _one(house: House, action_id: str) -> list[str]:
    """One due action; whatever goes wrong with it stays with it."""
    try:
        return [action_id] if house.performer.perform(action_id) else []
    except Exception:
        LOG.exception("action %s broke while it was performed", action_id)
        return [action_id]
