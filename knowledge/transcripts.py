"""What a transcript is known by: the hash under which everything that was made of it is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from knowledge.model import Interaction


def transcript_hash(row: Interaction) -> str:
    """SHA-256 of what was said, by whom, when; a corrected transcript has another."""
    return hash_of(row.text, row.segments, row.at, row.language)


def hash_of(text: str, segments: Sequence[Any], at: datetime, language: str) -> str:
    """The hash of words that do not stand in a row (yet)."""
    return stamp([text, list(segments), at.isoformat(), language], 64)


def stamp(value: Any, digits: int = 12) -> str:
    """The first hex digits of the SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
