"""One deal as the rules of warnings look at it, and what a warning is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.blueprints.process import Thresholds, at_least
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .calendar import days_between, working_days
from .sentences import is_customers, split

TOUCHES = frozenset({"mail", "call", "meeting", "chat"})


@dataclass(frozen=True, kw_only=True)
class DealWarning:
    """One warning with its reason in both languages. `source_id` is an interaction, deal or offer id; `quote` is a
    sentence of that interaction, "" when the source is a record; `since` is when it began to be so."""

    id: str
    reason: str
    reason_en: str
    source_id: str
    quote: str = ""
    speaker: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class View:
    """One deal as the rules look at it: interactions in scope (newest first), thresholds, the clock's offset."""

    facts: DealFacts
    rows: tuple[Interaction, ...]
    limits: Thresholds
    offset: int

    @property
    def touches(self) -> tuple[Interaction, ...]:
        return tuple(row for row in self.rows if row.kind in TOUCHES)

    @property
    def heard(self) -> Interaction | None:
        """The newest touch in which the customer wrote or spoke."""
        return next((row for row in self.touches if is_customers(row)), None)

    @property
    def entered(self) -> datetime:
        """When the deal came into its present stage."""
        deal = self.facts.deal
        return next(
            (step.at for step in reversed(self.facts.stages) if step.stage == deal.stage), deal.created_at
        )

    def reached(self, floor: str) -> datetime:
        """When the deal first was in a stage as late as this."""
        return next(
            (step.at for step in self.facts.stages if at_least(step.stage, floor)), self.facts.deal.created_at
        )

    def days_since(self, moment: datetime) -> int:
        return days_between(moment, self.facts.now)

    def after_working_days(self, moment: datetime, days: int) -> datetime:
        """The first moment, at the same hour, by which so many working days had gone by."""
        found = moment
        while working_days(moment, found, self.offset) < days:
            found += timedelta(days=1)
        return found


def customers_in(view: View, row: Interaction) -> set[str]:
    """Names of the customer's people who wrote or spoke in an interaction."""
    if row.kind in TOUCHES and is_customers(row):
        spoke = {str(part.get("speaker")) for part in row.segments if part.get("side") == "customer"}
        named = {one.name for one in view.facts.contacts if one.id == row.contact_id}
        return spoke | named
    return set()


def opening(row: Interaction | None) -> str:
    """The first sentence of an interaction, verbatim."""
    found = split(row.text) if row else []
    return found[0] if found else ""
