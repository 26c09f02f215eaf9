"""The mood of a customer from what they say and how: a line over the turns of a call or over their letters, and where it broke.

Words, pace and interruptions of the customer alone. Nothing here looks at a colleague's own mood: a turn of ours has no value.
"""

from __future__ import annotations

from .change import Change, change_point
from .hearing import turns_of
from .line import VERSION, Moment, Mood, Text, mood_of_call, mood_of_texts
from .polarity import heaviest, polarity

__all__ = [
    "VERSION",
    "Change",
    "Moment",
    "Mood",
    "Text",
    "change_point",
    "heaviest",
    "mood_of_call",
    "mood_of_texts",
    "polarity",
    "turns_of",
]
