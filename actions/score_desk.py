"""The scores' side of the desk: win chances, lead scores and price ranges for one person, from the rows they may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge import own_models
from knowledge.blueprints import active_or_default
from knowledge.blueprints.process import Process
from knowledge.insight.deal_signals import signals
from knowledge.insight.leads import lead_score
from knowledge.insight.win import NoScore, WinOdds, win_odds
from knowledge.lead_history import lead_facts, lead_past
from knowledge.library import scores as score_rows
from knowledge.model import Deal, Lead, Meeting
from knowledge.snapshot import DealFacts, deal_facts
from knowledge.win_history import win_history

from .gate import Gate
from .people import principal_of
from .price_desk import price_notes
from .rows import Rows, lead_resource
from .score_view import PriceNote, ScoredLead

OPEN = frozenset({"new", "working"})


@dataclass(frozen=True)
class ScoreDesk:
    """Bound to one person; implements actions.score_view.Scores."""

    gate: Gate
    rows_of: Callable[[Session], Rows]

    def win(self, deal_id: str) -> WinOdds | NoScore | None:
        with self.gate.store.reading() as session:
            facts = self._facts(session, deal_id)
            if facts is None:
                return None
            rules = own_models.scores_of(session).win
            process = Process.model_validate(active_or_default(session, "process"))
            found = signals(
                facts,
                process,
                booked=_booked(session, facts),
                returning=_returning(session, facts.deal, self.now),
            )
            model, version = own_models.in_use(session, "win") or (None, "")
            history = win_history(session, rules, self.now, but=deal_id)
            return win_odds(facts, found, process, rules, history, model, version)

    def leads(self) -> Sequence[ScoredLead]:
        with self.gate.store.reading() as session:
            seen = [lead for lead in self._leads(session) if lead.status in OPEN]
            found = self._scored(session, seen)
        return sorted(found, key=lambda one: (-one.score.score, one.lead.id))

    def lead(self, lead_id: str) -> ScoredLead | None:
        with self.gate.store.reading() as session:
            row = session.get(Lead, lead_id)
            if row is None or not self.rows_of(session).may(lead_resource(row)):
                return None
            return self._scored(session, [row])[0]

    def prices(self, deal_id: str) -> Sequence[PriceNote] | None:
        with self.gate.store.reading() as session:
            facts = self._facts(session, deal_id)
            rows = self.rows_of(session)
            return None if facts is None else price_notes(session, facts, rows, self.gate, self.now)

    @property
    def now(self) -> datetime:
        return self.gate.clock()

    def _facts(self, session: Session, deal_id: str) -> DealFacts | None:
        facts = deal_facts(session, deal_id, self.now)
        return self.rows_of(session).facts(facts) if facts else None

    def _leads(self, session: Session) -> list[Lead]:
        rows = self.rows_of(session)
        found = score_rows.leads(session, rows.principal.teams, rows.me)
        allowed = rows.judge.may_read_many(principal_of(session, rows.person), [*map(lead_resource, found)])
        return [lead for lead, ok in zip(found, allowed, strict=True) if ok]

    def _scored(self, session: Session, leads: Sequence[Lead]) -> list[ScoredLead]:
        if not leads:
            return []
        rules = own_models.scores_of(session).lead
        model, version = own_models.in_use(session, "lead") or (None, "")
        past = lead_past(session, self.now)
        return [
            ScoredLead(
                lead=facts.lead,
                score=lead_score(facts, rules, past, model, version),
                touches=facts.touches,
            )
            for facts in lead_facts(session, leads, self.now)
        ]


def _booked(session: Session, facts: DealFacts) -> bool:
    """Whether a meeting of this deal still lies ahead: in the diary, or as the dated next step on record."""
    query = select(Meeting.id).where(Meeting.deal_id == facts.deal.id, Meeting.status == "booked")
    ahead = session.exec(query.where(col(Meeting.starts_at) >= facts.now)).first()
    step = facts.deal.next_step_at
    return ahead is not None or (step is not None and step >= facts.now)


def _returning(session: Session, deal: Deal, now: datetime) -> bool:
    """Whether the customer has bought before this deal."""
    query = select(Deal.id).where(Deal.account_id == deal.account_id, Deal.stage == "won", Deal.id != deal.id)
    return session.exec(query.where(col(Deal.closed_at) <= now)).first() is not None
