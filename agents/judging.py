"""Judgements that are made once: kept under the transcript's hash, the version of what judged, and the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from knowledge.model import Interaction, Judgement
from knowledge.transcripts import stamp as stamp
from knowledge.transcripts import transcript_hash as transcript_hash

from .skill import Turn


def judged(
    turn: Turn, row: Interaction, kind: str, version: str, model: str, make: Callable[[], dict[str, Any]]
) -> Judgement:
    """The stored judgement of this very transcript by this version and model, else a new one, which is stored."""
    key = transcript_hash(row)
    known = turn.desk.judgement(row.id, kind, key, version, model)
    return known or turn.desk.keep_judgement(row.id, kind, key, version, model, make())
