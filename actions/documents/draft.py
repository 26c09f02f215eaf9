"""A paper before it is kept: its values and sources, its bytes, and how far its clauses are from the template."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from knowledge.blueprints import active_or_default
from knowledge.blueprints.company import Company
from knowledge.library import customers, deals, papers, people
from knowledge.model import Account, Contact, Deal, Offer, Product

from .catalogue import Catalogue, PaperTemplate, in_force
from .clauses import ClauseChange
from .edits import Edit
from .faults import DocumentRefused
from .offer_money import Money
from .rows import Missing, Rows, Source

USABLE = ("approved", "sent", "accepted")
"""Offers whose numbers somebody stood up for."""

_ORDER = ("decision_maker", "economic_buyer", "champion", "user", "gatekeeper", "blocker", "")


@dataclass(kw_only=True)
class Desktop:
    """What drafting needs to know besides the rows: the moment, the working clock's offset, and the folder with the
    house's own templates."""

    now: datetime
    utc_offset_hours: int = 8
    folder: Path | None = None

    @cached_property
    def templates(self) -> Catalogue:
        """Raises DocumentRefused when a description cannot be read."""
        return in_force(self.folder)


class EditSpec(BaseModel):
    """One change of a clause as plain JSON; see edits.Edit."""

    model_config = ConfigDict(extra="forbid")

    op: Literal["rewrite", "replace", "add", "remove"]
    clause: str = Field(default="", max_length=60)
    old: str = Field(default="", max_length=500)
    text: str = Field(default="", max_length=4000)
    said: str = Field(default="", max_length=4000)

    def edit(self) -> Edit:
        return Edit(**self.model_dump())


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Everything a paper will be. `docx` is the contract, `baseline` its template filled from the same values with the
    lawyers' own terms; `wish` is what it was made from, so that it can be made again."""

    kind: Literal["contract", "quote"]
    number: str
    version: int
    template: PaperTemplate
    offer_id: str
    money: Money
    values: Mapping[str, Any]
    sources: tuple[Source, ...]
    blanks: tuple[Missing, ...]
    docx: bytes
    baseline: bytes
    changes: tuple[ClauseChange, ...]
    distance_bp: int
    below_floor: bool
    wish: Mapping[str, Any]
    valid_until: datetime | None = None

    @property
    def docx_sha256(self) -> str:
        return hashlib.sha256(self.docx).hexdigest()

    @property
    def title(self) -> str:
        name = self.template.title_en if self.template.language == "en" else self.template.title
        return f"{name} {self.number}"

    def as_payload(self) -> dict[str, Any]:
        """The paper as plain JSON: what is judged, shown, kept."""
        return {
            "paper_id": self.number,
            "kind": self.kind,
            "version": self.version,
            "title": self.title,
            "template_id": self.template.id,
            "template_sha256": self.template.sha256,
            "offer_id": self.offer_id,
            "amount_fen": self.money.total_fen,
            "discount_bp": self.money.largest_discount_bp,
            "currency": self.money.currency,
            "language": self.template.language,
            "values": dict(self.values),
            "lines": [line.as_offer_line() for line in self.money.lines],
            "sources": [one.as_record() for one in self.sources],
            "clauses": [
                {
                    "clause": one.clause,
                    "kind": one.kind,
                    "before": one.before,
                    "after": one.after,
                    "diff": one.diff,
                }
                for one in self.changes
            ],
            "distance_bp": self.distance_bp,
            "blanks": [{"field": one.field, "zh": one.zh, "en": one.en} for one in self.blanks if one.needed],
            "below_floor": self.below_floor,
            "wish": dict(self.wish),
            "valid_until": self.valid_until.isoformat() if self.valid_until else "",
            "docx_sha256": self.docx_sha256,
        }


def next_version(session: Session, deal_id: str, kind: str) -> int:
    """One more than any paper of this kind on the deal has; for quotes also than any offer."""
    latest = papers.latest_version(session, deal_id, kind)
    if kind == "quote":
        latest = max([latest, *(offer.version for offer in deals.offers(session, deal_id))])
    return latest + 1


def number_of(template: PaperTemplate, deal: Deal, version: int) -> str:
    """SL2-D001-1: template, deal, version; also the paper's id."""
    return f"{template.id.replace('-', '')}-{deal.id.replace('-', '')}-{version}"


def company_of(session: Session) -> Company:
    """Our own company as published."""
    return Company.model_validate(active_or_default(session, "company"))


def main_contact(session: Session, deal_id: str) -> Contact | None:
    """Whose name stands on the paper: the most influential person on the deal, the decision maker first."""
    people = customers.deal_contacts(session, deal_id)
    ranked = sorted(
        people, key=lambda one: (_ORDER.index(one.influence) if one.influence in _ORDER else 9, one.id)
    )
    return ranked[0] if ranked else None


def products_by_id(session: Session) -> dict[str, Product]:
    """All products; cost and floor are in them and go nowhere from here."""
    return {one.id: one for one in deals.products(session)}


def number_after(session: Session, deal_id: str, wanted: int) -> int:
    """The version an offer gets: the one on the paper, unless a later offer has come in between."""
    return max([wanted, *(one.version + 1 for one in deals.offers(session, deal_id))])


def account_of(session: Session, deal: Deal) -> Account:
    """The customer of the deal. Raises DocumentRefused when its row is gone."""
    account = customers.account(session, deal.account_id)
    if account is None:
        raise DocumentRefused("商机没有对应的客户。", "the deal has no customer")
    return account


def rows_of(
    session: Session, deal: Deal, template: PaperTemplate, money: Money, offer: Offer | None, desk: Desktop
) -> Rows:
    """Everything a paper is filled from."""
    owner = people.person(session, deal.owner_id)
    if owner is None:
        raise DocumentRefused("商机没有负责人。", "the deal has no owner")
    return Rows(
        deal=deal,
        account=account_of(session, deal),
        owner=owner,
        contact=main_contact(session, deal.id),
        company=company_of(session),
        template=template,
        money=money,
        offer=offer,
        now=desk.now,
        utc_offset_hours=desk.utc_offset_hours,
    )
