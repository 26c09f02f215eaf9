"""Send a quote: a mail with its PDF, by hash; what was quoted becomes the deal's offer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlmodel import Session

from actions.documents.draft import number_after
from actions.effect import BadArguments, Hands, Order, Preview, Scene
from actions.gateways.mail import Delivery
from actions.mailing import as_interaction, post
from actions.paper_mail import mark_sent, sending_facts, sending_payload, sending_preview
from knowledge.insight.price_basis import discount_bp
from knowledge.model import Offer
from policies.facts import ActionFacts

MOST_DAYS = 30


class SendQuote:
    """The verb `send_quote`. A quote is valid for at most thirty days, and one that has lapsed does not go out."""

    name = "send_quote"
    about = "deal"
    gateway = "mail"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        payload, paper = sending_payload(args, scene, "quote")
        zone = timezone(timedelta(hours=scene.utc_offset_hours))
        until = paper.valid_until
        if until is None or until <= scene.now:
            raise BadArguments("报价已过有效期，请重新报价 / the quote has lapsed; make a new one")
        if (until.astimezone(zone).date() - scene.now.astimezone(zone).date()).days > MOST_DAYS:
            raise BadArguments(
                f"报价有效期最长 {MOST_DAYS} 天 / a quote is valid for at most {MOST_DAYS} days"
            )
        return payload

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        return sending_facts(payload, scene)

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        return sending_preview(payload, facts, ("报价", "a quote"))

    def perform(self, order: Order, hands: Hands) -> Delivery:
        if datetime.fromisoformat(order.payload["paper"]["valid_until"]) <= order.now:
            detail = "审批期间报价已过有效期，没有发送 / the quote lapsed while it waited; nothing was sent"
            return Delivery(status="refused", detail=detail)
        return post(order, hands)

    def afterwards(self, order: Order, session: Session, delivery: Delivery) -> None:  # noqa: ARG002
        mark_sent(order, session)
        session.add(as_interaction(order))
        session.add(_offer(order, session))


def _offer(order: Order, session: Session) -> Offer:
    """What was quoted, as the deal's newest offer: from now on these numbers may be named to the customer."""
    paper = order.payload["paper"]
    lines = [dict(line) for line in paper["lines"]]
    listed = sum(int(line["quantity"]) * int(line["list_price_fen"]) for line in lines)
    return Offer(
        id=f"O-{paper['paper_id']}",
        deal_id=order.payload["deal_id"],
        version=number_after(session, order.payload["deal_id"], int(paper["version"])),
        status="sent",
        lines=lines,
        total_fen=int(paper["amount_fen"]),
        discount_bp=discount_bp(listed, int(paper["amount_fen"])),
        currency=paper["currency"],
        valid_until=datetime.fromisoformat(paper["valid_until"]),
        created_at=order.now,
        note=f"{paper['title']} ({order.action_id})",
    )
