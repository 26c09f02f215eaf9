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
    try:
        return house.performer.tick()
    except Exception:
        LOG.exception("what was due could not be performed; it is tried again")
        return []
