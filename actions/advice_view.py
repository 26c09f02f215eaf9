"""The ledger of advice as a skill sees it: what is advised is noted, and what became of it can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from knowledge.insight.kpi import Report


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of advice that is about to be given. `content` is what tells it from another of its kind on the same day;
    `said` goes into the log: a chance, a grade, a model's version. Neither holds a floor price or a cost."""

    kind: str
    deal_id: str = ""
    lead_id: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A report with whose advice it is about: `scope` is own or teams, `teams` the names of the teams."""

    report: Report
    scope: str
    teams: tuple[str, ...]


class Advising(Protocol):
    """What a skill may do with the ledger. A colleague reads their own advice, who leads teams that of the teams."""

    def give(self, pieces: Sequence[Piece]) -> Sequence[str]:
        """Note that this is advised; the ids of the suggestions, in order."""
        ...

    def revised(self, suggestion_id: str, by: str) -> None:
        """The person had this draft written anew, as `by`."""
        ...

    def opened(self, ids: Sequence[str]) -> None:
        """The person looked behind these."""
        ...

    def arms(self, kind: str, subjects: Sequence[str]) -> Mapping[str, str]:
        """Deal -> its arm in the comparison, treated or held_out; nothing while there is none for this kind."""
        ...

    def measured(self, since: datetime, until: datetime, team: str = "") -> Measured | None:
        """The report of a time; None for a team whose advice one may not see."""
        ...
