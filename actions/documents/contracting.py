"""Drafts a contract: the last offer's prices, the parties, the template's terms and whatever clause was changed."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from knowledge.library import deals
from knowledge.model import Deal, Offer

from .catalogue import PaperTemplate
from .clauses import difference, distance_bp
from .draft import (
    USABLE,
    Desktop,
    Draft,
    EditSpec,
    next_version,
    number_of,
    products_by_id,
    rows_of,
)
from .edits import edited
from .faults import DocumentRefused
from .fields import Filled, filled
from .offer_money import money_of
from .rows import SPOKEN, Incomplete, Missing, Source
from .terms import put_terms


class ContractWish(BaseModel):
    """What a contract is made from besides the records. `labels` say who said a term or the edits (`changes`)."""

    model_config = ConfigDict(extra="forbid")

    template_id: str = Field(default="", max_length=40)
    terms: dict[str, int | str] = Field(default_factory=dict)
    edits: list[EditSpec] = Field(default_factory=list, max_length=40)
    labels: dict[str, str] = Field(default_factory=dict)

    def label(self, name: str) -> str:
        """The label of what was said; unknown ones count as a model's."""
        found = self.labels.get(name, "")
        return found if found in SPOKEN else SPOKEN[-1]


def contract_draft(session: Session, deal: Deal, wish: ContractWish, desk: Desktop) -> Draft:
    """The contract as the records have it now. Raises DocumentRefused or Incomplete with what to do."""
    from .render import render

    products = products_by_id(session)
    offer = usable_offer(session, deal, desk)
    money = money_of(offer, products)
    template = contract_template(
        session, deal, wish.template_id, [line.product_id for line in money.lines], desk
    )
    rows = rows_of(session, deal, template, money, offer, desk)
    version = next_version(session, deal.id, "contract")
    number = number_of(template, deal, version)
    paper = filled(rows, number)
    paper.put("offer_id", offer.id, "offer", offer.id)
    paper.put("offer_version", str(offer.version), "offer", offer.id)
    put_terms(paper, _known_terms(wish, template), wish.label)
    docx = edited(render(template.data, paper.values, rows.day), (one.edit() for one in wish.edits))
    baseline = _baseline(paper, wish)
    changes = difference(baseline, docx)
    paper.sources += _said(wish)
    return Draft(
        kind="contract",
        number=number,
        version=version,
        template=template,
        offer_id=offer.id,
        money=money,
        values=paper.values,
        sources=tuple(paper.sources),
        blanks=tuple(paper.blanks),
        docx=docx,
        baseline=baseline,
        changes=changes,
        distance_bp=distance_bp(baseline, docx),
        below_floor=money.below_floor(products),
        wish=wish.model_dump(),
    )


def _said(wish: ContractWish) -> list[Source]:
    """The changed clauses with who said so."""
    return [
        Source(
            field=one.clause or "新增条款",
            value=one.text or "（删除）",
            kind=wish.label("changes"),
            id="",
            quote=one.said or one.text,
        )
        for one in wish.edits
    ]


def _baseline(paper: Filled, wish: ContractWish) -> bytes:
    """The template filled from the same records with the lawyers' own terms: what a change is measured against."""
    from .render import render

    template = paper.rows.template
    kept = {
        name: value
        for name, value in wish.terms.items()
        if name in template.terms and _is_open(template, name)
    }
    own = Filled(paper.rows, values=dict(paper.values))
    put_terms(own, kept, wish.label)
    return render(template.data, own.values, paper.rows.day)


def _is_open(template: PaperTemplate, name: str) -> bool:
    return template.terms[name].free or template.terms[name].standard is None


def _known_terms(wish: ContractWish, template: PaperTemplate) -> Mapping[str, int | str]:
    unknown = sorted(set(wish.terms) - set(template.terms))
    if unknown:
        raise DocumentRefused(
            f"模板 {template.id} 里没有这些条件：{'、'.join(unknown)}。",
            f"the template {template.id} has no such terms: {', '.join(unknown)}",
        )
    return wish.terms


def usable_offer(session: Session, deal: Deal, desk: Desktop) -> Offer:
    """The newest approved, sent or accepted offer of the deal. Raises when there is none or it has lapsed."""
    offers = [one for one in deals.offers(session, deal.id) if one.status in USABLE]
    if not offers:
        raise Incomplete(
            [
                Missing(
                    field="offer",
                    zh=f"“{deal.name}”还没有已批准或已发出的报价，请先出一份报价",
                    en=f"“{deal.name}” has no approved or sent offer yet; make a quote first",
                    needed=True,
                )
            ]
        )
    newest = offers[0]
    if newest.status != "accepted" and newest.valid_until is not None and newest.valid_until < desk.now:
        day = newest.valid_until.date().isoformat()
        raise DocumentRefused(
            f"报价 {newest.id} 已于 {day} 过期，不能按它出合同；请先重新报价。",
            f"offer {newest.id} lapsed on {day}, so no contract can be built on it; quote anew first",
        )
    return newest


def contract_template(
    session: Session, deal: Deal, said: str, product_ids: list[str], desk: Desktop
) -> PaperTemplate:
    """The template that was named, else the one for what is sold. Raises when there is none or it has faults."""
    catalogue = desk.templates
    products = products_by_id(session)
    sold = [products[one].line for one in (deal.product_id or "", *product_ids) if one in products]
    found = (
        (catalogue.by_id(said) or catalogue.called(said, "contract"))
        if said
        else catalogue.contract_for(sold)
    )
    if found is None or found.kind != "contract":
        known = "、".join(f"{one.id}（{one.title}）" for one in catalogue.templates if one.kind == "contract")
        raise DocumentRefused(
            f"没有合适的合同模板；现有：{known}。请说用哪一个。",
            f"no fitting contract template; there are: {known}",
        )
    return found.usable()
