"""A model asked for one text, outside the talk: a skill gives it material and instructions, and checks what comes back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


@dataclass(frozen=True)
class Writer:
    """`model` is a LangChain chat model (this file need not know); `name` its id."""

    model: Any
    name: str

    def write(self, system: str, material: str) -> str:
        """What the model says to this; raises ModelDown as every call of a model does."""
        return str(self.model.invoke([("system", system), ("human", material)]).text)

    def write_json(self, system: str, material: str) -> dict[str, Any]:
        """The JSON object in what the model says, {} when there is none: the caller checks every value anyway."""
        found = _OBJECT.search(self.write(system, material))
        try:
            value = json.loads(found[0]) if found else {}
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}
