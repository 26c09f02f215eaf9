"""What people did about a deal or a lead in a time: the deeds, offers and words that advice is held against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.model import (
    INBOUND,
    OUTBOUND,
    Interaction,
    InteractionKind,
    Judgement,
    LeadTouch,
    Meeting,
    Offer,
    Task,
)

TALK = (InteractionKind.MAIL, InteractionKind.CALL, InteractionKind.MEETING, InteractionKind.CHAT)


def first_deed(
    session: Session, deal_id: str, person_id: str, since: datetime, until: datetime
) -> tuple[datetime, str] | None:
    """(when, row id) of the first thing a colleague did about a deal: talk from our side, a meeting booked, a task done
    or made. A customer's own mail is no deed of ours."""
    talk = select(Interaction.at, Interaction.id).where(
        Interaction.deal_id == deal_id,
        col(Interaction.kind).in_(TALK),
        col(Interaction.direction).not_in(INBOUND),
        Interaction.person_id == person_id,
        col(Interaction.at) > since,
        col(Interaction.at) <= until,
    )
    found = list(session.exec(talk))
    for table in (Meeting, Task):
        query = select(table.created_at, table.id).where(
            table.deal_id == deal_id,
            table.owner_id == person_id,
            col(table.created_at) > since,
            col(table.created_at) <= until,
        )
        found += list(session.exec(query))
    return min(found, default=None)


def first_touch(
    session: Session, lead_id: str, since: datetime, until: datetime
) -> tuple[datetime, str] | None:
    """(when, row id) of the first time we turned to a lead."""
    query = select(LeadTouch.at, LeadTouch.id).where(
        LeadTouch.lead_id == lead_id,
        LeadTouch.direction == "out",
        col(LeadTouch.at) > since,
        col(LeadTouch.at) <= until,
    )
    return min(session.exec(query), default=None)


def first_offer(
    session: Session, deal_id: str, product_id: str, since: datetime, until: datetime
) -> tuple[datetime, str, int] | None:
    """(when, offer id, price of one unit in fen) of the first offer of a product."""
    query = select(Offer).where(
        Offer.deal_id == deal_id, col(Offer.created_at) > since, col(Offer.created_at) <= until
    )
    for row in session.exec(query.order_by(col(Offer.created_at), col(Offer.version))):
        for line in row.lines:
            if line.get("product_id") == product_id and line.get("unit_price_fen"):
                return row.created_at, row.id, int(line["unit_price_fen"])
    return None


def words_of(
    session: Session, person_id: str, deal_id: str, since: datetime, until: datetime
) -> Sequence[tuple[datetime, str, list[str]]]:
    """(when, row id, texts) of what a colleague wrote or said to customers, oldest first; an empty `deal_id` means any."""
    query = select(Interaction).where(
        Interaction.person_id == person_id,
        col(Interaction.kind).in_(TALK),
        col(Interaction.at) > since,
        col(Interaction.at) <= until,
    )
    if deal_id:
        query = query.where(Interaction.deal_id == deal_id)
    found = []
    for row in session.exec(query.order_by(col(Interaction.at), col(Interaction.id))):
        if row.segments:
            said = [str(part.get("text") or "") for part in row.segments if part.get("side") == "rep"]
        elif row.direction in OUTBOUND:
            said = [row.text]
        else:
            said = []
        if said:
            found.append((row.at, row.id, said))
    return found


def first_review(
    session: Session, person_id: str, since: datetime, until: datetime
) -> tuple[datetime, str, set[str]] | None:
    """(when, call id, kinds of points) of a colleague's first call in the time that was reviewed."""
    query = (
        select(Interaction.at, Interaction.id, Judgement.content)
        .join(Judgement, col(Judgement.interaction_id) == col(Interaction.id))
        .where(
            Judgement.kind == "review",
            Judgement.person_id == person_id,
            col(Interaction.at) > since,
            col(Interaction.at) <= until,
        )
        .order_by(col(Interaction.at), col(Judgement.created_at), col(Judgement.id))
    )
    found = session.exec(query).first()
    if found is None:
        return None
    at, call_id, content = found
    return at, call_id, {str(one.get("kind")) for one in content.get("points", ())}


def own_mails(
    session: Session, person_id: str, deal_id: str, since: datetime, until: datetime
) -> Sequence[tuple[datetime, str, str]]:
    """(when, row id, text) of mails that a colleague sent about a deal without us."""
    query = select(Interaction.at, Interaction.id, Interaction.text).where(
        Interaction.person_id == person_id,
        Interaction.deal_id == deal_id,
        Interaction.kind == InteractionKind.MAIL,
        col(Interaction.direction).in_(OUTBOUND),
        Interaction.source != "chengdan",
        col(Interaction.at) > since,
        col(Interaction.at) <= until,
    )
    return session.exec(query.order_by(col(Interaction.at), col(Interaction.id))).all()
