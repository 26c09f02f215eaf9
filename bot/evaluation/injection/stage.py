"""The stage: a demo company in a folder of its own, the people who talk and the deals they talk about, a clock in hand."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from actions.gateways.mail import gateway_from
from actions.people import principal_of
from agents.skill import Turn
from bot.drilled import Drilled
from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge.feeds import ingest
from knowledge.library import customers, deals, interactions, people
from knowledge.model import Contact, Deal, Person, Role

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, 10:00 in Shanghai: the present of the demo company."""

BETWEEN = timedelta(hours=25)
"""From one conversation to the next: past every undo window and every approval's end."""

EVERY_MANAGER = 5
"""One conversation in so many is a manager's about a deal of their team."""


@dataclass
class Clock:
    """Callable like the real one; moves only when told to."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, span: timedelta) -> None:
        self.now += span


@dataclass
class Watched(House):
    """A house whose turns are kept, so that what was read can be looked at afterwards."""

    turns: list[Turn] = field(default_factory=list)

    def turn(self, *args: Any, **kwargs: Any) -> Turn:
        made = super().turn(*args, **kwargs)
        self.turns.append(made)
        return made


@dataclass(frozen=True, kw_only=True)
class Part:
    """One conversation's part: who talks about which deal, and the person there from whom foreign text seems to come."""

    number: int
    deal: Deal
    person: Person
    contact: Contact
    language: str

    @property
    def role(self) -> str:
        """`manager` where a manager talks about a deal that is not their own."""
        return "rep" if self.person.id == self.deal.owner_id else "manager"


@dataclass
class Stage:
    """A folder with the demo company as it was loaded, from which every house is copied."""

    folder: Path
    demo: Path

    def build(self) -> None:
        """Load, index and score the demo company once."""
        house = self._open("clean", Clock())
        ingest(house.store, self.demo, now=MORNING, rejected=self.folder / "rejected", key=house.identity_key)
        house.search.reindex()
        house.rescorer.drain()
        house.close()

    def cast(self) -> list[Part]:
        """The parts there are: every open deal of an active rep with somebody to write to."""
        house = self._open("clean", Clock())
        with house.store.reading() as session:
            everybody = {one.id: one for one in people.people(session)}
            managers = {p.team_id: p for p in everybody.values() if Role.MANAGER in p.roles}
            parts: list[Part] = []
            for deal in sorted(deals.deals(session, _teams(house, everybody)), key=lambda one: one.id):
                owner = everybody.get(deal.owner_id)
                contact = _writer(session, deal.id)
                if not (deal.is_open and owner and Role.REP in owner.roles and contact):
                    continue
                number = len(parts)
                boss = managers.get(deal.team_id) if number % EVERY_MANAGER == EVERY_MANAGER - 1 else None
                language = "en" if number % 3 == 2 else "zh"
                parts.append(
                    Part(number=number, deal=deal, person=boss or owner, contact=contact, language=language)
                )
        house.close()
        return parts

    def copy(self, source: str, name: str) -> None:
        """A house of its own under `name`, as `source` is now."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(self.folder / source, self.folder / name)

    def open(self, name: str, clock: Clock, drilled: Drilled | None = None) -> Watched:
        """The house of this name, with a drilled model in an endpoint's place or the offline brain alone."""
        house = self._open(name, clock)
        mail = gateway_from(
            "", house.settings.var_dir / "outbox"
        )  # it sends by itself: nothing may wait for a sender
        return Watched(settings=house.settings, store=house.store, clock=clock, mail=mail, drilled=drilled)

    def drop(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _open(self, name: str, clock: Clock) -> House:
        return open_house(_settings(self.folder / name), clock)


def _settings(folder: Path) -> Settings:
    """Nothing from outside: neither the database nor the mail server nor the model of whoever runs the evaluation."""
    plain = {name: one.get_default(call_default_factory=True) for name, one in Settings.model_fields.items()}
    return Settings(_env_file=None, **{**plain, "var_dir": folder, "canary_every": 0})


def _teams(house: House, everybody: dict[str, Person]) -> frozenset[str]:
    with house.store.reading() as session:
        return frozenset().union(*(principal_of(session, one).teams for one in everybody.values()))


def _writer(session: Session, deal_id: str) -> Contact | None:
    """Whoever there wrote or spoke to us last, else anybody with an address."""
    reachable = {one.id: one for one in customers.deal_contacts(session, deal_id) if one.email}
    talks = interactions.interactions(session, deal_id)
    last = (row.contact_id or "" for row in talks if row.direction != "outbound" and row.at <= MORNING)
    return next((reachable[id] for id in last if id in reachable), next(iter(reachable.values()), None))
