"""A model for agents.writing.Writer: answers from a script and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


@dataclass
class ScriptedWriter:
    """`answer(material)` gives the text; raising in it is the model's fault."""

    answer: Callable[[str], str]
    asked: list[tuple[str, str]] = field(default_factory=list)

    def invoke(self, messages: Any) -> Any:
        (_, system), (_, material) = messages
        self.asked.append((system, material))
        return SimpleNamespace(text=self.answer(material))
