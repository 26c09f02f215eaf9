"""The draft of a mail as it is stored: the payload that is shown and sent, and where each part of it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from knowledge.snapshot import DealFacts

from .addressee import Addressee, was_typed
from .discounts import says_discount
from .mail_text import MailText, Wish, labels_of_points, quoted_from
from .skill import Turn

_APPROVED = frozenset({"approved_template", "crm_record"})


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What is carried over from the draft that is being changed; empty for a new one."""

    payload: dict[str, Any]

    def labels(self, name: str) -> set[str]:
        """The labels that part had."""
        return set(self.payload.get("labels", {}).get(name, ()))


@dataclass(frozen=True, kw_only=True)
class Written:
    """What this turn's arguments put in place of the template, and the discount they gave; None where they did not."""

    subject: str | None
    body: str | None
    discount_pct: float | None


def payload_of(
    turn: Turn, facts: DealFacts, to: Addressee, wish: Wish, text: MailText, written: Written, basis: Basis
) -> dict[str, Any]:
    """The draft's payload: what send_email takes, what a change needs to know, and `labels` of each part."""
    contact_id = to.contact.id if to.contact else ""
    return {
        "to": [{"name": to.name, "address": to.address, "contact_id": contact_id}],
        "cc": [],
        "subject": (written.subject or text.subject).strip(),
        "body": (written.body or text.body).strip(),
        "template_id": f"{wish.purpose}/{wish.language}",
        "template_text": text.template_text,
        "deal_id": facts.deal.id,
        "discount_bp": wish.discount_bp,
        "language": wish.language,
        "in_reply_to": _reply_to(facts, contact_id),
        "purpose": wish.purpose,
        "points": list(wish.points),
        "tone": wish.tone,
        "written": {"subject": written.subject or "", "body": written.body or ""},
        "labels": _labels(turn, facts, to, wish, written, basis),
    }


def _labels(
    turn: Turn, facts: DealFacts, to: Addressee, wish: Wish, written: Written, basis: Basis
) -> dict[str, list[str]]:
    """Where each part came from; what a model wrote stays `llm_inferred` however good it looks."""
    points = _labels_of_points(turn, facts, wish, basis)
    discount = _labels_of_discount(turn, wish, written, basis)
    body = set(_APPROVED | points | discount)
    subject = set(_APPROVED)
    if written.body:
        body = (
            {"rep_input"}
            if was_typed(turn, written.body)
            else {"llm_inferred", *quoted_from(facts, written.body)}
        )
    if written.subject:
        subject = {"rep_input" if was_typed(turn, written.subject) else "llm_inferred"}
    parts = {
        "recipient": set(to.labels),
        "subject": subject,
        "body": body,
        "points": points,
        "discount_bp": discount,
    }
    return {name: sorted(labels) for name, labels in parts.items()}


def _labels_of_points(turn: Turn, facts: DealFacts, wish: Wish, basis: Basis) -> set[str]:
    """The labels of new points, and those the carried-over points had."""
    old = set(basis.payload.get("points", []))
    labels = labels_of_points(turn, facts, [point for point in wish.points if point not in old])
    return labels | basis.labels("points") if old & set(wish.points) else labels


def _labels_of_discount(turn: Turn, wish: Wish, written: Written, basis: Basis) -> set[str]:
    if not wish.discount_bp:
        return set()
    if written.discount_pct is None:
        return basis.labels("discount_bp")
    return {"rep_input" if says_discount(turn.text, written.discount_pct) else "llm_inferred"}


def _reply_to(facts: DealFacts, contact_id: str) -> str:
    """The message id of the last mail this person wrote to us, so that ours lands in the same thread."""
    mails = (row for row in facts.interactions if row.kind == "mail" and row.direction == "inbound")
    return next(
        (row.extra.get("message_id", "") for row in mails if contact_id and row.contact_id == contact_id), ""
    )
