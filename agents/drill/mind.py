"""What a drilled model is told and what it answers, without any library: lines heard, tools offered, the next move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Heard:
    """One line the model is given. `role`: system, user, assistant or tool."""

    role: str
    text: str


@dataclass(frozen=True)
class Tool:
    """A skill as a model sees it: its name and the JSON schema of its arguments."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Move:
    """What the model does next: call tools, or say something and be done with the turn."""

    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    text: str = ""


class Mind(Protocol):
    """What thinks behind a puppet. The same lines and tools must give the same move."""

    def move(self, heard: Sequence[Heard], tools: Sequence[Tool]) -> Move: ...
