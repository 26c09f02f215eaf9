"""The trackers in force, and where they hit in a call."""

from __future__ import annotations

from knowledge.blueprints.trackers import Tracker, in_force
from knowledge.insight.tracking import Hit, hits
from knowledge.model import Interaction

from .minutes import lines_of
from .skill import Turn


def trackers_of(turn: Turn) -> tuple[Tracker, ...]:
    """Those that ship and those that were published, by id."""
    return turn.once("trackers", lambda: in_force(turn.desk.blueprints("trackers")))


def hits_of(turn: Turn, row: Interaction) -> tuple[Hit, ...]:
    """Where they hit in one call."""
    return hits(lines_of(row), trackers_of(turn))
