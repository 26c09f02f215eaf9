"""Minutes of calls and meetings (definitions.md D14): by rules without a model, or a model's draft held to the transcript."""

from . import acts
from .checking import checked, faults, holds
from .meeting import next_meeting
from .rules import by_rules
from .shape import (
    UNRESOLVED,
    VERSION,
    Minutes,
    NextMeeting,
    Said,
    Talk,
    Todo,
    Topic,
    Uncertain,
    attendees_of,
    heading_of,
)

__all__ = [
    "UNRESOLVED",
    "VERSION",
    "Minutes",
    "NextMeeting",
    "Said",
    "Talk",
    "Todo",
    "Topic",
    "Uncertain",
    "acts",
    "attendees_of",
    "by_rules",
    "checked",
    "faults",
    "heading_of",
    "holds",
    "next_meeting",
]
