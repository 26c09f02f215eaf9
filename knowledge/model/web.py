"""What the web console keeps: the lines each person's page shows, and who is signed in from where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class WebLine(SQLModel, table=True):
    """One line of one account's page. A line that changes (a running answer, a decided card) keeps its row and gets the
    account's next `seq`, so that a page knows by one number what it has not seen; two writers can never get the same one.

    `kind` is said (by the person), draft, text, card, file or image. `body` is the text; `payload` what a kind needs besides.
    """

    __tablename__ = "web_line"
    __table_args__ = (UniqueConstraint("account", "seq"), UniqueConstraint("account", "key"))

    id: int | None = Field(default=None, primary_key=True)
    account: str
    key: str
    seq: int
    kind: str
    body: str = ""
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)


class WebSession(SQLModel, table=True):
    """One browser signed in. Only the hash of what its cookie holds is kept; a row with `ended_at` opens nothing."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    account: str = Field(index=True)
    browser: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
