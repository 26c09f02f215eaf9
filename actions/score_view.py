"""Scores as a skill sees them, inside the asker's rights. A floor price is in them only for those who may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge.insight.leads import LeadScore
from knowledge.insight.prices import Adjustment
from knowledge.insight.win import NoScore, WinOdds
from knowledge.model import Lead, LeadTouch, ScoreEntry


@dataclass(frozen=True, kw_only=True)
class ScoredLead:
    """A lead with its score and the rows its points come from, newest first."""

    lead: Lead
    score: LeadScore
    touches: tuple[LeadTouch, ...]


@dataclass(frozen=True, kw_only=True)
class PriceNote:
    """One product's range for one unit. `floor_fen` is None for who may not read it; `target_fen` and `ceiling_fen` are None
    when there are too few peers (`scope` is "" then), or when they would give the floor away. `peers` are deals the asker
    may see, no others count. `free_bp` is the largest discount that needs nobody else's yes; above it `next_seats` must
    agree."""

    product_id: str
    product: str
    unit: str
    currency: str
    list_price_fen: int
    floor_fen: int | None
    target_fen: int | None
    ceiling_fen: int | None
    scope: str
    n: int
    peers: tuple[str, ...]
    adjustments: tuple[Adjustment, ...]
    free_bp: int
    next_seats: tuple[str, ...]


class Scores(Protocol):
    """What is scored. Unknown and forbidden are None alike."""

    def win(self, deal_id: str) -> WinOdds | NoScore | None:
        """The chance that a deal is won."""
        ...

    def leads(self) -> Sequence[ScoredLead]:
        """The open leads the asker may see, best first."""
        ...

    def lead(self, lead_id: str) -> ScoredLead | None:
        """One lead, open or closed."""
        ...

    def prices(self, deal_id: str) -> Sequence[PriceNote] | None:
        """A range for every product of a deal; empty when it is not known what is sold."""
        ...

    def history(self, subject_id: str) -> Sequence[ScoreEntry] | None:
        """What was stored of a lead or a deal, newest first."""
        ...
