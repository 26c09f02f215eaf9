"""What was said with a lead as it lies in the interactions: mails, calls, meetings and chats of the same person, and those of
the company that are about no deal, in the form in which a lead's own touches are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from sqlmodel import Session, col, or_, select

from knowledge.model import OUTBOUND, Contact, Interaction, Lead, LeadTouch
from speech.metrics.call import call_metrics
from speech.transcript import Segment

Allowed = Callable[[Sequence[Interaction]], Sequence[bool]]
"""Which interactions the person who asks may read."""

BEFORE = timedelta(days=7)
"""Talk of the company counts from so long before the lead came in (definitions.md D4)."""
KINDS = {"mail": "mail", "call": "call", "meeting": "meeting", "chat": "chat", "web": "visit"}


@dataclass(frozen=True)
class LeadTalks:
    """The interactions of one lead as touches, newest first; our share of the talk of calls (mean), whom we met."""

    touches: tuple[LeadTouch, ...] = ()
    talk_ratio: tuple[tuple[LeadTouch, float], ...] = ()
    met: tuple[tuple[LeadTouch, str], ...] = ()


def talks_of(
    session: Session, leads: Sequence[Lead], allowed: Allowed | None = None
) -> Mapping[str, LeadTalks]:
    """Lead id -> its talks. Without `allowed` every interaction counts: for statistics over closed leads."""
    contacts = _contacts(session, leads)
    accounts = {lead.account_id for lead in leads if lead.account_id}
    rows = _rows(session, {one.id for found in contacts.values() for one in found}, accounts)
    if allowed is not None and rows:
        rows = [row for row, ok in zip(rows, allowed(rows), strict=True) if ok]
    of_contact, of_account = defaultdict(list), defaultdict(list)
    for row in rows:
        of_contact[row.contact_id].append(row)
        if row.deal_id is None:
            of_account[row.account_id].append(row)
    return {
        lead.id: _talks(
            lead,
            [
                *(row for one in contacts.get(lead.id, ()) for row in of_contact.get(one.id, ())),
                *(of_account.get(lead.account_id, ()) if lead.account_id else ()),
            ],
        )
        for lead in leads
    }


def _contacts(session: Session, leads: Sequence[Lead]) -> dict[str, list[Contact]]:
    """Lead id -> the contacts with its mail address or its telephone number."""
    mails = {lead.email.casefold() for lead in leads if lead.email}
    phones = {number for lead in leads if (number := _digits(lead.phone))}
    if not mails and not phones:
        return {}
    known: dict[str, list[Contact]] = defaultdict(list)
    for contact in session.exec(select(Contact).order_by(col(Contact.id))):
        if contact.email.casefold() in mails:
            known[contact.email.casefold()].append(contact)
        if _digits(contact.phone) in phones:
            known[_digits(contact.phone)].append(contact)
    found = {}
    for lead in leads:
        ways = (lead.email.casefold(), _digits(lead.phone))
        found[lead.id] = list({one.id: one for way in ways if way for one in known.get(way, ())}.values())
    return found


def _rows(session: Session, contacts: set[str], accounts: set[str]) -> list[Interaction]:
    if not contacts and not accounts:
        return []
    query = select(Interaction).where(
        or_(col(Interaction.contact_id).in_(sorted(contacts)), col(Interaction.account_id).in_(accounts)),
        col(Interaction.kind).in_(sorted(KINDS)),
    )
    return list(session.exec(query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())))


def _talks(lead: Lead, rows: Iterable[Interaction]) -> LeadTalks:
    once = {row.id: row for row in rows if row.at >= lead.created_at - BEFORE}
    ordered = sorted(once.values(), key=lambda row: (row.at, row.id), reverse=True)
    touches = {row.id: as_touch(row, lead.id) for row in ordered}
    shares = ((row, _share(row)) for row in ordered if row.kind in ("call", "meeting"))
    return LeadTalks(
        touches=tuple(touches.values()),
        talk_ratio=tuple((touches[row.id], share) for row, share in shares if share is not None),
        met=tuple((touches[row.id], row.contact_id) for row in ordered if row.contact_id),
    )


def as_touch(row: Interaction, lead_id: str) -> LeadTouch:
    """An interaction as a touch of the lead; of talk with two sides only what the customer said. It is not stored."""
    theirs = [str(one.get("text") or "") for one in row.segments if one.get("side") == "customer"]
    seconds = max((float(one.get("end") or 0) for one in row.segments), default=0.0)
    return LeadTouch(
        id=row.id,
        lead_id=lead_id,
        kind=KINDS[row.kind],
        at=row.at,
        direction="out" if row.direction in OUTBOUND and not theirs else "in",
        seconds=round(seconds),
        pages=int(row.extra.get("pages", "0") or 0) if row.extra.get("pages", "0").isdigit() else 0,
        text="\n".join(theirs) if row.segments else row.text,
        provenance=row.provenance,
    )


def _share(row: Interaction) -> float | None:
    """Our share of the talk (definitions.md D1); None where the metric refuses."""
    parts = tuple(
        (str(one.get("speaker") or ""), str(one.get("text") or ""), str(one.get("side") or "unknown"),
         one.get("start"), one.get("end"))
        for one in row.segments
    )  # fmt: skip
    return _measured(parts) if parts else None


@lru_cache(maxsize=4096)
def _measured(parts: tuple[tuple[str, str, str, float | None, float | None], ...]) -> float | None:
    """The metric of one transcript, remembered: a lead is scored often, its calls do not change."""
    said = tuple(
        Segment(speaker=speaker, text=text, side=side, start=start, end=end)  # type: ignore[arg-type]
        for speaker, text, side, start, end in parts
    )
    return call_metrics(said)["talk_ratio"].value


def _digits(phone: str) -> str:
    """The last eleven digits, "" when there are fewer than seven."""
    digits = "".join(one for one in phone if one.isdigit())[-11:]
    return digits if len(digits) >= 7 else ""
