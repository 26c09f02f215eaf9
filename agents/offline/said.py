"""One request with everything found in it, and the questions that may have to be asked back about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.names import Mention, NameIndex

from .focus import Target
from .replies import which

Built = tuple[dict[str, Any], str | None]
"""Arguments, and a question when something is missing or could be several."""


@dataclass(frozen=True)
class Said:
    """One request with everything found in it."""

    text: str
    language: str
    mentions: tuple[Mention, ...]
    aim: Target
    focus: Mapping[str, Any]
    names: NameIndex
    now: datetime


def ask_deal(said: Said) -> str:
    options = [f"{deal.id} {deal.name}" for deal in said.aim.choices]
    return which("which_deal", said.language, options)


def ask_person(said: Said) -> str:
    options = []
    for person in said.aim.people:
        above = next((said.names.by_id[id].name for id in person.parents if id in said.names.by_id), "")
        options.append(
            " ".join(part for part in (person.name, person.title, f"({above})" if above else "") if part)
        )
    return which("which_person", said.language, options)
