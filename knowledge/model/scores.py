"""Models fitted on the company's own history, and what a lead did before anybody at the customer had a deal with us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now


class FittedModel(SQLModel, table=True):
    """One version of a model. `version` is the SHA-256 of `artefact`, `data_hash` that of the table it was fitted on.

    `metrics` are figures on rows it had not seen, beside those of the one it replaced on the same rows; `why` says why it
    came into use. At most one version of a kind is active.
    """

    __tablename__ = "fitted_model"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    version: str
    data_hash: str = ""
    method: str = ""
    features: list[str] = Field(default_factory=list, sa_type=JsonText)
    metrics: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    artefact: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    n: int = 0
    positives: int = 0
    why: str = ""
    active: bool = False
    fitted_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    activated_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class LeadTouch(SQLModel, table=True):
    """One thing a lead did, or we did with it. `kind`: visit, price_page, download, form, chat, call, mail, meeting,
    complaint. `direction` is in or out; `seconds` how long it took, `pages` how many were seen; `text` is verbatim."""

    __tablename__ = "lead_touch"

    id: str = Field(primary_key=True)
    lead_id: str = Field(foreign_key="lead.id", index=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    direction: str = "in"
    seconds: int = 0
    pages: int = 0
    text: str = ""
    provenance: str = "web_form"
