"""Who a mail goes to: from a name, an address, or the people of the deal, with where the address came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.model import Contact
from knowledge.snapshot import DealFacts

from .lookup import Unclear, not_found, the_contact
from .skill import Turn

ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9\u4e00-\u9fff.-]+\.[A-Za-z\u4e00-\u9fff]{2,}"
)
_ORDER = ("decision_maker", "economic_buyer", "champion", "user", "gatekeeper", "blocker", "")


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """One recipient. `labels` say where the address came from (authority.md E4); `contact` is None when the CRM does
    not know them."""

    name: str
    address: str
    labels: tuple[str, ...]
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
        return _of_contact(turn, people[0])
    return _obvious(turn, facts)


def from_payload(turn: Turn, payload: Mapping[str, object], labels: tuple[str, ...]) -> Addressee | None:
    """The recipient of an earlier draft, with the labels it had; None when that draft has none."""
    recipients = payload.get("to")
    if not isinstance(recipients, list) or not recipients:
        return None
    first = recipients[0]
    contact = turn.desk.contact(str(first.get("contact_id") or "")) if first.get("contact_id") else None
    return Addressee(name=str(first["name"]), address=str(first["address"]), labels=labels, contact=contact)


def was_typed(turn: Turn, words: str) -> bool:
    """Whether the asker wrote these words themselves in this message."""
    return bool(words.strip()) and _plain(words) in _plain(turn.text)


def _by_address(turn: Turn, address: str, facts: DealFacts) -> Addressee:
    typed = ("rep_input",) if was_typed(turn, address) else ("llm_inferred",)
    known = next((one for one in facts.contacts if one.email.casefold() == address.casefold()), None)
    if known is None:
        matches = turn.desk.names().resolve(address, "contact")
        people = [one for match in matches if (one := turn.desk.contact(match.id))]
        known = next((one for one in people if one.email.casefold() == address.casefold()), None)
    if known is None:
        return Addressee(name="", address=address, labels=typed)
    return Addressee(name=known.name, address=known.email, labels=("crm_record",), contact=known)


def _of_contact(turn: Turn, contact: Contact) -> Addressee | Unclear:
    if not contact.email:
        return Unclear(
            turn.say(
                f"{contact.name} 没有邮箱记录。请直接给出邮箱地址。",
                f"There is no e-mail address on record for {contact.name}. Please give one.",
            )
        )
    turn.focus["contact_id"] = contact.id
    return Addressee(name=contact.name, address=contact.email, labels=("crm_record",), contact=contact)


def _obvious(turn: Turn, facts: DealFacts) -> Addressee | Unclear:
    reachable = {one.id: one for one in facts.contacts if one.email}
    wrote = [
        row.contact_id
        for row in facts.interactions
        if row.contact_id in reachable and row.direction != "outbound"
    ]
    for contact_id in (turn.focus.get("contact_id"), *wrote[:1]):
        if contact_id in reachable:
            return _of_contact(turn, reachable[str(contact_id)])
    ranked = sorted(
        reachable.values(),
        key=lambda one: (_ORDER.index(one.influence) if one.influence in _ORDER else 9, one.id),
    )
    if ranked:
        return _of_contact(turn, ranked[0])
    return Unclear(
        turn.say(
            f"“{facts.deal.name}”没有带邮箱的联系人。请告诉我收件人的邮箱地址。",
            f"“{facts.deal.name}” has no contact with an e-mail address. Please give the recipient's address.",
        )
    )


def _ask(turn: Turn, people: list[Contact]) -> Unclear:
    turn.focus["listed"] = [one.id for one in people]
    lines = [f"{n}. {one.name} {one.title} <{one.email}>" for n, one in enumerate(people[:8], start=1)]
    head = turn.say("有几位联系人都符合,您指哪一位?", "Several contacts fit. Whom do you mean?")
    return Unclear("\n".join([head, *lines]))


def _plain(text: str) -> str:
    """For comparing words: compatibility forms, case, spaces and punctuation do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum() or char in "@.%")
