"""Drafts a quote: lines with the reason for each price, valid for at most thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from knowledge.library import people
from knowledge.model import Deal, Person

from .draft import Desktop, Draft, account_of, next_version, number_of, products_by_id, rows_of
from .faults import DocumentRefused
from .fields import Filled, date_line, filled
from .offer_money import Money
from .pricing import PricedLine, priced_lines
from .rows import Rows, Source

MOST_DAYS = 30


class QuoteWish(BaseModel):
    """What a quote is made from besides the records. `discount_bp` None: what like customers got, or the last offer.

    `discount_label` says who said the discount.
    """

    model_config = ConfigDict(extra="forbid")

    discount_bp: int | None = Field(default=None, ge=0, le=10_000)
    discount_label: Literal["rep_input", "llm_inferred"] = "llm_inferred"
    valid_days: int = Field(default=MOST_DAYS, ge=1, le=MOST_DAYS)
    language: Literal["zh", "en"] = "zh"


@dataclass(frozen=True, kw_only=True)
class QuoteDraft:
    """The quote and why each of its lines costs what it does."""

    draft: Draft
    lines: tuple[PricedLine, ...]


def quote_draft(
    session: Session, deal: Deal, wish: QuoteWish, requester: Person, desk: Desktop
) -> QuoteDraft:
    """The quote as the records have it now, from what the requester may see. Raises DocumentRefused or Incomplete."""
    from .render import render

    template = desk.templates.quote_in(wish.language)
    if template is None:
        raise DocumentRefused("没有报价模板。", "there is no template for quotes")
    products = products_by_id(session)
    teams = people.visible_teams(session, requester)
    lines = priced_lines(session, deal, account_of(session, deal), wish.discount_bp, teams, products)
    money = Money(lines=tuple(one.line for one in lines), currency=deal.currency)
    rows = rows_of(session, deal, template.usable(), money, None, desk)
    version = next_version(session, deal.id, "quote")
    paper = _filled(rows, number_of(template, deal, version), version, wish)
    paper.sources += [_reason(one, number, wish) for number, one in enumerate(lines, 1)]
    docx = render(template.data, paper.values, rows.day)
    return QuoteDraft(
        draft=Draft(
            kind="quote",
            number=str(paper.values["quote_no"]),
            version=version,
            template=template,
            offer_id="",
            money=money,
            values=paper.values,
            sources=tuple(paper.sources),
            blanks=tuple(paper.blanks),
            docx=docx,
            baseline=docx,
            changes=(),
            distance_bp=0,
            below_floor=money.below_floor(products),
            wish=wish.model_dump(),
            valid_until=_until(rows, wish),
        ),
        lines=lines,
    )


def _filled(rows: Rows, number: str, version: int, wish: QuoteWish) -> Filled:
    paper = filled(rows, number)
    today = rows.day.date().isoformat()
    paper.put("quote_version", str(version), "deal", rows.deal.id)
    paper.put("valid_until", date_line(_until(rows, wish), rows), "clock", today, f"{wish.valid_days} d")
    paper.put("valid_days", str(wish.valid_days), "clock", today)
    return paper


def _until(rows: Rows, wish: QuoteWish) -> datetime:
    """The last second of the last local day."""
    return rows.day + timedelta(days=wish.valid_days + 1) - timedelta(seconds=1)


def _reason(one: PricedLine, number: int, wish: QuoteWish) -> Source:
    kind = {"given": wish.discount_label, "like_customers": "deal", "own_offer": "offer", "list": "product"}[
        one.basis
    ]
    return Source(
        field=f"lines.{number}.discount",
        value=f"{one.line.discount_bp / 100:g}%",
        kind=kind,
        id=",".join(one.evidence),
        quote=f"{one.zh} / {one.en}",
    )
