"""Numbering sources: interactions and records become [n] with verbatim words."""

from __future__ import annotations

from actions.desk import Passage
from knowledge.model import Contact, Deal, Interaction, Offer

from .skill import Turn
from .wording import KINDS, day, money, percent, process_of, term


def cite_interaction(turn: Turn, row: Interaction, quote: str, speaker: str = "") -> str:
    """[n] for words of an interaction; `quote` must stand in its text or subject."""
    title = row.subject or term(turn, KINDS, row.kind)
    n = turn.cite(
        id=row.id,
        kind=row.kind,
        title=title,
        date=day(row.at),
        quote=quote,
        speaker=speaker,
        provenance=row.provenance,
    )
    return f"[{n}]"


def cite_passage(turn: Turn, passage: Passage, quote: str = "") -> str:
    """[n] for a found passage, whole or a verbatim part of it."""
    row = turn.desk.interaction(passage.interaction_id)
    n = turn.cite(
        id=passage.interaction_id,
        kind=passage.kind,
        title=passage.title or term(turn, KINDS, passage.kind),
        date=day(passage.at),
        quote=quote or passage.text,
        speaker=passage.speaker,
        provenance=row.provenance if row else "",
    )
    return f"[{n}]"


def cite_deal(turn: Turn, deal: Deal, quote: str = "") -> str:
    """[n] for a deal's record; without a quote the record's main fields are quoted."""
    fields = quote or record_of_deal(turn, deal)
    n = turn.cite(id=deal.id, kind="deal", title=deal.name, date=day(deal.created_at), quote=fields)
    return f"[{n}]"


def cite_offer(turn: Turn, offer: Offer) -> str:
    """[n] for an offer's record."""
    quote = f"v{offer.version} · {money(offer.total_fen, offer.currency)} · {percent(offer.discount_bp)} · {offer.status}"
    n = turn.cite(
        id=offer.id,
        kind="offer",
        title=f"{offer.id} v{offer.version}",
        date=day(offer.created_at),
        quote=quote,
    )
    return f"[{n}]"


def cite_contact(turn: Turn, contact: Contact) -> str:
    """[n] for a contact's record."""
    quote = " · ".join(part for part in (contact.name, contact.title, contact.influence) if part)
    n = turn.cite(id=contact.id, kind="contact", title=contact.name, date="", quote=quote)
    return f"[{n}]"


def record_of_deal(turn: Turn, deal: Deal) -> str:
    """A deal's main fields in one line."""
    parts = [
        deal.name,
        process_of(turn).stage_name(deal.stage, turn.language),
        money(deal.amount_fen, deal.currency),
    ]
    if deal.expected_close:
        parts.append(day(deal.expected_close))
    return " · ".join(parts)
