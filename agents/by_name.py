"""One skill run by its name, for a command: no model is asked, the same words come out."""

from __future__ import annotations

from typing import Any

from .answer import Answer
from .evidence import only_cited
from .run import make_answer, run_skill
from .skill import Turn
from .skills import SKILLS


def by_name(turn: Turn, name: str, arguments: dict[str, Any]) -> Answer:
    """The skill's answer with its sources. Raises KeyError for a name that is not on the menu, pydantic's
    ValidationError for arguments it does not take."""
    skill = {one.name: one for one in SKILLS}[name]
    text, sources = only_cited(
        run_skill(skill, turn, skill.arguments.model_validate(arguments)), turn.sources
    )
    return make_answer(turn, text, sources, "offline")
