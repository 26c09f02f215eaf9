"""What an erasure finds of a person's journey: events, identifiers, and everything that held them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from knowledge.journey.rules import eras
from knowledge.journey.stitching import stitch
from knowledge.library import identity as rows
from knowledge.library import journey as events
from knowledge.model import (
    Consent,
    Erased,
    Identifier,
    IdentityEdge,
    IdentityLink,
    IdentitySpan,
    Profile,
    QuarantinedEvent,
    SignatureMember,
    TouchEvent,
)

from .change import REMOVED, Found
from .whom import Whom


def journeys(session: Session, whom: Whom) -> Iterator[Found]:
    """Everything of the profiles that are theirs. Nothing of it is kept: an event without its person tells nobody anything.
    What others use too (a shared computer) stays theirs, with their own events."""
    mine = profiles(session, whom)
    members = rows.members_of(session, [row.id for row in mine])
    ids = {one for one, row in members.items() if row.shared_since is None}
    ids |= {link.identifier_id for link in _links(session, whom)}
    signatures = rows.signatures_with(session, ids)
    found: list[Any] = [*mine, *rows.identifiers(session, ids).values(), *signatures.values()]
    found += rows.edges_at(session, ids).values()
    records = whom.contact_ids | whom.lead_ids
    for table, column, values in _PLACES:
        wanted = {
            "ids": ids,
            "signatures": set(signatures),
            "records": records,
            "accounts": whom.account_ids,
        }[values]
        found += rows.rows_by(session, table, column, wanted)
    if mine:
        theirs = events.placed(session, events.of_profiles([row.id for row in mine]))
        found += [event for event, _, _ in theirs]
    if ids:
        held = session.exec(select(QuarantinedEvent))
        found += [one for one in held if ids & set(one.payload.get("ids") or ())]
    yield from (Found(row, REMOVED) for row in {id(row): row for row in found}.values())


_PLACES: tuple[tuple[Any, str, str], ...] = (
    (SignatureMember, "signature_id", "signatures"),
    (IdentitySpan, "signature_id", "signatures"),
    (IdentityLink, "identifier_id", "ids"),
    (IdentityLink, "record_id", "records"),
    (Consent, "identifier_id", "ids"),
    (TouchEvent, "signature_id", "signatures"),
    (TouchEvent, "account_id", "accounts"),
)


def settle(session: Session, found: Iterable[Found], action_id: str, now: datetime) -> None:
    """After the rows are gone: no import brings the events back, and who shared anything with them is worked out anew."""
    gone = [one.row for one in found if one.how == REMOVED]
    for row in gone:
        if isinstance(row, TouchEvent):
            source = str(TouchEvent.__tablename__)
            session.merge(Erased(source=source, row_id=row.id, action_id=action_id, at=now))
    edges = [row for row in gone if isinstance(row, IdentityEdge)]
    removed = {row.id for row in gone if isinstance(row, Identifier)}
    neighbours = {end for edge in edges for end in (edge.a, edge.b)} - removed
    if neighbours:
        stitch(session, neighbours, eras(session, now))


def profiles(session: Session, whom: Whom) -> list[Profile]:
    """The profiles that lead to a record of theirs."""
    found = [
        *rows.rows_by(session, Profile, "contact_id", whom.contact_ids),
        *rows.rows_by(session, Profile, "lead_id", whom.lead_ids),
        *rows.rows_by(session, Profile, "account_id", whom.account_ids),
    ]
    return list({row.id: row for row in found}.values())


def _links(session: Session, whom: Whom) -> list[IdentityLink]:
    """Links of their records; a number that a colleague of theirs has as well is not theirs alone and stays."""
    mine = rows.rows_by(session, IdentityLink, "record_id", whom.contact_ids | whom.lead_ids)
    others = rows.links(session, {link.identifier_id for link in mine})
    records = whom.contact_ids | whom.lead_ids
    shared = {link.identifier_id for link in others if link.record_id not in records}
    return [link for link in mine if link.identifier_id not in shared]
