"""Which identifiers are those of contacts and leads on record: their phones and addresses, hashed with the house's key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session, col, delete, select

from knowledge.library import identity as rows
from knowledge.model import Contact, IdentityLink, Lead

from .affected import Affected
from .keys import HouseKey
from .rules import alone, eras
from .stitching import stitch


def relink(session: Session, key: HouseKey, now: datetime) -> Affected:
    """Bring the links up to what contacts and leads say now, and work out again whom the changes concern."""
    alone(session)
    era = eras(session, now)
    there = {_key(row): row.account_id for row in session.exec(select(IdentityLink))}
    wanted = {_key(row): row.account_id for row in _links(session, key, era.rules.blocked)}
    withheld = _withdrawn(session, {one[0] for one in wanted})
    wanted = {one: account for one, account in wanted.items() if one[0] not in withheld}
    gone = {one for one, account in there.items() if wanted.get(one) != account}
    new = {one: account for one, account in wanted.items() if there.get(one) != account}
    for identifier, kind, record in sorted(gone):
        session.execute(
            delete(IdentityLink).where(
                col(IdentityLink.identifier_id) == identifier,
                col(IdentityLink.record_kind) == kind,
                col(IdentityLink.record_id) == record,
            )
        )
    rows.add_new(
        session,
        IdentityLink,
        [
            {"identifier_id": one, "record_kind": kind, "record_id": record, "account_id": account}
            for (one, kind, record), account in sorted(new.items())
        ],
    )
    affected = stitch(session, {one[0] for one in gone} | {one[0] for one in new}, era)
    affected.mark(session, "identity")
    return affected


def _key(row: IdentityLink) -> tuple[str, str, str]:
    return row.identifier_id, row.record_kind, row.record_id


def _links(session: Session, key: HouseKey, blocked: Iterable[str]) -> Iterator[IdentityLink]:
    words = tuple(blocked)
    people = select(Contact.id, Contact.account_id, Contact.phone, Contact.email)
    for kind, query in (
        ("contact", people),
        ("lead", select(Lead.id, Lead.account_id, Lead.phone, Lead.email)),
    ):
        for record, account, phone, email in session.exec(query):
            for one in key.identifiers((("phone", phone), ("email", email)), words):
                yield IdentityLink(
                    identifier_id=one, record_kind=kind, record_id=record, account_id=account or ""
                )


def _withdrawn(session: Session, ids: Iterable[str]) -> set[str]:
    """Identifiers whose person does not want to be recognised."""
    latest = {
        row.identifier_id: row.granted for row in rows.consents(session, ids) if row.purpose == "identity"
    }
    return {one for one, granted in latest.items() if not granted}
