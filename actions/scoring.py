"""Leads and deals scored as one person sees them: what the desk answers at once and what the clock stores are one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from knowledge import own_models
from knowledge.blueprints import active_or_default, process_in_force, version_of
from knowledge.blueprints.process import Process
from knowledge.blueprints.scores import Scores
from knowledge.insight.deal_signals import signals
from knowledge.insight.leads import LeadPast, lead_score
from knowledge.insight.scoring.model import ScoreModel
from knowledge.insight.win import History, NoScore, WinOdds, win_odds
from knowledge.lead_history import lead_facts, lead_past
from knowledge.library import score_log
from knowledge.model import Deal, Interaction, Lead, Meeting
from knowledge.snapshot import DealFacts, deal_facts
from knowledge.win_history import win_history
from knowledge.win_replay import learned_history

from .rows import Rows
from .score_view import ScoredLead


@dataclass
class Scoring:
    """What every score of one session rests on, read once: rules, models, what closed leads and deals tell."""

    session: Session
    now: datetime
    utc_offset_hours: int = 8

    @cached_property
    def content(self) -> dict[str, Any]:
        return active_or_default(self.session, "scores")

    @cached_property
    def rules(self) -> Scores:
        return Scores.model_validate(self.content)

    @cached_property
    def stamp(self) -> str:
        """The beginning of the rules' version."""
        return version_of(self.content)[:16]

    @cached_property
    def process(self) -> Process:
        return process_in_force(self.session)

    @cached_property
    def past(self) -> LeadPast:
        return lead_past(self.session, self.now)

    @cached_property
    def lead_model(self) -> tuple[ScoreModel | None, str]:
        return own_models.in_use(self.session, "lead") or (None, "")

    @cached_property
    def win_model(self) -> tuple[ScoreModel | None, str]:
        return own_models.in_use(self.session, "win") or (None, "")

    @cached_property
    def closed_deals(self) -> History:
        """An open deal is none of them, so they are the same for every deal; replayed only where no model is in use."""
        if self.win_model[0]:
            return win_history(self.session, self.rules.win, self.now)
        return learned_history(self.session, self.rules.win, self.process, self.now)

    def leads(self, leads: Sequence[Lead], rows: Rows | None) -> list[ScoredLead]:
        """The leads scored from what this person may read; `rows` None: nobody's view, touches of the lead alone."""
        if not leads:
            return []

        def allowed(talk: Sequence[Interaction]) -> list[bool]:
            return rows.sees_talks(talk) if rows else [False] * len(talk)

        return [
            ScoredLead(
                lead=facts.lead,
                score=lead_score(facts, self.rules.lead, self.past, *self.lead_model, before=self._before(facts.lead)),
                touches=facts.touches,
            )
            for facts in lead_facts(self.session, leads, self.now, self.utc_offset_hours, allowed)
        ]  # fmt: skip

    def win(self, deal_id: str, rows: Rows) -> WinOdds | NoScore | None:
        """The chance of one deal; None when the person does not see it."""
        facts = self.facts(deal_id, rows)
        if facts is None:
            return None
        found = signals(
            facts,
            self.process,
            booked=_booked(self.session, facts),
            returning=_returning(self.session, facts.deal, self.now),
        )
        return win_odds(facts, found, self.process, self.rules.win, self.closed_deals, *self.win_model)

    def facts(self, deal_id: str, rows: Rows) -> DealFacts | None:
        facts = deal_facts(self.session, deal_id, self.now)
        return rows.facts(facts) if facts else None

    def _before(self, lead: Lead) -> float | None:
        """The score that stood a week ago, when one was stored by then under the rules and the model of today."""
        entry = score_log.latest(self.session, "lead", lead.id, until=self.now - own_models.WEEK)
        same = entry is not None and (entry.rules, entry.version) == (self.stamp, self.lead_model[1])
        return entry.value if entry is not None and same else None


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
