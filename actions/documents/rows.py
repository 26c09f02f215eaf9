"""The records a paper is made from, where each value comes from, and what no record has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone

from knowledge.blueprints.company import Company
from knowledge.model import Account, Contact, Deal, Offer, Person

from .catalogue import PaperTemplate
from .faults import DocumentRefused
from .offer_money import Money

SPOKEN = ("rep_input", "llm_inferred")
"""Labels of values that somebody said; all other sources are records."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where one value comes from. `kind`: deal, account, contact, offer, product, person, company, template, clock, or
    the label of what somebody said (rep_input, llm_inferred); `id` names the record, `quote` is its own words."""

    field: str
    value: str
    kind: str
    id: str
    quote: str

    def as_record(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A value that no record has; `zh` and `en` say what to do. `needed`: the paper must not go out without it."""

    field: str
    zh: str
    en: str
    needed: bool = False


class Incomplete(DocumentRefused):
    """The paper cannot be made; `missing` lists what is not on record and what to do about each."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(
            "缺少资料：" + "；".join(one.zh for one in missing),
            "data are missing: " + "; ".join(one.en for one in missing),
        )
        self.missing = tuple(missing)


@dataclass(kw_only=True)
class Rows:
    """The records a paper is made from."""

    deal: Deal
    account: Account
    owner: Person
    contact: Contact | None
    company: Company
    template: PaperTemplate
    money: Money
    offer: Offer | None
    now: datetime
    utc_offset_hours: int = 8

    @property
    def zone(self) -> timezone:
        return timezone(timedelta(hours=self.utc_offset_hours))

    @property
    def day(self) -> datetime:
        """The beginning of the local day: what a paper knows of the time, so that the same day gives the same bytes."""
        return self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
