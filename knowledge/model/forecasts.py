"""What was forecast on each day: one row a deal, kept as it was said, so that it can be held against what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime


class ForecastDay(SQLModel, table=True):
    """A day whose forecast is on record, and who could have used the assistant on it: team id -> ids of colleagues."""

    __tablename__ = "forecast_day"

    day: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    licensed: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)


class ForecastRow(SQLModel, table=True):
    """One open deal as it was forecast on one day. `chance` is None where none was given; `base` is then what its stage
    alone says. `version` names the model, "" for the prior method."""

    __tablename__ = "forecast_row"

    id: str = Field(primary_key=True)
    day: str = Field(index=True)
    deal_id: str = Field(foreign_key="deal.id", index=True)
    owner_id: str = Field(foreign_key="person.id", index=True)
    team_id: str = Field(default="", index=True)
    stage: str = ""
    amount_fen: int = Field(default=0, sa_type=BigInteger)
    currency: str = "CNY"
    chance: float | None = None
    base: float = 0.0
    version: str = ""
    expected_close: datetime | None = Field(default=None, sa_type=UtcDateTime)
