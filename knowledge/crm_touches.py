"""The touches that stand in our own records: mails, calls, meetings, chats, web visits and orders of a customer, and what
leads did before; beside them the milestones of their deals, which lead from stage to stage and are no contact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from sqlmodel import Session, col, select

from knowledge.insight.journey.events import SOURCES, Source, Touch
from knowledge.model import (
    Deal,
    DealContact,
    Interaction,
    InteractionKind,
    Lead,
    LeadTouch,
    StageChange,
)

MILESTONE = "deal_stage"
_SECONDS = re.compile(r"(?:停留|视频|for)\D{0,4}(\d{1,5})\s*(?:秒|s\b|seconds)")
_WAYS: dict[str, Literal["in", "out"]] = {"inbound": "in", "in": "in", "outbound": "out", "out": "out"}
_OF_LEAD: dict[str, tuple[Source, str]] = {
    "visit": ("web", "page_view"),
    "price_page": ("web", "page_view"),
    "download": ("web", "download"),
    "form": ("web", "form_submit"),
    "chat": ("chat", "message"),
    "call": ("call", "call"),
    "mail": ("mail", "message"),
    "meeting": ("meeting", "meeting"),
    "complaint": ("chat", "complaint"),
}
TITLE = 80


def of_accounts(session: Session, account_ids: Sequence[str]) -> Iterator[Touch]:
    """Touches and milestones of these customers, one customer after the other, each in no particular order."""
    leads = _leads_of(session, account_ids)
    for account_id in account_ids:
        deals = session.exec(select(Deal).where(Deal.account_id == account_id).order_by(col(Deal.id))).all()
        talk = session.exec(
            select(Interaction).where(
                Interaction.account_id == account_id, Interaction.kind != InteractionKind.NOTE
            )
        ).all()
        yield from (of_interaction(row, deals) for row in talk)
        yield from _milestones(session, account_id, deals, {row.deal_id for row in talk if _is_order(row)})
        yield from (
            of_lead_touch(row, lead) for lead in leads.get(account_id, ()) for row in _did(session, lead)
        )


def of_leads(session: Session, leads: Iterable[Lead]) -> Iterator[Touch]:
    """What these leads did."""
    for lead in leads:
        yield from (of_lead_touch(row, lead) for row in _did(session, lead))


def of_interaction(row: Interaction, deals: Sequence[Deal] = ()) -> Touch:
    """One interaction as a touch. A chat or call in which the customer says something came from them."""
    source: Source = row.kind if row.kind in SOURCES else "other"  # type: ignore[assignment]  # checked
    paid = _is_order(row)
    deal = next((one for one in deals if one.id == row.deal_id), None)
    seconds = _SECONDS.search(row.text) if source == "web" else None
    return Touch(
        id=row.id,
        at=row.at,
        name={"web": "page_view", "order": "payment"}.get(row.kind, "message" if source in ("chat", "mail") else row.kind),
        source=source,
        person=f"contact:{row.contact_id}" if row.contact_id else f"account:{row.account_id or '-'}",
        account_id=row.account_id or "",
        contact_id=row.contact_id or "",
        direction=_way(row),
        title=(row.subject or row.text)[:TITLE],
        visible_s=float(seconds[1]) if seconds else None,
        conversion=source == "web" and "表单" in row.text,
        payment=paid,
        value_fen=deal.amount_fen if paid and deal else None,
        currency=deal.currency if deal else "CNY",
        props={"text": row.text[:400], "deal": row.deal_id or ""},
    )  # fmt: skip


def of_lead_touch(row: LeadTouch, lead: Lead) -> Touch:
    """One thing a lead did; the lead is the person."""
    source, name = _OF_LEAD.get(row.kind, ("other", row.kind))
    return Touch(
        id=row.id,
        at=row.at,
        name=name,
        source=source,
        person=f"lead:{lead.id}",
        account_id=lead.account_id or "",
        lead_id=lead.id,
        direction="in" if row.direction == "in" and source not in ("web",) else "out" if row.direction == "out" else "",
        page="价格" if row.kind == "price_page" else "",
        title=(row.text or {"price_page": "价格页"}.get(row.kind, ""))[:TITLE],
        visible_s=float(row.seconds) if source == "web" and row.seconds else None,
        conversion=row.kind in ("form", "download"),
        props={"text": row.text[:400], "pages": row.pages},
    )  # fmt: skip


def _milestones(
    session: Session, account_id: str, deals: Sequence[Deal], ordered: set[str | None]
) -> Iterator[Touch]:
    """Each step of a deal, for everybody who takes part in it; a deal won without an order on record was paid for then."""
    for deal in deals:
        people = session.exec(select(DealContact.contact_id).where(DealContact.deal_id == deal.id)).all()
        keys = [f"contact:{one}" for one in sorted(people)] or [f"account:{account_id}"]
        steps = session.exec(select(StageChange).where(StageChange.deal_id == deal.id)).all()
        made = [(step.id, step.at, step.stage) for step in steps]
        if deal.stage == "won" and deal.closed_at and not any(stage == "won" for _, _, stage in made):
            made.append((deal.id, deal.closed_at, "won"))
        for step_id, at, stage in sorted(made, key=lambda one: (one[1], one[0])):
            paid = stage == "won" and deal.id not in ordered
            for n, key in enumerate(keys):
                yield Touch(
                    id=step_id,
                    at=at,
                    name=MILESTONE,
                    source="other",
                    person=key,
                    account_id=account_id,
                    contact_id=key.removeprefix("contact:") if key.startswith("contact:") else "",
                    payment=paid and n == 0,
                    value_fen=deal.amount_fen if paid and n == 0 else None,
                    currency=deal.currency,
                    title=deal.name[:TITLE],
                    props={"stage": stage, "milestone": True, "deal": deal.id},
                )


def _leads_of(session: Session, account_ids: Sequence[str]) -> dict[str, list[Lead]]:
    found: dict[str, list[Lead]] = {}
    for start in range(0, len(account_ids), 500):
        part = account_ids[start : start + 500]
        for lead in session.exec(select(Lead).where(col(Lead.account_id).in_(part)).order_by(col(Lead.id))):
            found.setdefault(lead.account_id or "", []).append(lead)
    return found


def _did(session: Session, lead: Lead) -> Sequence[LeadTouch]:
    return session.exec(select(LeadTouch).where(LeadTouch.lead_id == lead.id)).all()


def _is_order(row: Interaction) -> bool:
    return row.kind == InteractionKind.ORDER


def _way(row: Interaction) -> Literal["in", "out", ""]:
    known = _WAYS.get(row.direction)
    if row.kind == InteractionKind.WEB:
        return ""
    if known is not None:
        return known
    return "in" if any(part.get("side") == "customer" for part in row.segments) else ""
