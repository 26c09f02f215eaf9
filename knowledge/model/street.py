"""What the street keeps: everything that came in, everything that goes out, the copies of each card, and who is who."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class ArrivalRow(SQLModel, table=True):
    """One thing that came in, stored before the platform is told that we have it.

    `lane` is what must be answered in order: one sender in one chat. `state` is waiting, working, done, shed (too much
    waited already) or dropped (it broke every try). A working row belongs to `claimed_by` while `claimed_at` is fresh.
    """

    __tablename__ = "arrival"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    lane: str = Field(index=True)
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    state: str = Field(default="waiting", index=True)
    tries: int = 0
    claimed_by: str = ""
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeliveryRow(SQLModel, table=True):
    """One thing to bring out. `key` is given by what it is for, so that doing the same turn again adds nothing.

    `state` is waiting, sending (the fence: what is found so after a crash is unknown), sent, never, unknown or replaced
    (a draft whose answer is there). `again` marks a draft that changed while it was being sent. `lane` keeps order.
    """

    __tablename__ = "delivery"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    channel: str
    lane: str = Field(index=True)
    load: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    state: str = Field(default="waiting", index=True)
    again: bool = False
    tries: int = 0
    due_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    claimed_by: str = ""
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    note: str = ""
    refs: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
    card_id: str = Field(default="", index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class CardCopy(SQLModel, table=True):
    """One person's copy of an approval card on one platform. Its id stands in the buttons; what it may do follows from
    who presses it. `seen_hash` is the payload that this copy shows, `rendered` what it showed last."""

    __tablename__ = "card_copy"

    id: str = Field(primary_key=True)
    action_id: str = Field(index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    channel: str
    address: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    seen_hash: str
    rendered: str = ""
    state: str = Field(default="open", index=True)
    refs: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class BindCode(SQLModel, table=True):
    """A one-time code by which a platform account becomes a colleague's. Only its hash is kept."""

    __tablename__ = "bind_code"

    code_hash: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    channel: str = ""
    made_by: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Stranger(SQLModel, table=True):
    """Somebody the house does not know: told so once a day, and guesses at codes are counted."""

    __table_args__ = (UniqueConstraint("channel", "sender"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    sender: str
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    guesses: int = 0
    guess_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StreetNote(SQLModel, table=True):
    """A small note all workers share until it expires: a running stream's text, who leads a channel, a count of calls."""

    __tablename__ = "street_note"

    key: str = Field(primary_key=True)
    value: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
