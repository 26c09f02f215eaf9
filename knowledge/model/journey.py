"""The customer journey: what happened on every channel, who it was as far as that is known, and what people agreed to.

Phone numbers, addresses and logins stand here as keyed hashes alone (`kind:hex`); what they were cannot be read back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now

LINKED, REFUSED, UNDONE = "linked", "refused", "undone"
"""States of an edge: it joins, a rule forbade it, a person took it back."""


class TouchEvent(SQLModel, table=True):
    """One event that was accepted. `signature_id` names the set of identifiers it came with, "" when it had none.

    `at` is when it happened (a late event keeps its own time), `received_at` when it arrived. `plan` is the version of the
    tracking plan it was judged by; `conversion` and `payment` are what that plan says of its name. Money in fen.
    """

    __tablename__ = "touch_event"
    __table_args__ = (Index("ix_touch_event_signature_id_at", "signature_id", "at"),)

    id: str = Field(primary_key=True)
    name: str
    source: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    received_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    signature_id: str = ""
    plan: str = ""
    direction: str = ""
    session: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    visible_s: float | None = None
    engaged: bool | None = None
    conversion: bool = False
    payment: bool = False
    value_fen: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = "CNY"
    bot: bool = False
    account_id: str = Field(default="", index=True)
    props: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)


class Identifier(SQLModel, table=True):
    """One keyed hash. `profile_id` is whose it is now, `own_profile` the profile it would lead by itself; from `shared_since`
    on more than one person uses it, and what comes with nothing better is nobody's."""

    id: str = Field(primary_key=True)
    kind: str
    profile_id: str = Field(index=True)
    own_profile: str = Field(index=True)
    shared_since: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Signature(SQLModel, table=True):
    """One set of identifiers that came together on events."""

    __tablename__ = "identity_signature"

    id: str = Field(primary_key=True)
    members: list[str] = Field(default_factory=list, sa_type=JsonText)


class SignatureMember(SQLModel, table=True):
    """Which signatures hold an identifier."""

    __tablename__ = "identity_member"

    identifier_id: str = Field(primary_key=True)
    signature_id: str = Field(primary_key=True, index=True)


class IdentitySpan(SQLModel, table=True):
    """Whose the events of a signature are, from `since` up to (not with) `until`; None is without end."""

    __tablename__ = "identity_span"

    id: str = Field(primary_key=True)
    signature_id: str = Field(index=True)
    profile_id: str = Field(index=True)
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IdentityEdge(SQLModel, table=True):
    """Two identifiers that are said to be one person's; `a` is the stronger one. `kind` is seen or manual.

    `at` is the earliest moment they came together and `event_id` the event of that moment; `seen` how often. `rule` and `era`
    are the version of the identity rules it is judged by, now and later. `why` says why it was refused; `note` is what the
    person who merged or undid it wrote.
    """

    __tablename__ = "identity_edge"

    id: str = Field(primary_key=True)
    kind: str = "seen"
    a: str = Field(index=True)
    b: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    event_id: str = ""
    event_name: str = ""
    seen: int = 1
    rule: str = ""
    era: int = 0
    state: str = LINKED
    why: str = ""
    by_id: str = ""
    note: str = ""
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str = ""


class Profile(SQLModel, table=True):
    """A person as far as their identifiers tell. `kind` is that of the strongest one, or device, shared, clash for somebody
    without a key of their own. A profile is a customer's when its identifiers lead to one account and no other."""

    __tablename__ = "journey_profile"

    id: str = Field(primary_key=True)
    kind: str
    primary_id: str = ""
    account_id: str = Field(default="", index=True)
    contact_id: str = Field(default="", index=True)
    lead_id: str = Field(default="", index=True)


class IdentityLink(SQLModel, table=True):
    """An identifier that is the phone or address of a contact or a lead on record."""

    __tablename__ = "identity_link"

    identifier_id: str = Field(primary_key=True)
    record_kind: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True, index=True)
    account_id: str = ""


class IdentityEra(SQLModel, table=True):
    """One version of the identity rules that was in force when identifiers were joined; the number tells which was first."""

    __tablename__ = "identity_era"

    era: int = Field(primary_key=True)
    version: str = Field(unique=True)
    rules: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    since: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Consent(SQLModel, table=True):
    """What somebody agreed to or took back, for one purpose, as known under one identifier. The latest counts."""

    __tablename__ = "journey_consent"

    id: str = Field(primary_key=True)
    identifier_id: str = Field(index=True)
    purpose: str
    granted: bool
    at: datetime = Field(sa_type=UtcDateTime)
    how: str = ""


class QuarantinedEvent(SQLModel, table=True):
    """An event the tracking plan does not allow. `payload` is what is left of it without any personal text; the same fault of
    the same event again only counts (`times`)."""

    __tablename__ = "quarantined_event"

    id: str = Field(primary_key=True)
    event_id: str = ""
    name: str = Field(index=True)
    source: str = ""
    reason: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    plan: str = ""
    first_seen: datetime = Field(sa_type=UtcDateTime, index=True)
    last_seen: datetime = Field(sa_type=UtcDateTime)
    times: int = 1


class CollectSource(SQLModel, table=True):
    """A site or an app that may send events. Of its write key only the hash is kept; `origins` are the pages it may call from."""

    __tablename__ = "collect_source"

    name: str = Field(primary_key=True)
    key_hash: str = Field(unique=True)
    source: str = "web"
    origins: list[str] = Field(default_factory=list, sa_type=JsonText)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
