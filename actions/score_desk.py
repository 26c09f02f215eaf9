"""The scores' side of the desk: win chances, lead scores and price ranges for one person, from the rows they may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from knowledge.insight.win import NoScore, WinOdds
from knowledge.library import score_log
from knowledge.library import scores as score_rows
from knowledge.model import Deal, Lead, ScoreEntry

from .gate import Gate
from .people import deal_resource, principal_of
from .price_desk import price_notes
from .rows import Rows, lead_resource
from .score_view import PriceNote, ScoredLead
from .scoring import Scoring

OPEN = frozenset({"new", "working"})


@dataclass(frozen=True)
class ScoreDesk:
    """Bound to one person; implements actions.score_view.Scores."""

    gate: Gate
    rows_of: Callable[[Session], Rows]

    def win(self, deal_id: str) -> WinOdds | NoScore | None:
        with self.gate.store.reading() as session:
            return self._scoring(session).win(deal_id, self.rows_of(session))

    def leads(self) -> Sequence[ScoredLead]:
        with self.gate.store.reading() as session:
            seen = [lead for lead in self._leads(session) if lead.status in OPEN]
            found = self._scoring(session).leads(seen, self.rows_of(session))
        return sorted(found, key=lambda one: (-one.score.score, one.lead.id))

    def lead(self, lead_id: str) -> ScoredLead | None:
        with self.gate.store.reading() as session:
            row = session.get(Lead, lead_id)
            if row is None or not self.rows_of(session).may(lead_resource(row)):
                return None
            return self._scoring(session).leads([row], self.rows_of(session))[0]

    def prices(self, deal_id: str) -> Sequence[PriceNote] | None:
        with self.gate.store.reading() as session:
            rows = self.rows_of(session)
            facts = self._scoring(session).facts(deal_id, rows)
            return None if facts is None else price_notes(session, facts, rows, self.gate, self.now)

    def history(self, subject_id: str) -> Sequence[ScoreEntry] | None:
        with self.gate.store.reading() as session:
            rows = self.rows_of(session)
            lead, deal = session.get(Lead, subject_id), session.get(Deal, subject_id)
            if lead is not None and rows.may(lead_resource(lead)):
                return score_log.history(session, "lead", subject_id)
            if deal is not None and rows.may(deal_resource(deal)):
                return score_log.history(session, "deal", subject_id)
            return None

    @property
    def now(self) -> datetime:
        return self.gate.clock()

    def _scoring(self, session: Session) -> Scoring:
        return Scoring(session, self.now, self.gate.rules.utc_offset_hours)

    def _leads(self, session: Session) -> list[Lead]:
        rows = self.rows_of(session)
        found = score_rows.leads(session, rows.principal.teams, rows.me)
        allowed = rows.judge.may_read_many(principal_of(session, rows.person), [*map(lead_resource, found)])
        return [lead for lead, ok in zip(found, allowed, strict=True) if ok]
