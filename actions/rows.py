"""Which rows exist for one person: what SQL hands over is asked of the judge row by row, and both must say the same.

A deal is its team's and its owner's; a customer is theirs who own it or have a deal with it; a contact is theirs who see
the customer or a deal the contact takes part in; what was said is the group's it belongs to, and the deal's owner's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlmodel import Session, col, or_, select

from knowledge.library import deals as deal_rows
from knowledge.library import identity
from knowledge.library.names import name_entries
from knowledge.library.parts import in_parts
from knowledge.model import (
    Account,
    Contact,
    Deal,
    DealContact,
    Interaction,
    InteractionKind,
    Lead,
    LeadTouch,
    Meeting,
    Offer,
    Paper,
    Person,
    Product,
    Task,
)
from knowledge.names import NameIndex
from knowledge.passages import Filters, Passage
from knowledge.search import Search
from knowledge.snapshot import DealFacts
from policies.engine import Judge
from policies.facts import Principal, Resource

from . import journey_rows
from .people import deal_resource, principal_of
from .resources import NOBODY as NOBODY
from .resources import account_resource as account_resource
from .resources import lead_resource as lead_resource
from .resources import passage_resource as passage_resource
from .resources import talk_resource as talk_resource

OF_DEAL: dict[str, type[Offer] | type[Paper] | type[Task] | type[Meeting]] = {
    "offer": Offer,
    "paper": Paper,
    "task": Task,
    "meeting": Meeting,
}
"""Records that are read by whoever reads their deal."""


@dataclass
class Rows:
    """One person's view of the rows in one session."""

    session: Session
    judge: Judge
    person: Person

    @cached_property
    def principal(self) -> Principal:
        return principal_of(self.session, self.person)

    @property
    def me(self) -> str:
        """The owner whose own rows count, "" for somebody who has left."""
        return self.person.id if self.principal.active else ""

    def deals(self) -> list[Deal]:
        rows = deal_rows.deals(self.session, self.principal.teams, or_owner=self.me)
        allowed = self.judge.may_read_many(self.principal, [deal_resource(row) for row in rows])
        return [row for row, ok in zip(rows, allowed, strict=True) if ok]

    def facts(self, facts: DealFacts) -> DealFacts | None:
        """A deal's facts without what another team has said to the customer; None when the deal itself is not seen."""
        if not self.may(deal_resource(facts.deal)):
            return None
        talk = [talk_resource(row, facts.deal, facts.account) for row in facts.interactions]
        allowed = self.judge.may_read_many(self.principal, talk)
        seen = tuple(row for row, ok in zip(facts.interactions, allowed, strict=True) if ok)
        product = without_secrets(facts.product) if facts.product else None
        return replace(facts, interactions=seen, product=product)

    def many_facts(self, found: Sequence[DealFacts]) -> list[DealFacts]:
        """The same for many deals, the judge asked once for the deals and once for all that was said about them."""
        may = self.judge.may_read_many(self.principal, [deal_resource(one.deal) for one in found])
        seen = [one for one, ok in zip(found, may, strict=True) if ok]
        talk = [(one, row) for one in seen for row in one.interactions]
        asked = [talk_resource(row, one.deal, one.account) for one, row in talk]
        allowed = self.judge.may_read_many(self.principal, asked)
        kept = {row.id for (_, row), ok in zip(talk, allowed, strict=True) if ok}
        return [
            replace(
                one,
                interactions=tuple(row for row in one.interactions if row.id in kept),
                product=without_secrets(one.product) if one.product else None,
            )
            for one in seen
        ]

    def sees_account(self, account: Account) -> bool:
        theirs = deal_rows.deals(self.session, self.principal.teams, or_owner=self.me, account_id=account.id)
        return self._any([account_resource(account), *map(deal_resource, theirs)])

    def sees_contact(self, contact: Contact, account: Account) -> bool:
        if self.sees_account(account):
            return True
        link = select(DealContact.deal_id).where(DealContact.contact_id == contact.id)
        met = self.session.exec(select(Deal).where(col(Deal.id).in_(link)))
        return self._any([deal_resource(deal) for deal in met])

    def sees_talk(self, row: Interaction) -> bool:
        return self.sees_talks([row])[0]

    def sees_talks(self, talk: Sequence[Interaction]) -> list[bool]:
        """Of each, whether it may be read; the judge is asked once."""
        deals = {
            one.id: one
            for one in in_parts(self.session, Deal, Deal.id, {r.deal_id for r in talk if r.deal_id})
        }
        deal_of = [deals.get(row.deal_id or "") for row in talk]
        whose = [
            row.account_id or (deal.account_id if deal else None)
            for row, deal in zip(talk, deal_of, strict=True)
        ]
        accounts = {
            one.id: one for one in in_parts(self.session, Account, Account.id, {key for key in whose if key})
        }
        found = [
            talk_resource(row, deal, accounts.get(key or ""))
            for row, deal, key in zip(talk, deal_of, whose, strict=True)
        ]
        return list(self.judge.may_read_many(self.principal, found))

    def sees_source(self, kind: str, source_id: str) -> bool:
        """Whether a record or a talk may be read now; kinds that nobody owns (playbook, product) always may."""
        talk = self.session.get(Interaction, source_id)
        if talk is not None:
            return self.sees_talk(talk)
        if kind == "account":
            account = self.session.get(Account, source_id)
            return account is not None and self.sees_account(account)
        if kind in ("lead", "lead_touch"):
            return self._sees_lead(kind, source_id)
        if kind in ("touch", "profile"):
            return self.sees_touch(source_id) if kind == "touch" else self.sees_profile(source_id)
        if kind == "contact":
            contact = self.session.get(Contact, source_id)
            house = self.session.get(Account, contact.account_id) if contact else None
            return contact is not None and house is not None and self.sees_contact(contact, house)
        if kind == "deal" or kind in OF_DEAL:
            deal = self.session.get(Deal, self._deal_of(kind, source_id))
            return deal is not None and self.may(deal_resource(deal))
        return kind not in set(InteractionKind)

    def _sees_lead(self, kind: str, source_id: str) -> bool:
        touch = self.session.get(LeadTouch, source_id) if kind == "lead_touch" else None
        lead = self.session.get(Lead, touch.lead_id if touch else source_id)
        if lead is None:
            return kind == "lead_touch" and self.sees_touch(source_id)
        return self.may(lead_resource(lead))

    def sees_profile(self, profile_id: str) -> bool:
        """Whether the journey of a stitched person may be read."""
        row = identity.profile(self.session, profile_id)
        return row is not None and journey_rows.sees_profile(self, row)

    def sees_touch(self, event_id: str) -> bool:
        """Whether an event that came in may be read."""
        return journey_rows.sees_event(self, event_id)

    def _deal_of(self, kind: str, record_id: str) -> str:
        """The deal that a record is about."""
        if kind == "deal":
            return record_id
        row = self.session.get(OF_DEAL[kind], record_id)
        return str(getattr(row, "deal_id", "") or "")

    def names(self) -> NameIndex:
        return NameIndex(name_entries(self.session, self.principal.teams, self.me))

    def recall(self, search: Search, query: str, filters: Filters | None, k: int) -> list[Passage]:
        """Found passages, best first: those of the teams, and those about one's own deals in other teams."""
        found = search.recall(query, groups=self.principal.teams, filters=filters, k=k)
        mine = self._own_elsewhere()
        wanted = mine & filters.deal_ids if filters and filters.deal_ids else mine
        if wanted:
            narrowed = replace(filters or Filters(), deal_ids=wanted)
            found = [*found, *search.recall(query, groups=None, filters=narrowed, k=k)]
        best = {passage.id: passage for passage in sorted(found, key=lambda one: one.score)}
        ordered = sorted(best.values(), key=lambda one: (-one.score, one.id)) if wanted else list(found)
        resources = [passage_resource(one, self.me if one.deal_id in mine else "") for one in ordered]
        allowed = self.judge.may_read_many(self.principal, resources)
        return [passage for passage, ok in zip(ordered, allowed, strict=True) if ok][:k]

    def _own_elsewhere(self) -> frozenset[str]:
        """Deals one owns whose talk is, in part, another team's: after moving to another team, say."""
        if not self.me:
            return frozenset()
        teams = self.principal.teams
        foreign = select(Interaction.deal_id).where(col(Interaction.team_id).not_in(teams))
        own = select(Deal.id).where(
            Deal.owner_id == self.me, or_(col(Deal.team_id).not_in(teams), col(Deal.id).in_(foreign))
        )
        return frozenset(self.session.exec(own))

    def may(self, resource: Resource) -> bool:
        """Whether the person may read this one."""
        return self._any([resource])

    def _any(self, resources: Iterable[Resource]) -> bool:
        return any(self.judge.may_read_many(self.principal, list(resources)))


def without_secrets(product: Product) -> Product:
    """The product as it may leave this floor: cost and floor price are confidential and stay behind."""
    return Product(**{**product.model_dump(), "cost_fen": 0, "floor_price_fen": 0})
