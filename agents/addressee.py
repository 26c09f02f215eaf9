"""Who a mail goes to: from a name, an address, or the people of the deal, with where the address came from."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.model import OUTBOUND, Contact
from knowledge.snapshot import DealFacts

from .lookup import Unclear, not_found, the_contact
from .own_words import ADDRESS
from .provenance import RECORD, labels_for, labels_of, looked_up, remember
from .skill import Turn

_ORDER = ("decision_maker", "economic_buyer", "champion", "user", "gatekeeper", "blocker", "")


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """One recipient. `labels` say where the address came from (authority.md E4), `choice` who picked this person;
    `contact` is None when the CRM does not know them."""

    name: str
    address: str
    labels: tuple[str, ...]
    choice: tuple[str, ...] = ()
    contact: Contact | None = None


def addressee(turn: Turn, said: str | None, facts: DealFacts) -> Addressee | Unclear:
    """The recipient called `said` (a name or an address); without it the person the talk is about, else whoever wrote
    last, else the most influential contact on the deal."""
    if said and (found := ADDRESS.search(unicodedata.normalize("NFKC", said))):
        return _by_address(turn, found.group(), facts)
    if said and said.strip():
        people = the_contact(turn, said.strip(), facts)
        if not people:
            return not_found(turn, said)
        if len(people) > 1:
            return _ask(turn, people)
        return _of_contact(turn, people[0], looked_up(turn, "to", "contact", people[0].id, said), facts)
    return _obvious(turn, facts)


def from_payload(turn: Turn, payload: Mapping[str, Any]) -> Addressee | None:
    """The recipient of an earlier draft, with the labels it had; None when that draft has none."""
    recipients = payload.get("to")
    if not isinstance(recipients, list) or not recipients:
        return None
    first = recipients[0]
    contact = turn.desk.contact(str(first.get("contact_id") or "")) if first.get("contact_id") else None
    labels = payload.get("labels", {})
    return Addressee(
        name=str(first["name"]),
        address=str(first["address"]),
        labels=tuple(labels.get("recipient", ())),
        choice=tuple(labels.get("contact", ())),
        contact=contact,
    )


def _by_address(turn: Turn, address: str, facts: DealFacts) -> Addressee | Unclear:
    known = next((one for one in facts.contacts if one.email.casefold() == address.casefold()), None)
    if known is None:
        matches = turn.desk.names().resolve(address, "contact")
        people = [one for match in matches if (one := turn.desk.contact(match.id))]
        known = next((one for one in people if one.email.casefold() == address.casefold()), None)
    if known is None:
        return Addressee(name="", address=address, labels=_sorted(labels_for(turn, "to", address)))
    return _of_contact(turn, known, looked_up(turn, "to", "contact", known.id, address), facts)


def _sorted(labels: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(labels))


def _of_contact(
    turn: Turn, contact: Contact, chosen: frozenset[str], facts: DealFacts
) -> Addressee | Unclear:
    """A contact of the CRM; `chosen` are the labels of having picked this one. Among the people of the deal the address
    is clean whoever picked it; anybody else's address is worth no more than the pick."""
    if not contact.email:
        return Unclear(
            turn.say(
                f"{contact.name} 没有邮箱记录。请直接给出邮箱地址。",
                f"There is no e-mail address on record for {contact.name}. Please give one.",
            )
        )
    remember(turn, "contact", contact.id, chosen)
    on_deal = any(one.id == contact.id for one in facts.contacts)
    return Addressee(
        name=contact.name,
        address=contact.email,
        labels=_sorted(RECORD if on_deal else chosen),
        choice=_sorted(chosen),
        contact=contact,
    )


def _obvious(turn: Turn, facts: DealFacts) -> Addressee | Unclear:
    spoken_of = str(turn.focus.get("contact_id") or "")
    talked = next((one for one in facts.contacts if one.id == spoken_of and one.email), None)
    if talked is not None:
        return _of_contact(turn, talked, labels_of(turn, "contact", spoken_of), facts)
    main = main_contact(facts)
    if main is not None:
        return _of_contact(turn, main, RECORD, facts)
    return Unclear(
        turn.say(
            f"“{facts.deal.name}”没有带邮箱的联系人。请告诉我收件人的邮箱地址。",
            f"“{facts.deal.name}” has no contact with an e-mail address. Please give the recipient's address.",
        )
    )


def main_contact(facts: DealFacts) -> Contact | None:
    """Whom a deal is talked over with: whoever of its people with an address wrote last, else the most influential."""
    reachable = {one.id: one for one in facts.contacts if one.email}
    for row in facts.interactions:
        if row.contact_id in reachable and row.direction not in OUTBOUND:
            return reachable[row.contact_id]
    ranked = sorted(
        reachable.values(),
        key=lambda one: (_ORDER.index(one.influence) if one.influence in _ORDER else 9, one.id),
    )
    return ranked[0] if ranked else None


def _ask(turn: Turn, people: list[Contact]) -> Unclear:
    turn.focus["listed"] = [one.id for one in people]
    lines = [f"{n}. {one.name} {one.title} <{one.email}>" for n, one in enumerate(people[:8], start=1)]
    head = turn.say("有几位联系人都符合,您指哪一位?", "Several contacts fit. Whom do you mean?")
    return Unclear("\n".join([head, *lines]))
