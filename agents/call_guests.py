"""Who of the customer's a meeting that a call ends with is for: who spoke there, else whom the deal is talked over with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.insight.minutes import Minutes
from knowledge.model import Contact, Interaction
from knowledge.snapshot import DealFacts

from .addressee import main_contact
from .lookup import the_contact
from .skill import Turn


@dataclass(frozen=True, kw_only=True)
class Guests:
    """Whom an invitation would go to, and why it is them where they did not speak in the call."""

    people: tuple[Contact, ...]
    why: tuple[str, str] = ("", "")


def guests_of(turn: Turn, row: Interaction, facts: DealFacts, made: Minutes) -> Guests:
    """Who spoke, else the only one of the deal with an address, else whom it is talked over with."""
    there = who_was_there(turn, row, facts, made)
    spoke = tuple(one for one in there if one.email)
    if spoke:
        return Guests(people=spoke)
    main = main_contact(facts)
    if main is None:
        return Guests(people=())
    silent = "、".join(one.name for one in there)
    first = (
        (f"通话里的{silent}没有邮箱", f"{silent} of the call has no e-mail address")
        if there
        else ("通话里认不出客户是谁", "nobody of the customer's could be recognised in the call")
    )
    kind = (
        ("唯一有邮箱的联系人", "the only contact with one")
        if sum(bool(one.email) for one in facts.contacts) == 1
        else ("主要联系人", "the main contact")
    )
    return Guests(
        people=(main,),
        why=(f"{first[0]},邀请的是本商机{kind[0]}{main.name}。", f"{first[1]}; invited is {main.name}, {kind[1]} of the deal."),
    )  # fmt: skip


def who_was_there(turn: Turn, row: Interaction, facts: DealFacts, made: Minutes) -> Sequence[Contact]:
    """The customer's people who spoke, by name or by how they are called (王总), else whom the call was with."""
    names = [one.name for one in made.attendees if one.side != "rep"]
    found = {one.id for one in facts.contacts if one.name in names}
    known = {one.name for one in facts.contacts}
    of_deal = {one.id for one in facts.contacts}
    for name in names:
        if name in known:
            continue
        called = {one.id for one in the_contact(turn, name, facts)} & of_deal
        found |= called if len(called) == 1 else set()
    return [one for one in facts.contacts if one.id in found or one.id == row.contact_id]
