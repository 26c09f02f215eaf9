"""Facts about one e-mail, gathered from the CRM's rows and the text itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from knowledge.library import customers, interactions, people
from knowledge.model import Contact, Product

from . import reserved
from .action import State
from .effect import Scene
from .outbound import OutboundFindings
from .outgoing import outgoing
from .recipients import RecipientClass, classify_recipient, confusable_with, imitates_person, worst
from .tables import Action
from .template_distance import template_distance

MAILS = ("send_email", "send_quote", "send_contract", "book_meeting")
"""Verbs that reach a customer by mail, for what one person or one contact gets in a while."""


@dataclass(frozen=True, kw_only=True)
class MailFacts:
    """What is the case with this mail. `badges` has one class for each recipient, in order; `notes`, `unreadable` and
    `blocked` as in outgoing.Outgoing."""

    badges: tuple[RecipientClass, ...]
    external_domains: int
    confusable: str
    findings: OutboundFindings
    notes: frozenset[str]
    unreadable: int
    blocked: int
    template_distance_bp: int
    mails_to_contact_7d: int
    mails_by_rep_today: int
    unanswered: int
    list_fen: int
    floor_fen: int

    @property
    def worst_class(self) -> RecipientClass:
        return worst(self.badges)

    def below_floor(self, discount_bp: int) -> bool:
        """Whether the list price less this discount lies under the product's floor price."""
        return bool(self.floor_fen) and self.list_fen * (10_000 - discount_bp) < self.floor_fen * 10_000


def badge_of(address: str, scene: Scene) -> tuple[RecipientClass, Contact | None]:
    """The class of one address, and the CRM contact it belongs to: a keyed look-up, which is what clears a label."""
    people = customers.contacts(scene.session, scene.account.id)
    on_deal = {c.id for c in customers.deal_contacts(scene.session, scene.deal.id)}
    mine = {c.email.lower(): c for c in people if c.email}
    contact = mine.get(address.lower())
    kind = classify_recipient(
        address,
        deal_contacts=[mail for mail, c in mine.items() if c.id in on_deal],
        account_domains=scene.account.domains,
        known_domains=customers.known_domains(scene.session),
        colleague_domain=scene.own_domain,
        self_address=scene.requester.email,
        blocked=(),
    )
    if kind == "colleague" and not _works_here(address, scene):
        kind = "known_domain"  # a box at our own domain that is nobody's, or of somebody who has left
    if kind not in ("self", "colleague", "contact_on_deal", "blocked"):
        # Being at the customer's domain is not being in the CRM: only a keyed look-up makes somebody a contact.
        kind = "contact_of_account" if contact else "known_domain" if kind == "contact_of_account" else kind
    return kind, contact


def _works_here(address: str, scene: Scene) -> bool:
    return any(one.email.lower() == address.lower() for one in people.people(scene.session))


def colleague_name(address: str, scene: Scene) -> str:
    """The name of the colleague this address belongs to; "" for anybody else's."""
    return next((p.name for p in people.people(scene.session) if p.email.lower() == address.lower()), "")


def known_names(scene: Scene) -> tuple[str, ...]:
    """Names that somebody else may not go by: colleagues and the customer's people."""
    colleagues = [one.name for one in people.people(scene.session)]
    contacts = [one.name for one in customers.contacts(scene.session, scene.account.id)]
    return tuple(name for name in (*colleagues, *contacts) if name)


def _imitated(addresses: list[str], strangers: list[str], known: frozenset[str], scene: Scene) -> str:
    """What a recipient only looks like: a known domain, or a known person at the same domain."""
    persons = [one.email for one in people.people(scene.session)]
    persons += [one.email for one in customers.contacts(scene.session, scene.account.id)]
    domains = (confusable_with(domain, known) for domain in strangers)
    faces = (imitates_person(address, filter(None, persons)) for address in addresses)
    return next((one for one in (*domains, *faces) if one), "")


def gather(payload: Mapping[str, Any], scene: Scene) -> MailFacts:
    """Everything the judge needs to know about this mail."""
    addresses = [entry["address"] for entry in (*payload["to"], *payload["cc"])]
    badges = tuple(badge_of(address, scene)[0] for address in addresses)
    known = customers.known_domains(scene.session) | {scene.own_domain}
    outside = {
        a.rpartition("@")[2] for a, b in zip(addresses, badges, strict=True) if b not in ("self", "colleague")
    }
    strangers = sorted(domain for domain in outside if domain not in known)
    contact_ids = [e["contact_id"] for e in (*payload["to"], *payload["cc"]) if e["contact_id"]]
    product = scene.session.get(Product, scene.deal.product_id) if scene.deal.product_id else None
    said = outgoing(
        f"{payload['subject']}\n{payload['body']}", payload.get("attachments", ()), scene, addresses
    )
    return MailFacts(
        badges=badges,
        external_domains=len(outside),
        confusable=_imitated(addresses, strangers, known, scene),
        findings=said.findings,
        notes=said.notes,
        unreadable=said.unreadable,
        blocked=said.blocked,
        template_distance_bp=template_distance(payload["template_text"], payload["body"]),
        mails_to_contact_7d=max((_sent_to(scene, contact) for contact in contact_ids), default=0),
        mails_by_rep_today=_sent_today(scene),
        unanswered=interactions.unanswered_count(scene.session, scene.deal.id),
        list_fen=product.list_price_fen if product else 0,
        floor_fen=product.floor_price_fen if product else 0,
    )


def interaction_id(action_id: str) -> str:
    """The id of the interaction that a sent mail leaves behind."""
    return f"I-{action_id}"


def _sent_to(scene: Scene, contact_id: str) -> int:
    """Mails to this contact in seven days: those sent, those about to run, and this one. Test cards are none."""
    since = scene.now - timedelta(days=7)
    later = reserved.after(scene.session, scene.action_id)
    sent = interactions.mails_to_contact(
        scene.session, contact_id, since, but=[interaction_id(action_id) for action_id in later]
    )
    waiting = select(Action.id, Action.payload).where(
        col(Action.state).in_([State.SCHEDULED, State.EXECUTING, State.UNKNOWN]),
        col(Action.action).in_(MAILS),
        col(Action.created_at) >= since - timedelta(days=7),
        Action.id != scene.action_id,
        Action.canary_of == "",
    )
    mine = f'"contact_id":"{contact_id}"'
    return 1 + sent + sum(mine in text for one, text in scene.session.exec(waiting) if one not in later)


def _sent_today(scene: Scene) -> int:
    """Mails this person has had sent or scheduled since local midnight, and this one."""
    offset = timedelta(hours=scene.utc_offset_hours)
    midnight = (scene.now + offset).replace(hour=0, minute=0, second=0, microsecond=0) - offset
    later = reserved.after(scene.session, scene.action_id)
    query = select(Action.id).where(
        Action.requester_id == scene.requester.id,
        col(Action.action).in_(MAILS),
        Action.id != scene.action_id,
        Action.canary_of == "",
        col(Action.state).in_([State.SCHEDULED, State.EXECUTING, State.EXECUTED, State.UNKNOWN]),
        col(Action.due_at) >= midnight,
    )
    return 1 + sum(one not in later for one in scene.session.exec(query))
