"""Judgements that are made once: kept under the transcript's hash, the version of what judged, and the model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from knowledge.model import Interaction, Judgement

from .skill import Turn


def transcript_hash(row: Interaction) -> str:
    """SHA-256 of what was said, by whom, when; a corrected transcript has another."""
    return stamp([row.text, row.segments, row.at.isoformat(), row.language], 64)


def stamp(value: Any, digits: int = 12) -> str:
    """The first hex digits of the SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def judged(
    turn: Turn, row: Interaction, kind: str, version: str, model: str, make: Callable[[], dict[str, Any]]
) -> Judgement:
    """The stored judgement of this very transcript by this version and model, else a new one, which is stored."""
    key = transcript_hash(row)
    known = turn.desk.judgement(row.id, kind, key, version, model)
    return known or turn.desk.keep_judgement(row.id, kind, key, version, model, make())
