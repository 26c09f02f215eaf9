"""What happened with a customer: mails, calls, meetings, chats, web touches, orders, notes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime

INBOUND = ("inbound", "in")
OUTBOUND = ("outbound", "out")
"""Values of a direction; the short ones stand in rows of earlier versions."""


class InteractionKind(StrEnum):
    MAIL = "mail"
    CALL = "call"
    MEETING = "meeting"
    CHAT = "chat"
    WEB = "web"
    ORDER = "order"
    NOTE = "note"


class Interaction(SQLModel, table=True):
    """One thing that happened. `text` is what is searched and quoted, verbatim.

    `provenance` is the label of authority.md E4 that every value read from this text carries (inbound_mail,
    call_transcript, customer_chat, web_form, attachment, imported_file, crm_record). `segments` is a JSON list of
    {speaker, side, text, start, end}; calls, meetings and chats have it. `direction` is of INBOUND or OUTBOUND, or empty.
    """

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    contact_id: str | None = Field(default=None, foreign_key="contact.id", index=True)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    team_id: str | None = Field(default=None, foreign_key="team.id", index=True)
    direction: str = ""
    subject: str = ""
    text: str = ""
    language: str = ""
    provenance: str = "imported_file"
    segments: list[dict[str, str | float | None]] = Field(default_factory=list, sa_type=JsonText)
    source: str = ""
    thread_key: str = ""
    extra: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
