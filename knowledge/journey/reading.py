"""Events read back as touches: of one customer, contact, lead or profile, or of everybody, in order of time.

What stands in our own records (mails, calls, chats, orders) becomes touches in knowledge/crm_touches.py; both speak of people
by the same keys (`contact:`, `lead:`, else the profile), and knowledge/journeys.py puts them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from knowledge.insight.journey.events import Touch, by_person, in_order
from knowledge.library import identity
from knowledge.library import journey as rows
from knowledge.model import LeadTouch, Profile, TouchEvent

from .consenting import ANALYTICS
from .planning import plan_in_force
from .touches import as_lead_touch, from_event

MOST_KEPT = 20_000
"""Profiles held in memory while events are streamed."""


class Events:
    """The events of a database in one session; who may see them is the caller's to ask."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._profiles: dict[str, Profile | None] = {}

    def of_account(self, account_id: str) -> list[Touch]:
        """Those of one customer's people, and those that name the customer itself."""
        profiles = identity.profiles_of(self.session, "account_id", account_id)
        return self._together(profiles, col(TouchEvent.account_id) == account_id)

    def of_contact(self, contact_id: str) -> list[Touch]:
        """Those of one person at a customer."""
        return self._together(identity.profiles_of(self.session, "contact_id", contact_id))

    def of_lead(self, lead_id: str) -> list[Touch]:
        """Those of one lead."""
        return self._together(identity.profiles_of(self.session, "lead_id", lead_id))

    def of_profile(self, profile_id: str) -> list[Touch]:
        """Those of one profile alone."""
        row = identity.profile(self.session, profile_id)
        return self._together([row]) if row else []

    def of_person(self, person: str) -> list[Touch]:
        """Those behind the `person` of a touch."""
        kind, _, rest = person.partition(":")
        if kind == "contact":
            return self.of_contact(rest)
        if kind == "lead":
            return self.of_lead(rest)
        if kind == "event":
            return list(self._placed(col(TouchEvent.id) == rest))
        return self.of_profile(person)

    def everything(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Touch]:
        """Everybody's, from `since` up to (not with) `until`, streamed."""
        return self._placed(since=since, until=until)

    def visitors(self) -> Iterator[list[Touch]]:
        """Those of each visitor who leads to no record of ours, one after the other, for counting. Whoever said nothing about
        being recorded has the key of a page view alone, and whoever took it back is left out."""
        for part in identity.in_chunks(identity.strangers(self.session)):
            owner = {one: row.profile_id for one, row in identity.members_of(self.session, part).items()}
            words = identity.consents(self.session, owner)
            last = {row.identifier_id: row.granted for row in words if row.purpose == ANALYTICS}
            gone = {owner[one] for one, granted in last.items() if not granted}
            counted = rows.of_profiles([one for one in part if one not in gone])
            every = by_person(self._placed(counted, col(TouchEvent.account_id) == ""))
            yield from every.values()

    def as_lead_touches(self, lead_ids: Iterable[str]) -> dict[str, list[LeadTouch]]:
        """Those of leads as their scores count them (`counts_as` of the tracking plan), the newest first; no rows of a table."""
        profiles = identity.rows_by(self.session, Profile, "lead_id", lead_ids)
        found: dict[str, list[LeadTouch]] = {}
        if not profiles:
            return found
        plan = plan_in_force(self.session)
        for lead_id in sorted({row.lead_id for row in profiles}):
            made = (as_lead_touch(touch, lead_id, plan) for touch in self.of_lead(lead_id))
            found[lead_id] = sorted(
                (one for one in made if one), key=lambda one: (one.at, one.id), reverse=True
            )
        return found

    def _together(self, profiles: Iterable[Profile], *more: ColumnElement[bool]) -> list[Touch]:
        ids = [row.id for row in profiles]
        conditions = [*([rows.of_profiles(ids)] if ids else []), *more]
        found = [touch for one in conditions for touch in self._placed(one)]
        return in_order({touch.id: touch for touch in found}.values())

    def _placed(
        self, *conditions: ColumnElement[bool], since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Touch]:
        for event, profile_id, members in rows.placed(self.session, *conditions, since=since, until=until):
            yield from_event(event, self._profile(profile_id), members)

    def _profile(self, profile_id: str) -> Profile | None:
        if profile_id and profile_id not in self._profiles:
            if len(self._profiles) >= MOST_KEPT:
                self._profiles.clear()
            self._profiles[profile_id] = self.session.get(Profile, profile_id)
        return self._profiles.get(profile_id)
