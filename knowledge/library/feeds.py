"""Queries about feeds: which are due, how far they have come, what is held back, what mailboxes show of doubtful mails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, select

from knowledge.model import Contact, FeedCursor, FeedHeld, FeedSource, Interaction, MailSighting

AGAIN_AT_ONCE = 500
"""How many held records of one part are asked for anew in one reading; those that waited longest come first."""

_AT_ONCE = 500


def sources(session: Session) -> Sequence[FeedSource]:
    """Every feed, by name."""
    return session.exec(select(FeedSource).order_by(col(FeedSource.name))).all()


def due(session: Session, now: datetime) -> Sequence[str]:
    """The names of the feeds whose time has come, the longest waiting first."""
    query = select(FeedSource.name).where(col(FeedSource.enabled), col(FeedSource.due_at) <= now)
    return session.exec(query.order_by(col(FeedSource.due_at), col(FeedSource.name))).all()


def forget(session: Session, name: str) -> bool:
    """Remove a feed with its cursors and what it held back; the rows it brought stay. False when there is none."""
    source = session.get(FeedSource, name)
    if source is None:
        return False
    for table in (FeedCursor, FeedHeld, MailSighting):
        session.execute(delete(table).where(col(table.feed) == name))
    session.delete(source)
    return True


def cursor(session: Session, feed: str, part: str) -> str:
    """How far this part has been read; empty at the beginning."""
    row = session.get(FeedCursor, (feed, part))
    return row.value if row is not None else ""


def put_cursor(session: Session, feed: str, part: str, value: str, now: datetime) -> None:
    """From here on the next time."""
    row = session.get(FeedCursor, (feed, part)) or FeedCursor(feed=feed, part=part, value=value)
    row.value, row.at = value, now
    session.add(row)


def held_ids(session: Session, feed: str, part: str) -> list[str]:
    """The external ids to ask for anew."""
    query = select(FeedHeld.external_id).where(FeedHeld.feed == feed, FeedHeld.part == part)
    return list(
        session.exec(query.order_by(col(FeedHeld.at), col(FeedHeld.external_id)).limit(AGAIN_AT_ONCE))
    )


def held(session: Session, feed: str = "", limit: int = 200) -> Sequence[FeedHeld]:
    """What is held back, of one feed or of all, the newest first."""
    query = select(FeedHeld) if not feed else select(FeedHeld).where(FeedHeld.feed == feed)
    return session.exec(
        query.order_by(col(FeedHeld.since).desc(), col(FeedHeld.external_id)).limit(limit)
    ).all()


def held_count(session: Session, feed: str) -> int:
    """How many records of a feed are held back."""
    return session.exec(select(func.count()).select_from(FeedHeld).where(FeedHeld.feed == feed)).one()


def hold(
    session: Session,
    feed: str,
    part: str,
    refused: Mapping[str, tuple[str, str]],
    taken: Iterable[str],
    now: datetime,
) -> None:
    """Write down what was refused (external id -> field, reason), and forget what has been taken since."""
    gone = sorted(set(taken) - set(refused))
    mine = (col(FeedHeld.feed) == feed, col(FeedHeld.part) == part)
    for start in range(0, len(gone), _AT_ONCE):
        session.execute(
            delete(FeedHeld).where(*mine, col(FeedHeld.external_id).in_(gone[start : start + _AT_ONCE]))
        )
    for external_id, (field, reason) in sorted(refused.items()):
        row = session.get(FeedHeld, (feed, part, external_id))
        if row is None:
            row = FeedHeld(feed=feed, part=part, external_id=external_id, tries=0, since=now)
        row.field, row.reason, row.tries, row.at = field, reason, row.tries + 1, now
        session.add(row)


def present(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these interactions are there already."""
    return _among(session, col(Interaction.id), ids)


def contacts_among(session: Session, addresses: Sequence[str]) -> set[str]:
    """Which of these mail addresses are a contact's."""
    return _among(session, col(Contact.email), addresses)


def _among(session: Session, column: Mapped[str], wanted: Sequence[str]) -> set[str]:
    """Which of these stand in the column, so many a query as a database takes."""
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        found |= set(session.exec(select(column).where(column.in_(wanted[start : start + _AT_ONCE]))))
    return found


def put_sighting(session: Session, seen: MailSighting) -> None:
    """What a folder shows of a mail, in place of what it showed before."""
    session.merge(seen)


def sightings(session: Session, message_id: str) -> Sequence[MailSighting]:
    """What mailboxes show of this mail, what was found first."""
    query = select(MailSighting).where(MailSighting.message_id == message_id)
    order = (col(MailSighting.found) == "nothing", col(MailSighting.feed), col(MailSighting.folder))
    return session.exec(query.order_by(*order)).all()
