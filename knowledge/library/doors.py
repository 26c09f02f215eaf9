"""Who is who on the street: platform accounts, one-time codes, strangers; copies of cards; notes the workers share."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from knowledge.model import BindCode, Identity, Person, Stranger, StreetNote

from .upserts import insert_into

CASELESS = frozenset({"wecom", "wecom-bot"})
"""Platforms whose account ids come in any case: WeCom itself answers with them in lower case."""


def account_key(channel: str, sender: str) -> str:
    """The spelling under which an account is kept and looked for."""
    return sender.lower() if channel in CASELESS else sender


def person_of(session: Session, channel: str, sender: str) -> Person | None:
    """The colleague this platform account belongs to, as long as they are with us."""
    sender = account_key(channel, sender)
    query = select(Person).join(Identity, col(Identity.person_id) == col(Person.id))
    found = session.exec(query.where(Identity.platform == channel, Identity.external_id == sender)).first()
    return found if found is not None and found.active else None


def identities(session: Session, person_id: str) -> Sequence[Identity]:
    """The platform accounts of one person."""
    query = select(Identity).where(Identity.person_id == person_id)
    return session.exec(query.order_by(col(Identity.platform), col(Identity.external_id))).all()


def bind(session: Session, channel: str, sender: str, person_id: str) -> Identity | None:
    """This account is this person's from now on. None when it is somebody else's already."""
    sender = account_key(channel, sender)
    query = select(Identity).where(Identity.platform == channel, Identity.external_id == sender)
    found = session.exec(query).first()
    if found is not None:
        return found if found.person_id == person_id else None
    seed = hashlib.sha256(f"{channel}\n{sender}".encode()).hexdigest()[:16]
    row = Identity(id=f"id-{seed}", person_id=person_id, platform=channel, external_id=sender)
    session.add(row)
    session.flush()
    return row


def unbind(session: Session, channel: str, sender: str) -> bool:
    """Nobody's from now on; False when it was nobody's."""
    sender = account_key(channel, sender)
    query = delete(Identity).where(col(Identity.platform) == channel, col(Identity.external_id) == sender)
    return bool(session.execute(query.returning(col(Identity.id))).first())


def code_hash(code: str) -> str:
    """What is kept of a code. It has 40 bits, lives a day and dies after five wrong guesses a sender, so no salt."""
    return hashlib.sha256(f"chengdan-bind:{code.strip().upper()}".encode()).hexdigest()


def take_code(session: Session, code: str, channel: str, now: datetime) -> BindCode | None:
    """Use this code up; None when it is unknown, used, over, or meant for another channel."""
    query = (
        update(BindCode)
        .where(
            col(BindCode.code_hash) == code_hash(code),
            col(BindCode.used_at).is_(None),
            col(BindCode.expires_at) > now,
            col(BindCode.channel).in_(("", channel)),
        )
        .values(used_at=now)
        .returning(BindCode)
    )
    return session.execute(query).scalar_one_or_none()


def stranger(session: Session, channel: str, sender: str) -> Stranger:
    """The row of somebody unknown, begun now if there was none."""
    query = select(Stranger).where(Stranger.channel == channel, Stranger.sender == sender)
    found = session.exec(query).first()
    if found is None:
        found = Stranger(channel=channel, sender=sender)
        session.add(found)
        session.flush()
    return found


def note(session: Session, key: str, now: datetime) -> dict[str, Any] | None:
    """A shared note, unless it is over."""
    row = session.get(StreetNote, key)
    return dict(row.value) if row is not None and row.expires_at > now else None


def put_note(session: Session, key: str, value: dict[str, Any], now: datetime, ttl_s: float) -> None:
    """Write a shared note in place of what stood there."""
    ends = now + timedelta(seconds=ttl_s)
    statement = insert_into(session, StreetNote).values(key=key, value=value, expires_at=ends)
    session.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"value": value, "expires_at": ends})
    )


def take_note(session: Session, key: str, now: datetime) -> dict[str, Any] | None:
    """Read and remove a shared note: one of several workers gets it."""
    query = delete(StreetNote).where(col(StreetNote.key) == key)
    row = session.execute(query.returning(col(StreetNote.value), col(StreetNote.expires_at))).first()
    return dict(row[0]) if row is not None and row[1] > now else None


def lead(
    session: Session,
    name: str,
    worker: str,
    now: datetime,
    ttl_s: float,
    alive: Collection[str] | None = None,
) -> bool:
    """Whether this worker leads `name` until `ttl_s` seconds from now: it did already, or nobody does. Who is not among the
    `alive` leads no longer."""
    key, ends = f"lead:{name}", now + timedelta(seconds=ttl_s)
    statement = insert_into(session, StreetNote).values(key=key, value={"worker": worker}, expires_at=ends)
    session.execute(statement.on_conflict_do_nothing())
    row = session.exec(select(StreetNote).where(StreetNote.key == key).with_for_update()).one()
    holder = row.value.get("worker")
    if holder != worker and row.expires_at > now and (alive is None or holder in alive):
        return False
    row.value, row.expires_at = {"worker": worker}, ends
    session.add(row)
    return True


def resign(session: Session, name: str, worker: str) -> None:
    """Let go of what this worker leads."""
    row = session.get(StreetNote, f"lead:{name}")
    if row is not None and row.value.get("worker") == worker:
        session.delete(row)


def sweep_notes(session: Session, now: datetime) -> None:
    """Forget what is over."""
    session.execute(delete(StreetNote).where(col(StreetNote.expires_at) <= now))
