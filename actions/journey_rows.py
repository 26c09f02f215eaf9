"""Whose journey exists for whom: a customer's for those who see the customer, a lead's for those who see the lead, that of
nobody known for those whom the rules let see it."""

from __future__ import annotations

from typing import Protocol

from sqlmodel import Session

from knowledge.journey.reading import Events
from knowledge.library import identity
from knowledge.model import Account, Contact, Lead, Profile, TouchEvent
from policies.facts import Resource

from .resources import lead_resource


class Sees(Protocol):
    """What of actions.rows.Rows is asked here."""

    session: Session

    def sees_account(self, account: Account) -> bool: ...
    def sees_contact(self, contact: Contact, account: Account) -> bool: ...
    def may(self, resource: Resource) -> bool: ...


def sees_profile(rows: Sees, profile: Profile) -> bool:
    """Whether the person may read this profile's journey. Who is several people's (a shared phone) is nobody's."""
    known = False
    if profile.account_id:
        account = rows.session.get(Account, profile.account_id)
        contact = rows.session.get(Contact, profile.contact_id) if profile.contact_id else None
        if account is not None:
            known = True
            if rows.sees_contact(contact, account) if contact else rows.sees_account(account):
                return True
    if profile.lead_id:
        lead = rows.session.get(Lead, profile.lead_id)
        if lead is not None:
            known = True
            if rows.may(lead_resource(lead)):
                return True
    return not known and rows.may(anonymous(profile.id))


def sees_event(rows: Sees, event_id: str) -> bool:
    """Whether the person may read this event: its person's journey, or that of the customer it names."""
    event = rows.session.get(TouchEvent, event_id)
    if event is None:
        return False
    (touch,) = Events(rows.session).of_person(f"event:{event_id}")
    profile = profile_of(rows, touch.person, event)
    if not event.account_id:
        return sees_profile(rows, profile) if profile else rows.may(anonymous(event_id))
    account = rows.session.get(Account, event.account_id)
    if account is not None and rows.sees_account(account):
        return True
    known = profile is not None and bool(profile.account_id or profile.lead_id)
    return known and profile is not None and sees_profile(rows, profile)


def profile_of(rows: Sees, person: str, event: TouchEvent) -> Profile | None:
    """The profile behind the person of an event."""
    kind, _, record = person.partition(":")
    if kind in ("contact", "lead"):
        found = identity.profiles_of(rows.session, f"{kind}_id", record)
        return found[0] if found else None
    return identity.profile(rows.session, person) if event.signature_id else None


def anonymous(one: str) -> Resource:
    """The judge's view of a journey that leads to no record of ours: no team, no owner."""
    return Resource(kind="journey", id=one, team_id="")
