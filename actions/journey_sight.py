"""What of a journey somebody sees: touches inside their row rights, without the fields that are kept from their role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from knowledge.blueprints.journey import Sight
from knowledge.insight.journey.events import Touch
from knowledge.insight.rfm import Orders
from knowledge.model import Account, Contact, Deal, Interaction, Lead

from .people import deal_resource
from .rows import Rows, lead_resource, talk_resource


def seen(session: Session, rows: Rows, account: Account, touches: Sequence[Touch]) -> list[Touch]:
    """Without what another team has said to the customer, the steps of a deal that is not seen, or a lead of another team's;
    whoever sees the customer sees its visits."""
    deals = {one.id: one for one in session.exec(select(Deal).where(Deal.account_id == account.id))}
    ids, talk = [one.id for one in touches], list[Interaction]()
    for start in range(0, len(ids), 500):
        query = select(Interaction).where(col(Interaction.id).in_(ids[start : start + 500]))
        talk += session.exec(query.order_by(col(Interaction.id))).all()
    allowed = rows.judge.may_read_many(
        rows.principal, [talk_resource(row, deals.get(row.deal_id or ""), account) for row in talk]
    )
    refused = {row.id for row, ok in zip(talk, allowed, strict=True) if not ok}
    known = sorted(deals.values(), key=lambda one: one.id)
    open_ = rows.judge.may_read_many(rows.principal, [deal_resource(one) for one in known])
    closed = {one.id for one, ok in zip(known, open_, strict=True) if not ok}
    leads = {one.lead_id: session.get(Lead, one.lead_id) for one in touches if one.lead_id}
    shut = {key for key, lead in leads.items() if lead is None or not rows.may(lead_resource(lead))}
    return [
        one
        for one in touches
        if one.id not in refused
        and one.lead_id not in shut
        and not (one.props.get("milestone") and one.props.get("deal") in closed)
    ]


def without(touch: Touch, sight: Sight) -> Touch:
    """The touch without the fields that are kept from this role."""
    if "words" in sight.hidden:
        touch = replace(touch, title="", props={k: v for k, v in touch.props.items() if k != "text"})
    if "amount" in sight.hidden:
        touch = replace(touch, value_fen=None)
    if "device" in sight.hidden:
        touch = replace(touch, device="", login="")
    return touch


def names_of(session: Session, persons: Sequence[str], *, hidden: bool) -> dict[str, str]:
    """Person key -> what they are called, "" where that is kept from the asker or not known."""
    found = {}
    for person in persons:
        kind, _, key = person.partition(":")
        row = (
            session.get(Contact, key)
            if kind == "contact"
            else session.get(Lead, key)
            if kind == "lead"
            else None
        )
        found[person] = (
            "" if hidden or row is None else " ".join(filter(None, (row.name, getattr(row, "title", ""))))
        )
    return found


def orders_of(account_id: str, touches: Sequence[Touch]) -> Orders:
    paid = tuple(
        (one.at.date().toordinal(), one.value_fen or 0, one.id)
        for one in touches
        if one.payment and not one.bot
    )
    return Orders(customer=account_id, paid=paid)
