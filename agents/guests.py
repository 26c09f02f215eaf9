"""Who comes to a meeting: names and addresses as colleagues and contacts, and which booked meeting is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.model import Meeting
from knowledge.snapshot import DealFacts

from .addressee import addressee
from .lookup import Unclear, not_found, the_contact
from .own_words import ADDRESS
from .skill import Turn
from .wording import clock, day

TITLE_FITS = 0.85
SELF = {"我", "我自己", "本人", "自己", "me", "myself", "us", "i"}


@dataclass(frozen=True, kw_only=True)
class GuestOf:
    """One person to be asked. `labels` say where the address came from; `outside` is False for a colleague."""

    name: str
    address: str
    labels: tuple[str, ...]
    outside: bool
    language: str = "zh"


def guests(turn: Turn, said: Sequence[str], facts: DealFacts) -> list[GuestOf] | Unclear:
    """Everybody who was named, once; a sentence for the first who is not known or could be several."""
    found: dict[str, GuestOf] = {}
    for name in (one.strip() for one in said if one.strip()):
        if name.lower() in SELF:
            continue
        guest = _guest(turn, name, facts)
        if isinstance(guest, Unclear):
            return guest
        found.setdefault(guest.address.lower(), guest)
    return list(found.values())


def _guest(turn: Turn, said: str, facts: DealFacts) -> GuestOf | Unclear:
    """A contact of this deal first, else a colleague, else any contact; an address as it was given."""
    colleague = None if ADDRESS.search(said) else _colleague(turn, said)
    own = [one for one in the_contact(turn, said, facts) if one.account_id == facts.account.id]
    if colleague is not None and not own:
        return colleague
    to = addressee(turn, said, facts)
    if isinstance(to, Unclear):
        return to
    language = to.contact.language if to.contact else turn.language
    return GuestOf(name=to.name, address=to.address, labels=to.labels, outside=True, language=language)


def _colleague(turn: Turn, said: str) -> GuestOf | None:
    # 李总 is a colleague only where the title fits: a stranger must not become the colleague of that surname.
    named = turn.desk.names().resolve(said, "person")
    hits = [one for one in named if one.how != "address" or one.score >= TITLE_FITS]
    ids = {one.id for one in hits if one.score >= max(hit.score for hit in hits) - 0.05}
    person = turn.desk.colleague(ids.pop()) if len(ids) == 1 else None
    if person is None or not person.email or person.id == turn.desk.person.id:
        return None
    return GuestOf(name=person.name, address=person.email, labels=("crm_record",), outside=False)


def the_meeting(turn: Turn, wanted: str | None, said: Sequence[str], facts: DealFacts) -> Meeting | Unclear:
    """The booked meeting of the asker that is meant: by its id, else their one meeting on this deal with these people."""
    mine = [one for one in turn.desk.meetings() if one.owner_id == turn.desk.person.id]
    if wanted and wanted.strip():
        named = next((one for one in mine if one.id == wanted.strip()), None)
        return named or not_found(turn, wanted)
    mine = [one for one in mine if one.deal_id == facts.deal.id]
    if said:
        there = guests(turn, said, facts)
        if isinstance(there, Unclear):
            return there
        addresses = {one.address.lower() for one in there}
        mine = [one for one in mine if addresses <= {who["address"].lower() for who in one.attendees}]
    if len(mine) == 1:
        return mine[0]
    if not mine:
        return Unclear(turn.say("没有找到您约的这个会议。", "I found no such meeting that you have booked."))
    shown = "; ".join(
        f"{one.id} {one.title} {day(one.starts_at)} {clock(one.starts_at.isoformat())[:5]}"
        for one in mine[:5]
    )
    return Unclear(turn.say(f"您指哪个会议?{shown}", f"Which meeting do you mean? {shown}"))
