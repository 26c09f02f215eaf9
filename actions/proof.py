"""Where a value that a machine wrote into a record was read: an interaction and its words, checked against the row.

A pointer alone proves nothing: the quote must stand in that interaction, the interaction must be about this deal, and
the value must stand in the quote. Anything less needs the person's own yes.
"""

from __future__ import annotations

import unicodedata

from pydantic import BaseModel, ConfigDict, Field

from knowledge.model import Interaction

from .effect import BadArguments, Scene


class Evidence(BaseModel):
    """The interaction a value was read in, and the words of it, verbatim."""

    model_config = ConfigDict(extra="forbid")

    interaction_id: str = Field(min_length=1, max_length=80)
    quote: str = Field(min_length=2, max_length=500)


def check(evidence: Evidence, scene: Scene) -> None:
    """Refuse a pointer to nothing. Raises BadArguments."""
    if _row(evidence, scene) is None:
        raise BadArguments(
            f"依据 {evidence.interaction_id} 里没有这句话 / {evidence.interaction_id} does not say so: "
            f"“{evidence.quote[:60]}”"
        )


def proves(evidence: Evidence | None, value: str, scene: Scene) -> bool:
    """Whether the value stands, word for word, in the quoted words of an interaction of this deal."""
    if evidence is None or len(_plain(value)) < 2 or _row(evidence, scene) is None:
        return False
    return _plain(value) in _plain(evidence.quote)


def _row(evidence: Evidence, scene: Scene) -> Interaction | None:
    row = scene.session.get(Interaction, evidence.interaction_id)
    if row is None or row.deal_id != scene.deal.id:
        return None
    return row if evidence.quote in f"{row.subject}\n{row.text}" else None


def _plain(text: str) -> str:
    """For comparing words: compatibility forms, case, spaces and punctuation do not matter."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
