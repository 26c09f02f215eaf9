"""A model that does what its person asks and nothing else: it understands as the offline brain does, and answers by
quoting what the skills say. It shows whether work still gets done through the door that real models use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.offline.understand import understand_all
from agents.skill import Turn

from .mind import Heard, Move, Tool

FENCE = re.compile(r"^<data skill=\"[a-z_]*\">\n|\n</data>$")


class Obedient:
    """One turn's mind."""

    def __init__(self, turn: Turn) -> None:
        readings = understand_all(turn.text, turn.desk.names(), turn.focus, turn.desk.now, turn.language)
        self._steps = [(one.intent, one.arguments) for one in readings if one.is_call]
        self._words = [one.sentence for one in readings if not one.is_call]

    def move(self, heard: Sequence[Heard], tools: Sequence[Tool]) -> Move:
        """The next thing asked for; at the end what the skills have said."""
        offered = {tool.name for tool in tools}
        while self._steps:
            name, arguments = self._steps.pop(0)
            if name in offered:
                return Move(calls=((name, arguments),))
        asked = max((n for n, line in enumerate(heard) if line.role == "user"), default=-1)
        told = [FENCE.sub("", line.text) for line in heard[asked + 1 :] if line.role == "tool"]
        return Move(text="\n\n".join([*told, *self._words]) or "?")
