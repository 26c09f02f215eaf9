"""All there is of one person, as plain JSON: what they may ask for (and what an erasure would take)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from knowledge.journey import deciding
from knowledge.library import identity
from knowledge.library import journey as rows
from knowledge.model import Consent, Contact, Interaction, Lead, LeadTouch, Profile

_CONTACT = (
    "id",
    "account_id",
    "name",
    "title",
    "department",
    "influence",
    "email",
    "phone",
    "language",
    "marketing_consent",
)
_LEAD = ("id", "name", "company", "email", "phone", "source", "status", "created_at", "extra")
_TALK = ("id", "kind", "at", "direction", "subject", "text")
_TOUCH = ("id", "kind", "at", "direction", "seconds", "pages", "text")
_EVENT = (
    "id", "name", "source", "at", "received_at", "page", "title", "referrer", "utm_source", "utm_medium", "utm_campaign",
    "utm_term", "utm_content", "visible_s", "value_fen", "currency", "props",
)  # fmt: skip
_CONSENT = ("purpose", "granted", "at", "how", "identifier_id")


def copy_of(session: Session, profile: Profile) -> dict[str, Any]:
    """Identifiers (hashes: what they were is not kept), events, consent, and the records the profile leads to."""
    known = deciding.identifiers_of(session, profile.id)
    events = rows.placed(session, rows.of_profiles([profile.id]))
    consent = identity.rows_by(session, Consent, "identifier_id", [row.id for row in known])
    return {
        "identifiers": [
            {"id": row.id, "kind": row.kind, "shared_since": _plain(row.shared_since)} for row in known
        ],
        "events": [_of(event, _EVENT) for event, _, _ in events],
        "consent_given": [_of(row, _CONSENT) for row in sorted(consent, key=lambda one: (one.at, one.id))],
        "records": _records(session, profile),
    }


def _records(session: Session, profile: Profile) -> dict[str, Any]:
    contact = session.get(Contact, profile.contact_id) if profile.contact_id else None
    lead = session.get(Lead, profile.lead_id) if profile.lead_id else None
    talk = (
        select(Interaction).where(Interaction.contact_id == profile.contact_id).order_by(col(Interaction.at))
    )
    done = select(LeadTouch).where(LeadTouch.lead_id == profile.lead_id).order_by(col(LeadTouch.at))
    return {
        "contact": _of(contact, _CONTACT) if contact else None,
        "lead": _of(lead, _LEAD) if lead else None,
        "interactions": [_of(row, _TALK) for row in session.exec(talk)] if contact else [],
        "lead_touches": [_of(row, _TOUCH) for row in session.exec(done)] if lead else [],
    }


def _of(row: SQLModel, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
