"""A passage: found text with its source and its owner's row rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PUBLIC_GROUP = "*"
"""Rights group of passages every colleague may read (playbook, product sheets)."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of an interaction, verbatim. `start`/`end` are character offsets in the interaction's text;
    `group` is the team that owns it; `outcome` is open, won or lost."""

    id: str
    interaction_id: str
    text: str
    kind: str
    title: str
    at: datetime
    group: str
    account_id: str = ""
    deal_id: str = ""
    speaker: str = ""
    side: str = ""
    stage: str = ""
    outcome: str = ""
    industry: str = ""
    language: str = ""
    objections: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    score: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Narrows a search inside the index; empty means any."""

    deal_ids: frozenset[str] = frozenset()
    account_ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    objections: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
