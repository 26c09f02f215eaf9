"""What we sell and to whom: products, deals with their stage history, offers with their lines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime, utc_now

OPEN_STAGES = ("discovery", "evaluation", "proposal", "negotiation", "commit")
"""Stage ids in order; a closed deal is `won` or `lost`."""

STAGES = (*OPEN_STAGES, "won", "lost")


class Product(SQLModel, table=True):
    """Something we sell. Money is in hundredths of the currency unit (fen, cents). Cost and floor are confidential."""

    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    aliases: list[str] = Field(default_factory=list, sa_type=JsonText)
    line: str = ""
    unit: str = ""
    list_price_fen: int = Field(default=0, sa_type=BigInteger)
    cost_fen: int = Field(default=0, sa_type=BigInteger)
    floor_price_fen: int = Field(default=0, sa_type=BigInteger)
    currency: str = "CNY"
    stock: int = 0
    description: str = ""


class Deal(SQLModel, table=True):
    """An opportunity. `amount_fen` is the expected value in hundredths of `currency`."""

    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    owner_id: str = Field(foreign_key="person.id", index=True)
    team_id: str = Field(foreign_key="team.id", index=True)
    product_id: str | None = Field(default=None, foreign_key="product.id", index=True)
    stage: str = Field(index=True)
    amount_fen: int = Field(default=0, sa_type=BigInteger)
    currency: str = "CNY"
    created_at: datetime = Field(sa_type=UtcDateTime)
    expected_close: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    next_step: str = ""
    next_step_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    competitor: str = ""
    lost_reason: str = ""
    extra: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN_STAGES


class DealContact(SQLModel, table=True):
    """Which people at the customer take part in a deal."""

    deal_id: str = Field(primary_key=True, foreign_key="deal.id")
    contact_id: str = Field(primary_key=True, foreign_key="contact.id")


class StageChange(SQLModel, table=True):
    """One step of a deal through the process."""

    id: str = Field(primary_key=True)
    deal_id: str = Field(foreign_key="deal.id", index=True)
    stage: str
    at: datetime = Field(sa_type=UtcDateTime)


class Offer(SQLModel, table=True):
    """A priced proposal. `lines`: [{product_id, name, quantity, list_price_fen, unit_price_fen}].

    `status` is draft, approved, sent, accepted or expired; `discount_bp` is the discount against list price in
    basis points (1200 = 12 %).
    """

    id: str = Field(primary_key=True)
    deal_id: str = Field(foreign_key="deal.id", index=True)
    version: int = 1
    status: str = "draft"
    lines: list[dict[str, str | int]] = Field(default_factory=list, sa_type=JsonText)
    total_fen: int = Field(default=0, sa_type=BigInteger)
    discount_bp: int = 0
    currency: str = "CNY"
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    note: str = ""
