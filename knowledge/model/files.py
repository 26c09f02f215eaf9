"""Files that came in by chat: what was sent, by whom, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from .columns import UtcDateTime, utc_now

WAITING, BOUND, EXPIRED, DROPPED = "waiting", "bound", "expired", "dropped"
"""It waits until its sender says which deal it is about; it is an interaction; nobody said so in time; not wanted."""

TO_TRANSCRIBE = "waiting"
"""Value of `InboundFile.transcript` for a recording that nobody has written down yet; `done` when somebody has."""


class InboundFile(SQLModel, table=True):
    """One file that a colleague sent. The bytes lie by their hash under VAR_DIR/received.

    `name` is safe to show, `form` what the bytes are (knowledge.attachments), `sent_as` what the platform called it
    (file, image, voice, video); `size` in bytes, `seconds` as the platform says. A file that waits has no interaction
    and no text in the database; after `expires_at` it is forgotten with its bytes.
    """

    __tablename__ = "inbound_file"

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    sha256: str = Field(index=True)
    name: str
    form: str
    sent_as: str = "file"
    size: int = 0
    seconds: float = 0.0
    channel: str = ""
    conversation_id: str = ""
    state: str = Field(default=WAITING, index=True)
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    interaction_id: str = Field(default="", index=True)
    transcript: str = Field(default="", index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
