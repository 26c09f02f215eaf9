"""The desk as it really is: one person's view of the rows, each read asked of the policy, each wish given to the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from knowledge.blueprints import active_or_default, all_active
from knowledge.model import Account, Contact, Deal, Interaction, Person, Product
from knowledge.names import NameIndex
from knowledge.passages import Filters, Passage
from knowledge.search import Search
from knowledge.snapshot import DealFacts, deal_facts

from . import cards, record
from .action import ActionRequest, Outcome, State, Status
from .advising import AdviceOf
from .basis import basis_of
from .call_proposals import ProposalsOf
from .calls import CallsOf
from .card import ActionCard, Explanation
from .documents.pdf import PdfConverter
from .gate import Gate
from .journey_desk import JourneyDesk
from .levels import Power
from .papers import PaperDesk
from .people import roles_of
from .picturing import PicturesOf
from .plans import PlansOf
from .receiving import FilesOf
from .risk import place
from .rows import Rows, without_secrets
from .score_desk import ScoreDesk
from .sight import find, sees
from .standing import powers_of
from .stored import intact, on_turn
from .tables import Action, Approval, CardShown
from .wishes import fresh_key

NOT_FROM_HERE = frozenset({"change_rule", "erase_data"})
"""Verbs that no assistant asks for, whatever it was told: people propose them on the command line (authority.md I10)."""

NO_HAND = "助手不能改规则,也不能删除数据 / the assistant has no hand on the rules, and erases nothing"


@dataclass
class PersonDesk(PlansOf, FilesOf, PicturesOf, CallsOf, ProposalsOf, AdviceOf):
    """Bound to one person, one conversation and one language; implements actions.desk.Desk."""

    gate: Gate
    search: Search
    asker: Person
    conversation_id: str = ""
    channel: str = ""
    language: str = "zh"
    office: PdfConverter | None = None

    @property
    def person(self) -> Person:
        return self.asker

    @property
    def now(self) -> datetime:
        return self.gate.clock()

    @property
    def papers(self) -> PaperDesk:
        """Contracts and quotes."""
        return PaperDesk(self.gate, self.asker, lambda at, row: self._rows(at).may(row), self.office)

    @property
    def scores(self) -> ScoreDesk:
        """Win chances, lead scores, price ranges."""
        return ScoreDesk(self.gate, self._rows)

    @property
    def journeys(self) -> JourneyDesk:
        """Touches, stages, churn signals."""
        return JourneyDesk(self.gate, self._rows, tuple(self.asker.roles))

    # reads -----------------------------------------------------------------------------------------------------

    def deal(self, deal_id: str) -> DealFacts | None:
        with self.gate.store.reading() as session:
            facts = deal_facts(session, deal_id, self.now)
            return self._rows(session).facts(facts) if facts else None

    def deals(self) -> Sequence[Deal]:
        with self.gate.store.reading() as session:
            return self._rows(session).deals()

    def account(self, account_id: str) -> Account | None:
        with self.gate.store.reading() as session:
            row = session.get(Account, account_id)
            return row if row and self._rows(session).sees_account(row) else None

    def contact(self, contact_id: str) -> Contact | None:
        with self.gate.store.reading() as session:
            row = session.get(Contact, contact_id)
            account = session.get(Account, row.account_id) if row else None
            return row if row and account and self._rows(session).sees_contact(row, account) else None

    def interaction(self, interaction_id: str) -> Interaction | None:
        with self.gate.store.reading() as session:
            row = session.get(Interaction, interaction_id)
            return row if row and self._rows(session).sees_talk(row) else None

    def still_sees(self, kind: str, source_id: str) -> bool:
        """Whether a source that was once shown may be read now."""
        if kind == "action":
            return self.explain(source_id) is not None
        with self.gate.store.reading() as session:
            return self._rows(session).sees_source(kind, source_id)

    def names(self) -> NameIndex:
        with self.gate.store.reading() as session:
            return self._rows(session).names()

    def recall(self, query: str, *, filters: Filters | None = None, k: int = 8) -> Sequence[Passage]:
        with self.gate.store.reading() as session:
            return self._rows(session).recall(self.search, query, filters, k)

    def blueprint(self, kind: str, name: str) -> dict[str, Any] | None:
        with self.gate.store.reading() as session:
            return active_or_default(session, kind, name)

    def blueprints(self, kind: str) -> dict[str, dict[str, Any]]:
        with self.gate.store.reading() as session:
            return all_active(session, kind)

    def product(self, product_id: str) -> Product | None:
        with self.gate.store.reading() as session:
            row = session.get(Product, product_id)
            return without_secrets(row) if row else None

    def colleague(self, person_id: str) -> Person | None:
        with self.gate.store.reading() as session:
            return session.get(Person, person_id)

    # proposals -------------------------------------------------------------------------------------------------

    def submit(self, request: ActionRequest) -> Outcome:
        if request.action in NOT_FROM_HERE:
            return Outcome(
                action_id="", action=request.action, status=Status.REFUSED, state=State.DENIED, reason=NO_HAND
            )
        with self.gate.store.reading() as session:
            key = fresh_key(session, request)
        here = request.conversation_id or self.conversation_id
        return self.gate.submit(replace(request, idempotency_key=key, conversation_id=here), self.channel)

    # what waits ------------------------------------------------------------------------------------------------

    def waiting(self) -> Sequence[ActionCard]:
        with self.gate.store.reading() as session:
            rows = session.exec(
                select(Action)
                .where(Action.state == State.PENDING)
                .order_by(col(Action.created_at), col(Action.id))
            ).all()
            # A row whose payload was tampered with can be approved by nobody; it must not hide the others.
            mine = [row for row in rows if self._decides(session, row) and intact(row)]
            mine.sort(key=lambda row: place(row.risk))
            found = [cards.card_of(session, row, self.language) for row in mine]
        self._shown(found)
        return found

    def card(self, action_id: str) -> ActionCard | None:
        with self.gate.store.reading() as session:
            row = find(session, action_id)
            if row is None or not sees(session, self.asker, row, self.now):
                return None
            try:
                found = cards.card_of(session, row, self.language)
            except ValueError:  # erased, or changed under our feet: nothing that could be shown truly
                return None
            decides = row.state == State.PENDING and self._decides(session, row)
        if decides:
            self._shown([found])
        return found

    def explain(self, action_id: str) -> Explanation | None:
        with self.gate.store.reading() as session:
            row = find(session, action_id)
            if row is None or not sees(session, self.asker, row, self.now):
                return None
            return cards.explain(session, row, self.now, self.language)

    def powers(self) -> Sequence[Power]:
        with self.gate.store.reading() as session:
            return powers_of(session, self.asker)

    def _decides(self, session: Session, row: Action) -> bool:
        voted = select(Approval).where(Approval.action_id == row.id, Approval.person_id == self.asker.id)
        vote = session.exec(voted).first()
        if vote is not None and vote.basis_hash == basis_of(session, row):
            return False
        return bool(roles_of(session, row, self.asker, on_turn(row), self.now))

    def _shown(self, shown: Sequence[ActionCard]) -> None:
        """Remember when each card was first open to this person: decision seconds are counted from there."""
        ids = [card.id for card in shown]
        with self.gate.store.reading() as session:
            query = select(CardShown.action_id).where(CardShown.person_id == self.asker.id)
            known = set(session.exec(query.where(col(CardShown.action_id).in_(ids)))) if ids else set()
        new = [action_id for action_id in ids if action_id not in known]
        if not new:
            return
        with self.gate.store.session() as session:
            record.lock_system(session)
            for action_id in new:
                seen = select(CardShown.id).where(
                    CardShown.action_id == action_id, CardShown.person_id == self.asker.id
                )
                if session.exec(seen).first() is None:
                    session.add(CardShown(action_id=action_id, person_id=self.asker.id, at=self.now))
                    session.flush()

    def _rows(self, session: Session) -> Rows:
        return Rows(session, self.gate.judge_for(session), self.asker)
