"""Feeds that are drawn from elsewhere again and again: which there are, how far they have come, what is held back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class FeedSource(SQLModel, table=True):
    """One CRM or mailbox that is read by the clock. `kind` is hubspot, salesforce or mailbox; `options` hold no secret.

    `every_s` is the pause between two readings in seconds, `due_at` the next one; `failures` counts the readings in a row
    that failed and `trouble` says why (`中文 / English`). `counts` are those of the last whole reading.
    """

    __tablename__ = "feed_source"

    name: str = Field(primary_key=True)
    kind: str
    options: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
    every_s: int = 900
    enabled: bool = True
    created_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    due_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    whole_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    trouble: str = ""
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JsonText)


class FeedCursor(SQLModel, table=True):
    """How far one part of a feed has been read: a moment of the CRM's own clock, or `UIDVALIDITY:UID` of a folder."""

    __tablename__ = "feed_cursor"

    feed: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    value: str
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class FeedHeld(SQLModel, table=True):
    """A record of a feed that could not be taken, with the reason; it is asked for anew at every reading until it can."""

    __tablename__ = "feed_held"

    feed: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    field: str = ""
    reason: str = ""
    tries: int = 1
    since: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class MailSighting(SQLModel, table=True):
    """What a mailbox shows of a mail whose sending ended in doubt, one row a folder. `found` is copy (the mail itself lies
    there), reply (something answers it), bounce (a server says it did not arrive) or nothing; `at` is the moment of what
    was found, `seen_at` when we looked."""

    __tablename__ = "mail_sighting"

    message_id: str = Field(primary_key=True)
    feed: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    found: str
    sender: str = ""
    subject: str = ""
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
