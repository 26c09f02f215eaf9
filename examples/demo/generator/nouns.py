"""What the demo company is made of, before it becomes rows: plain frozen values, money in yuan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Colleague:
    id: str
    name: str
    mail: str
    title: str
    roles: str
    team: str
    region: str
    language: str
    active: bool

    @property
    def email(self) -> str:
        return f"{self.mail}@chengdan-demo.cn"


@dataclass(frozen=True)
class Company:
    id: str
    name: str
    aliases: str
    industry: str
    city: str
    size: str
    tier: str
    domain: str
    owner: str
    english: bool

    @property
    def short(self) -> str:
        return self.name if self.english else self.aliases.split("|")[0]


@dataclass(frozen=True)
class Human:
    id: str
    account: str
    name: str
    title: str
    department: str
    influence: str
    email: str
    phone: str
    language: str

    @property
    def called(self) -> str:
        """How one addresses them: 张主任, 李总; the first name in English."""
        if self.language == "en":
            return self.name.split()[0]
        for word in ("主任", "科长", "院长"):
            if word in self.title:
                return self.name[0] + word
        return self.name[0] + ("总" if "总" in self.title or "创始人" in self.title else "经理")


@dataclass(frozen=True)
class Ware:
    id: str
    name: str
    aliases: str
    line: str
    unit: str
    list_price: int
    cost: int
    floor: int
    stock: int
    description: str

    @property
    def short(self) -> str:
        return self.aliases.split("|")[0]

    @property
    def english(self) -> str:
        return self.aliases.split("|")[-1]


@dataclass(frozen=True)
class Happening:
    """One interaction. `form`: csv, mail, vtt, srt, txt or note (which file it becomes)."""

    id: str
    kind: str
    at: datetime
    deal: str
    account: str
    contact: str
    person: str
    direction: str
    subject: str
    text: str
    language: str = "zh"
    form: str = "csv"


@dataclass(frozen=True)
class Proposal:
    """An offer; `lines` are (product id, quantity, unit price in yuan)."""

    id: str
    status: str
    lines: tuple[tuple[str, int, int], ...]
    discount_percent: int
    at: datetime
    valid_until: datetime
    note: str = ""
    version: int = 1


@dataclass(frozen=True)
class Case:
    """A deal with all that belongs to it. `people` are contact ids, the main one first."""

    id: str
    name: str
    account: str
    owner: str
    product: str
    stage: str
    amount: int
    created: datetime
    people: tuple[str, ...]
    steps: tuple[tuple[str, datetime], ...]
    quantity: int = 1
    expected: datetime | None = None
    closed: datetime | None = None
    next_step: str = ""
    next_step_at: datetime | None = None
    competitor: str = ""
    lost_reason: str = ""
    objections: tuple[str, ...] = ()
    offers: tuple[Proposal, ...] = ()
    happenings: tuple[Happening, ...] = field(default=())


Phrases = dict[str, Any]
"""An inventory as read from phrases/*.yaml."""
