"""The draft of a mail as it is stored: the payload that is shown and sent, and where each part of it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.action import canonical, digest
from actions.outbound import OutboundContext, scan
from knowledge.model import INBOUND
from knowledge.snapshot import DealFacts

from .addressee import Addressee
from .lookup import Chosen
from .mail_text import MailText, Wish, labels_of_points, quoted_from
from .provenance import labels_for, labels_of_tool
from .skill import Turn

_APPROVED = frozenset({"approved_template", "crm_record"})

ARGUMENTS = (
    "to",
    "cc",
    "subject",
    "body",
    "deal_id",
    "template_text",
    "discount_bp",
    "in_reply_to",
    "language",
)
LABELLED = {
    "to": "recipient",
    "subject": "subject",
    "body": "body",
    "discount_bp": "discount_bp",
    "url": "url",
    "contact": "contact",
    "deal": "deal",
    "tool": "tool",
}
"""Argument or choice -> the part of the draft whose labels it carries."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What is carried over from the draft that is being changed; empty for a new one."""

    payload: dict[str, Any]
    draft_id: str = ""

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
    turn: Turn, chosen: Chosen, to: Addressee, wish: Wish, text: MailText, written: Written, basis: Basis
) -> dict[str, Any]:
    """The draft's payload: what send_email takes, what a change needs to know, `labels` of each part, and which of
    them a look-up has `cleared`."""
    facts = chosen.facts
    contact_id = to.contact.id if to.contact else ""
    payload = {
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
        "cleared": dict(turn.ledger.cleared),
    }
    labels = _labels(turn, chosen, to, wish, written, basis)
    labels["url"] = _labels_of_links(turn, f"{payload['subject']}\n{payload['body']}", text)
    payload["labels"] = {name: sorted(found) for name, found in labels.items()}
    return payload


def labels_of_request(payload: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The labels that a stored draft's arguments go to the gate with."""
    labels = payload.get("labels", {})
    return {argument: frozenset(labels[name]) for argument, name in LABELLED.items() if labels.get(name)}


def mail_key(draft_id: str, payload: Mapping[str, Any]) -> str:
    """The idempotency key under which a draft is sent: by whatever way it is asked for, it goes out once."""
    return f"send_email:{draft_id}:{digest(canonical(payload))}"


def _labels(
    turn: Turn, chosen: Chosen, to: Addressee, wish: Wish, written: Written, basis: Basis
) -> dict[str, set[str]]:
    """Where each part came from, and who chose deal and tool; what a model wrote stays `llm_inferred` however good
    it looks, and what was carried over keeps the labels it had."""
    points = _labels_of_points(turn, chosen.facts, wish, basis)
    discount = _labels_of_discount(turn, wish, written, basis)
    parts = {
        "recipient": set(to.labels),
        "contact": set(to.choice),
        "deal": set(chosen.labels),
        "tool": {*labels_of_tool(turn, turn.skill or "draft_email"), *basis.labels("tool")},
        "subject": set(_APPROVED),
        "body": set(_APPROVED | points | discount),
        "points": points,
        "discount_bp": discount,
    }
    for name, words in (("subject", written.subject), ("body", written.body)):
        if words and words == basis.payload.get("written", {}).get(name):
            parts[name] = basis.labels(name)
        elif words:
            parts[name] = _labels_of_words(turn, chosen.facts, name, words)
    return parts


def _labels_of_words(turn: Turn, facts: DealFacts, name: str, words: str) -> set[str]:
    labels = set(labels_for(turn, name, words))
    return labels if labels == {"rep_input"} else labels | quoted_from(facts, words)


def _labels_of_links(turn: Turn, words: str, text: MailText) -> set[str]:
    """Who vouches for the links: whoever typed them, or the template as it was approved. A name or a field of a record
    that contains one is not meant to be clicked."""
    labels: set[str] = set()
    for link in scan(words, OutboundContext()).urls:
        labels |= _APPROVED if link in text.approved else labels_for(turn, "url", link)
    return labels


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
    return set(labels_for(turn, "discount_pct", written.discount_pct))


def _reply_to(facts: DealFacts, contact_id: str) -> str:
    """The message id of the last mail this person wrote to us, so that ours lands in the same thread."""
    mails = (row for row in facts.interactions if row.kind == "mail" and row.direction in INBOUND)
    return next(
        (row.extra.get("message_id", "") for row in mails if contact_id and row.contact_id == contact_id), ""
    )
