"""In a random small company: what SQL and the search show is what the judge allows, row by row, in both directions."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

import actions.tables
import actions.tables_house  # noqa: F401  their tables belong to the schema
from actions.counter import PersonDesk
from actions.effect import Hands
from actions.evaluation import Rules
from actions.files import Shelf
from actions.gate import Gate
from actions.gateways.mail import gateway_from
from actions.people import principal_of
from actions.tables import Action
from knowledge.library.people import visible_teams
from knowledge.model import (
    Account,
    Contact,
    Deal,
    DealContact,
    Delegation,
    Interaction,
    Offer,
    Person,
    Product,
    Suggestion,
    Team,
)
from knowledge.search import Search
from knowledge.store import Store
from policies.engine import Judge
from policies.facts import Principal, Resource
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
START = datetime(2026, 9, 1, tzinfo=UTC)
ROLES = ("rep", "manager", "director", "legal", "finance", "admin", "auditor")
TEAMS = ("t-1", "t-2", "t-3")
PEOPLE = tuple(f"p-{n}" for n in range(5))
ACCOUNTS = tuple(f"A-{n}" for n in range(4))
DEALS = tuple(f"D-{n}" for n in range(5))
JUDGE = Judge.load()
WORDS = Path(tempfile.mkdtemp(prefix="words-"))
atexit.register(shutil.rmtree, WORDS, ignore_errors=True)  # the dictionary is compiled once for all examples

FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # a database and an index each: shrinking takes minutes
)
maybe_team = st.sampled_from((None, *TEAMS))
person_of = st.sampled_from(PEOPLE)


@dataclass
class Company:
    """Rows of one random company."""

    rows: list[list[SQLModel]] = field(default_factory=list, repr=False)


@st.composite
def companies(draw: Any) -> Company:
    people = [
        Person(
            id=name,
            name=f"员{number}",
            email=f"{name}@us.example.cn",
            roles=draw(st.lists(st.sampled_from(ROLES), max_size=2, unique=True)),
            team_id=draw(maybe_team),
            region=draw(st.sampled_from(("", "east", "south"))),
            active=draw(st.booleans()) or draw(st.booleans()),
        )
        for number, name in enumerate(PEOPLE)
    ]
    accounts = [
        Account(id=name, name=f"客户{name}", owner_id=draw(st.none() | person_of), team_id=draw(maybe_team))
        for name in ACCOUNTS
    ]
    contacts = [
        Contact(
            id=f"C-{number}",
            account_id=draw(st.sampled_from(ACCOUNTS)),
            name=f"联系人{number}",
            email=f"c{number}@x.cn",
        )
        for number in range(5)
    ]
    deals = [
        Deal(
            id=name,
            name=f"商机{name}",
            account_id=draw(st.sampled_from(ACCOUNTS)),
            owner_id=draw(person_of),
            team_id=draw(st.sampled_from(TEAMS)),
            product_id="P-1",
            stage="proposal",
            created_at=START,
        )
        for name in DEALS
    ]
    talks = [
        Interaction(
            id=f"I-{number}",
            kind=draw(st.sampled_from(("mail", "note", "meeting"))),
            at=START,
            deal_id=draw(st.none() | st.sampled_from(DEALS)),
            account_id=draw(st.none() | st.sampled_from(ACCOUNTS)),
            person_id=draw(st.none() | person_of),
            team_id=draw(maybe_team),
            subject=f"话题{number}",
            text=f"方案讨论第{number}次,客户要求补充方案材料。",
            language="zh",
        )
        for number in range(8)
    ]
    links = draw(st.sets(st.tuples(st.sampled_from(DEALS), st.integers(0, 4)), max_size=8))
    giving = draw(st.lists(st.tuples(person_of, person_of, st.booleans()), max_size=3))
    wishes = [
        _action(number, draw(person_of), draw(st.sampled_from(TEAMS)), draw(st.sampled_from(ROLES[:5])))
        for number in range(5)
    ]
    return Company(
        rows=[
            [
                Team(id=team, name=team, region=region)
                for team, region in zip(TEAMS, ("east", "south", ""), strict=True)
            ],
            people,
            [Product(id="P-1", name="平台", list_price_fen=200, cost_fen=77, floor_price_fen=99)],
            accounts,
            contacts,
            deals,
            [DealContact(deal_id=deal, contact_id=f"C-{number}") for deal, number in sorted(links)],
            [Offer(id=f"O-{deal}", deal_id=deal, status="sent", total_fen=100) for deal in DEALS],
            [
                Delegation(id=f"g-{n}", from_id=a, to_id=b, ends_at=NOW + timedelta(days=1 if still else -1))
                for n, (a, b, still) in enumerate(giving)
            ],
            talks,
            wishes,
            [
                Suggestion(id=f"S-{n}", kind="email", person_id=draw(person_of), payload={}, created_at=START)
                for n in range(3)
            ],
        ]
    )


def _action(number: int, who: str, team: str, seat: str) -> Action:
    deal = DEALS[number % len(DEALS)]
    payload = "{}"
    return Action(
        id=f"act-{number}", code=f"COD{number}", action="send_email", state="pending", payload=payload, payload_hash="",
        preview_hash="", resource_kind="deal", resource_id=deal, team_id=team, requester_id=who, drafted_by="person",
        idempotency_key=f"k-{number}", message_id=f"<{number}@x>", created_at=START, decision={"approvers": [seat]}, facts={},
    )  # fmt: skip


@dataclass
class Opened:
    """A company in a database with its index, and the desks over it."""

    gate: Gate
    search: Search

    def desk(self, person: Person) -> PersonDesk:
        return PersonDesk(gate=self.gate, search=self.search, asker=person)


def _open(company: Company, folder: Path, indexed: bool = True) -> Opened:
    store = Store(f"sqlite:///{folder / 'x.db'}")
    SQLModel.metadata.create_all(store.engine)
    with store.session() as session:
        for batch in company.rows:
            session.add_all(batch)
            session.flush()
    search = Search(store, folder / "index", dictionary=WORDS / "words.db")
    if indexed:
        search.reindex()
    hands = Hands(mail=gateway_from("", folder / "outbox"), files=Shelf(folder / "papers"))
    gate = Gate(
        store=store, judge=JUDGE, hands=hands, clock=FakeClock(), rules=Rules(own_domain="us.example.cn")
    )
    return Opened(gate=gate, search=search)


@given(companies())
@FEW
def test_what_is_shown_is_what_is_allowed(company: Company) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened = _open(company, Path(folder))
        try:
            with opened.gate.store.reading() as session:
                people = list(session.exec(select(Person)))
            for person in people:
                _compare(opened, person)
        finally:
            opened.search.close()
            opened.gate.store.close()


def _compare(opened: Opened, person: Person) -> None:
    desk = opened.desk(person)
    with opened.gate.store.reading() as session:
        oracle = Oracle(session, principal_of(session, person))
        deals, accounts, contacts, talks = (
            oracle.deals(),
            oracle.accounts(),
            oracle.contacts(),
            oracle.talks(),
        )
        every = {
            kind: [row.id for row in session.exec(select(kind))]
            for kind in (Deal, Account, Contact, Interaction)
        }
    assert {row.id for row in desk.deals()} == deals
    assert {one for one in every[Deal] if desk.deal(one)} == deals
    assert {one for one in every[Account] if desk.account(one)} == accounts
    assert {one for one in every[Contact] if desk.contact(one)} == contacts
    assert {one for one in every[Interaction] if desk.interaction(one)} == talks
    known = desk.names().by_id.values()
    assert {entry.id for entry in known if entry.kind == "deal"} == deals
    assert {entry.id for entry in known if entry.kind == "account"} == accounts
    assert {entry.id for entry in known if entry.kind == "contact"} == contacts
    assert {parent for entry in known for parent in entry.parents} <= deals | accounts
    found = {passage.interaction_id for passage in desk.recall("方案", k=100)}
    assert found == talks
    for deal in deals:
        facts = desk.deal(deal)
        assert facts is not None
        assert {row.id for row in facts.interactions} <= talks
        assert facts.product is not None
        assert (facts.product.cost_fen, facts.product.floor_price_fen) == (0, 0)


@dataclass
class Oracle:
    """The judge asked row by row, with resources written down here and not taken from the code under test."""

    session: Session
    principal: Principal

    def _may(self, **resource: Any) -> bool:
        return JUDGE.may_read_many(self.principal, [Resource(**resource)])[0]

    def _deal(self, deal: Deal) -> bool:
        return self._may(kind="deal", id=deal.id, team_id=deal.team_id, owner_id=deal.owner_id)

    def deals(self) -> set[str]:
        return {deal.id for deal in self.session.exec(select(Deal)) if self._deal(deal)}

    def accounts(self) -> set[str]:
        with_deal = {d.account_id for d in self.session.exec(select(Deal)) if self._deal(d)}
        return {
            a.id
            for a in self.session.exec(select(Account))
            if a.id in with_deal
            or self._may(kind="account", id=a.id, team_id=a.team_id or "-", owner_id=a.owner_id or "")
        }

    def contacts(self) -> set[str]:
        accounts, deals = self.accounts(), self.deals()
        on_deal = {
            link.contact_id for link in self.session.exec(select(DealContact)) if link.deal_id in deals
        }
        return {
            c.id for c in self.session.exec(select(Contact)) if c.account_id in accounts or c.id in on_deal
        }

    def talks(self) -> set[str]:
        deals = {d.id: d for d in self.session.exec(select(Deal))}
        accounts = {a.id: a for a in self.session.exec(select(Account))}
        allowed = set()
        for row in self.session.exec(select(Interaction)):
            deal = deals.get(row.deal_id or "")
            account = accounts.get(row.account_id or (deal.account_id if deal else ""))
            team = row.team_id or (deal.team_id if deal else None) or (account.team_id if account else None)
            if self._may(
                kind="passage", id=row.id, team_id=team or "-", owner_id=deal.owner_id if deal else ""
            ):
                allowed.add(row.id)
        return allowed


@given(companies())
@FEW
def test_an_action_exists_for_whom_the_rules_or_its_seat_let_see_it(company: Company) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened = _open(company, Path(folder), indexed=False)
        try:
            with opened.gate.store.reading() as session:
                people = list(session.exec(select(Person)))
                wishes = list(session.exec(select(Action)))
                shown = {p.id: _seen_actions(session, p, people, wishes) for p in people}
                drafts = list(session.exec(select(Suggestion)))
            for person in people:
                desk = opened.desk(person)
                assert {w.id for w in wishes if desk.explain(w.id)} == shown[person.id], person
                assert {w.id for w in wishes if desk.explain(w.code)} == shown[person.id]
                mine = {draft.id for draft in drafts if draft.person_id == person.id}
                assert {draft.id for draft in drafts if desk.draft(draft.id)} == mine
        finally:
            opened.search.close()
            opened.gate.store.close()


def _seen_actions(session: Session, person: Person, people: list[Person], wishes: list[Action]) -> set[str]:
    """By the rules for reading an action, or by a seat: held, stood in for, or lent by somebody who holds it."""
    principal = principal_of(session, person)
    seen = set()
    for wish in wishes:
        resource = Resource(kind="action", id=wish.id, owner_id=wish.requester_id, team_id=wish.team_id)
        if JUDGE.may_read_many(principal, [resource])[0] or _has_seat(session, person, people, wish):
            seen.add(wish.id)
    return seen


def _has_seat(session: Session, person: Person, people: list[Person], wish: Action) -> bool:
    if not person.active or person.id == wish.requester_id:
        return False
    team = session.get_one(Team, wish.team_id)
    (seat,) = wish.decision["approvers"]

    def holds(one: Person) -> bool:
        directs = "director" in one.roles and bool(team.region) and one.region == team.region
        if seat == "manager":
            return directs or ("manager" in one.roles and one.team_id == team.id)
        return directs if seat == "director" else seat in one.roles

    holders = {one.id for one in people if one.active and holds(one)}
    lent = session.exec(select(Delegation).where(Delegation.to_id == person.id))
    return person.id in holders or any(d.from_id in holders and d.ends_at > NOW for d in lent)


def test_whoever_has_left_sees_nothing() -> None:
    person = Person(id="p-0", name="x", roles=["admin"], team_id="t-1", active=False)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'x.db'}")
        SQLModel.metadata.create_all(store.engine)
        with store.reading() as session:
            assert visible_teams(session, person) == frozenset()
        store.close()
