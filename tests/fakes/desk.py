"""A desk over rows in memory: one asker with rights by team, a recorded transcript of what was submitted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.action import ActionRequest, Outcome, State, Status
from actions.advice_view import Measured, Piece
from actions.call_rules import CallRules
from actions.card import ActionCard, Explanation
from actions.forecast_view import AtRisk, ForecastAsk, Forecasted
from actions.levels import Power
from actions.paper_view import ContractAsk, Declined, Prepared, QuoteAsk
from actions.score_view import PriceNote, ScoredLead
from knowledge import blueprints, objections
from knowledge.blueprints.call_metrics import CallMetricsBook
from knowledge.insight.forecast import Forecast
from knowledge.insight.forecast_record import TrackRecord
from knowledge.insight.win import NoScore, WinOdds
from knowledge.model import (
    Account,
    CallNote,
    Contact,
    Deal,
    DealContact,
    HumanMark,
    Interaction,
    Judgement,
    Meeting,
    Offer,
    Paper,
    Person,
    Product,
    Recording,
    ScoreEntry,
    StageChange,
    Suggestion,
    Task,
    TranscriptVersion,
)
from knowledge.names import NameEntry, NameIndex
from knowledge.passages import Filters, Passage
from knowledge.snapshot import DealFacts
from knowledge.terms import query_terms
from tests.fakes.journeys import FakeJourneys


@dataclass
class FakeRows:
    """All rows of a small company."""

    people: list[Person] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    deal_contacts: list[DealContact] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    stages: list[StageChange] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)


@dataclass
class FakePapers:
    """Implements actions.paper_view.Papers: `kept` papers by id, newest last; `answer` to every wish for a new one."""

    kept: dict[str, Paper] = field(default_factory=dict)
    answer: Prepared | Declined = field(
        default_factory=lambda: Declined(zh="没有资料。", en="There are no data.")
    )
    asked: list[tuple[str, ContractAsk | QuoteAsk]] = field(default_factory=list)

    def contract(self, deal_id: str, ask: ContractAsk) -> Prepared | Declined:
        self.asked.append((deal_id, ask))
        return self.answer

    def quote(self, deal_id: str, ask: QuoteAsk) -> Prepared | Declined:
        self.asked.append((deal_id, ask))
        return self.answer

    def paper(self, paper_id: str) -> Paper | None:
        return self.kept.get(paper_id)

    def latest(self, deal_id: str, kind: str = "") -> Paper | None:
        fitting = [one for one in self.kept.values() if one.deal_id == deal_id and kind in ("", one.kind)]
        return fitting[-1] if fitting else None


@dataclass
class FakeScores:
    """Implements actions.score_view.Scores: what was put in comes out."""

    wins: dict[str, WinOdds | NoScore] = field(default_factory=dict)
    scored: list[ScoredLead] = field(default_factory=list)
    notes: dict[str, list[PriceNote]] = field(default_factory=dict)
    stored: dict[str, list[ScoreEntry]] = field(default_factory=dict)

    def win(self, deal_id: str) -> WinOdds | NoScore | None:
        return self.wins.get(deal_id)

    def leads(self) -> Sequence[ScoredLead]:
        return self.scored

    def lead(self, lead_id: str) -> ScoredLead | None:
        return next((one for one in self.scored if one.lead.id == lead_id), None)

    def prices(self, deal_id: str) -> Sequence[PriceNote] | None:
        return self.notes.get(deal_id)

    def history(self, subject_id: str) -> Sequence[ScoreEntry] | None:
        return self.stored.get(subject_id)


@dataclass
class FakeAdvice:
    """Implements actions.advice_view.Advising: `given` is the transcript, `drawn` the arms of the comparison."""

    given: list[Piece] = field(default_factory=list)
    anew: list[tuple[str, str]] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    drawn: dict[str, str] = field(default_factory=dict)
    answer: Measured | None = None

    def give(self, pieces: Sequence[Piece]) -> list[str]:
        self.given.extend(pieces)
        return [f"sg-{len(self.given) - len(pieces) + n}" for n in range(1, len(pieces) + 1)]

    def revised(self, suggestion_id: str, by: str) -> None:
        self.anew.append((suggestion_id, by))

    def opened(self, ids: Sequence[str]) -> None:
        self.looked.extend(ids)

    def arms(self, kind: str, subjects: Sequence[str]) -> dict[str, str]:
        return {one: self.drawn[one] for one in subjects if one in self.drawn}

    def measured(self, since: datetime, until: datetime, team: str = "") -> Measured | None:
        return self.answer


@dataclass
class FakeForecasts:
    """Implements actions.forecast_view.Forecasts: what was put in comes out; `asked` is the transcript."""

    answer: Forecasted | None = None
    risky: list[AtRisk] = field(default_factory=list)
    stages: dict[str, tuple[int, int]] = field(default_factory=dict)
    asked: list[ForecastAsk] = field(default_factory=list)

    def made(self, ask: ForecastAsk) -> Forecasted:
        self.asked.append(ask)
        nothing = Forecast(since=ask.since, until=ask.until, books=(), undated=())
        record = TrackRecord(
            n=0, floor=30, chances=None, months=(), months_floor=3, mape=None, first_day=None
        )
        return self.answer or Forecasted(
            forecast=nothing, record=record, names={}, history_n=0, history_won=0, skewed=False, old=False, model="",
            listed={}, judged={},
        )  # fmt: skip

    def at_risk(self, ask: ForecastAsk, only: str = "") -> list[AtRisk]:
        self.asked.append(ask)
        return self.risky

    def counted(self, ask: ForecastAsk) -> dict[str, tuple[int, int]]:
        return self.stages


@dataclass
class FakeDesk:
    """Implements actions.desk.Desk. `teams` are the asker's row rights; `answers` are the outcomes `submit` gives, in
    turn (the last one repeats); `submitted` is the transcript."""

    rows: FakeRows
    person: Person
    now: datetime
    teams: frozenset[str]
    answers: list[Outcome] = field(default_factory=list)
    cards: list[ActionCard] = field(default_factory=list)
    explanations: dict[str, Explanation] = field(default_factory=dict)
    published: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: list[ActionRequest] = field(default_factory=list)
    drafts: dict[str, Suggestion] = field(default_factory=dict)
    scores: FakeScores = field(default_factory=lambda: FakeScores())
    forecasts: FakeForecasts = field(default_factory=lambda: FakeForecasts())
    advice: FakeAdvice = field(default_factory=lambda: FakeAdvice())
    papers: FakePapers = field(default_factory=lambda: FakePapers())
    journeys: FakeJourneys = field(default_factory=lambda: FakeJourneys())
    my_tasks: list[Task] = field(default_factory=list)
    my_meetings: list[Meeting] = field(default_factory=list)
    asked_to: dict[str, frozenset[str]] = field(default_factory=dict)
    conversation_id: str = "cv-1"
    able: list[Power] = field(default_factory=list)
    judged: dict[tuple[str, ...], Judgement] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    my_marks: list[HumanMark] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    my_notes: list[CallNote] = field(default_factory=list)
    agreed: set[str] = field(default_factory=set)
    suggested: dict[str, Suggestion] = field(default_factory=dict)
    known_versions: list[TranscriptVersion] = field(default_factory=list)

    def deal(self, deal_id: str) -> DealFacts | None:
        deal = next((one for one in self.deals() if one.id == deal_id), None)
        if deal is None:
            return None
        rows = self.rows
        taking_part = {link.contact_id for link in rows.deal_contacts if link.deal_id == deal_id}
        offers = [one for one in rows.offers if one.deal_id == deal_id]
        said = [one for one in rows.interactions if one.deal_id == deal_id and one.at <= self.now]
        return DealFacts(
            deal=deal,
            account=next(one for one in rows.accounts if one.id == deal.account_id),
            owner=next(one for one in rows.people if one.id == deal.owner_id),
            product=self.product(deal.product_id) if deal.product_id else None,
            contacts=tuple(one for one in rows.contacts if one.id in taking_part),
            offers=tuple(sorted(offers, key=lambda one: -one.version)),
            stages=tuple(sorted((s for s in rows.stages if s.deal_id == deal_id), key=lambda s: s.at)),
            interactions=tuple(sorted(said, key=lambda one: (one.at, one.id), reverse=True)),
            now=self.now,
        )

    def deals(self) -> Sequence[Deal]:
        return [one for one in self.rows.deals if one.team_id in self.teams]

    def account(self, account_id: str) -> Account | None:
        return next(
            (one for one in self.rows.accounts if one.id == account_id and one.team_id in self.teams), None
        )

    def contact(self, contact_id: str) -> Contact | None:
        found = next((one for one in self.rows.contacts if one.id == contact_id), None)
        return found if found and self.account(found.account_id) else None

    def interaction(self, interaction_id: str) -> Interaction | None:
        found = next((one for one in self.rows.interactions if one.id == interaction_id), None)
        return found if found and found.team_id in self.teams else None

    def names(self) -> NameIndex:
        deals = self.deals()
        accounts = [one for one in self.rows.accounts if one.team_id in self.teams]
        entries = [
            NameEntry(kind="account", id=a.id, name=a.name, aliases=tuple(a.aliases)) for a in accounts
        ]
        entries += [
            NameEntry(kind="deal", id=d.id, name=d.name, parents=(d.account_id,), rank=int(d.is_open))
            for d in deals
        ]
        seen = {one.id for one in accounts}
        entries += [
            NameEntry(
                kind="contact",
                id=c.id,
                name=c.name,
                aliases=(c.email,) if c.email else (),
                title=c.title,
                parents=(c.account_id, *(x.deal_id for x in self.rows.deal_contacts if x.contact_id == c.id)),
            )
            for c in self.rows.contacts
            if c.account_id in seen
        ]
        entries += [NameEntry(kind="person", id=p.id, name=p.name) for p in self.rows.people]
        return NameIndex(entries)

    def recall(self, query: str, *, filters: Filters | None = None, k: int = 8) -> Sequence[Passage]:
        wanted = {term for term in query_terms(query) if len(term) > 1}
        found = [
            one for row in self.rows.interactions for one in self._passages(row, wanted, filters or Filters())
        ]
        return sorted(found, key=lambda one: (-one.score, one.id))[:k]

    def blueprint(self, kind: str, name: str) -> dict[str, Any] | None:
        return self.published.get(kind) or blueprints.default(kind)

    def blueprints(self, kind: str) -> dict[str, dict[str, Any]]:
        named = {
            key.partition("/")[2]: one for key, one in self.published.items() if key.startswith(f"{kind}/")
        }
        return {"default": self.published.get(kind) or blueprints.default(kind)} | named

    def product(self, product_id: str) -> Product | None:
        return next((one for one in self.rows.products if one.id == product_id), None)

    def colleague(self, person_id: str) -> Person | None:
        return next((one for one in self.rows.people if one.id == person_id), None)

    def save_draft(self, kind: str, deal_id: str, payload: dict[str, Any]) -> Suggestion:
        draft = Suggestion(
            id=f"dr-{len(self.drafts) + 1}",
            kind=kind,
            person_id=self.person.id,
            deal_id=deal_id,
            payload=payload,
        )
        self.drafts[draft.id] = draft
        return draft

    def draft(self, suggestion_id: str) -> Suggestion | None:
        return self.drafts.get(suggestion_id)

    def submit(self, request: ActionRequest) -> Outcome:
        self.submitted.append(request)
        if self.answers:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Outcome(
            action_id="act-1",
            action=request.action,
            status=Status.WAITING,
            state=State.PENDING,
            reason="需要审批",
        )

    def tasks(self) -> Sequence[Task]:
        return self.my_tasks

    def meetings(self) -> Sequence[Meeting]:
        return self.my_meetings

    def invited(self, interaction_id: str) -> frozenset[str]:
        return self.asked_to.get(interaction_id, frozenset())

    def waiting(self) -> Sequence[ActionCard]:
        return self.cards

    def card(self, action_id: str) -> ActionCard | None:
        return next((one for one in self.cards if action_id in (one.id, one.code)), None)

    def explain(self, action_id: str) -> Explanation | None:
        return self.explanations.get(action_id)

    def _passages(self, row: Interaction, wanted: set[str], filters: Filters) -> list[Passage]:
        deal = next((one for one in self.rows.deals if one.id == row.deal_id), None)
        outcome = "" if deal is None else "open" if deal.is_open else deal.stage
        allowed = (
            row.team_id in self.teams
            and (not filters.deal_ids or row.deal_id in filters.deal_ids)
            and (not filters.account_ids or row.account_id in filters.account_ids)
            and (not filters.kinds or row.kind in filters.kinds)
            and (not filters.outcomes or outcome in filters.outcomes)
            and (filters.since is None or row.at >= filters.since)
            and (filters.until is None or row.at <= filters.until)
        )
        lines = [line for line in row.text.splitlines() if allowed and wanted & set(query_terms(line))]
        return [
            self._passage(row, line, outcome, len(wanted & set(query_terms(line))))
            for line in lines
            if not filters.objections or filters.objections & set(self._classes(line))
        ]

    def _passage(self, row: Interaction, line: str, outcome: str, score: float) -> Passage:
        start = row.text.index(line)
        return Passage(
            id=f"{row.id}#{start}",
            interaction_id=row.id,
            text=line,
            kind=row.kind,
            title=row.subject,
            at=row.at,
            group=row.team_id or "",
            account_id=row.account_id or "",
            deal_id=row.deal_id or "",
            outcome=outcome,
            objections=self._classes(line),
            start=start,
            end=start + len(line),
            score=score,
        )

    def _classes(self, line: str) -> tuple[str, ...]:
        return objections.classify(line, self.blueprint("playbook", "default") or {})

    def calls(
        self,
        person_id: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        deal_id: str = "",
    ) -> list[Interaction]:
        found = [
            row
            for row in self.rows.interactions
            if row.kind in ("call", "meeting")
            and row.team_id in self.teams
            and person_id in ("", row.person_id)
            and deal_id in ("", row.deal_id)
            and (since is None or row.at >= since)
            and row.at <= min(until or self.now, self.now)
        ]
        return sorted(found, key=lambda row: (row.at, row.id), reverse=True)

    def judgement(
        self, interaction_id: str, kind: str, transcript_hash: str, version: str, model: str
    ) -> Judgement | None:
        return self.judged.get((interaction_id, kind, transcript_hash, version, model))

    def keep_judgement(
        self,
        interaction_id: str,
        kind: str,
        transcript_hash: str,
        version: str,
        model: str,
        content: dict[str, Any],
    ) -> Judgement:
        key = (interaction_id, kind, transcript_hash, version, model)
        row = self.interaction(interaction_id)
        fresh = Judgement(
            id=f"jd-{len(self.judged) + 1}", kind=kind, interaction_id=interaction_id, transcript_hash=transcript_hash,
            version=version, model=model, content=content, created_at=self.now, person_id=row.person_id if row else None,
        )  # fmt: skip
        return self.judged.setdefault(key, fresh)

    def opened(self, judgement_id: str) -> Judgement | None:
        found = next((one for one in self.judged.values() if one.id == judgement_id), None)
        if found and found.person_id == self.person.id and found.seen_at is None:
            found.seen_at = self.now
        return found

    def keep_picture(self, data: bytes, suffix: str) -> str:
        path = f"pictures/{hashlib.sha256(data).hexdigest()}{suffix}"
        self.pictures[path] = data
        return path

    def call_rules(self, interaction_id: str) -> CallRules | None:
        row = self.interaction(interaction_id)
        if row is None:
            return None
        content = self.published.get("call_metrics") or blueprints.default("call_metrics")
        book = CallMetricsBook.model_validate(content)
        deal = next((one for one in self.rows.deals if one.id == row.deal_id), None)
        names = (deal.competitor,) if deal and deal.competitor else ()
        return CallRules(
            rules=book.rules(names),
            ranges=book.spans(),
            version=blueprints.version_of(content),
            types=dict(book.types),
            own_mood=book.own_mood,
        )

    def notes(self, interaction_id: str) -> list[CallNote]:
        mine = self.person.id
        return [one for one in self.my_notes if (one.interaction_id, one.person_id) == (interaction_id, mine)]

    def consented(self, purpose: str) -> bool:
        return f"{self.person.id}:{purpose}" in self.agreed

    def made(self, interaction_id: str, kind: str) -> list[Judgement]:
        found = [one for key, one in self.judged.items() if key[:2] == (interaction_id, kind)]
        return sorted(found, key=lambda one: one.id, reverse=True)

    def versions(self, interaction_id: str) -> list[TranscriptVersion]:
        return [one for one in self.known_versions if one.interaction_id == interaction_id]

    def recording(self, interaction_id: str) -> Recording | None:
        return self.recordings.get(interaction_id)

    def propose(
        self, interaction_id: str, transcript_hash: str, items: Sequence[Mapping[str, Any]]
    ) -> list[Suggestion]:
        for number, item in enumerate(items, start=1):
            payload = {**item, "call": interaction_id, "hash": transcript_hash, "n": number}
            row = Suggestion(
                id=f"sg-{interaction_id}-{transcript_hash[:6]}-{number}",
                kind="crm_update",
                person_id=self.person.id,
                payload=payload,
            )
            self.suggested.setdefault(row.id, row)
        return self.proposals(interaction_id)

    def proposals(self, interaction_id: str) -> list[Suggestion]:
        return [one for one in self.suggested.values() if one.payload["call"] == interaction_id]

    def unwanted(self, suggestion_id: str) -> bool:
        self.suggested[suggestion_id].status = "rejected"
        return True

    def completed(self, suggestion_id: str, payload: Mapping[str, Any]) -> bool:
        self.suggested[suggestion_id].payload = dict(payload)
        return True

    def marks(self, interaction_id: str, card: str) -> list[HumanMark]:
        return [one for one in self.my_marks if (one.interaction_id, one.card) == (interaction_id, card)]

    def powers(self) -> list[Power]:
        return self.able
