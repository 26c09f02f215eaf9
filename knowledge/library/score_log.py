"""What waits to be scored anew, what was scored, and how it went: marks taken by one worker, entries in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, or_, select

from knowledge.model import OPEN_STAGES, Contact, Deal, Erased, Lead, ScoreEntry, ScoreMark

_STANDING = (
    col(Lead.status).in_(("new", "working")),
    col(Lead.id).not_in(select(Erased.row_id).where(Erased.source == Lead.__tablename__)),
)
"""Leads that are scored: open, and not erased on request."""


def anything_marked(session: Session) -> bool:
    """Whether any mark is there."""
    return session.exec(select(ScoreMark.id).limit(1)).first() is not None


def take(
    session: Session, worker: str, kinds: Sequence[str], now: datetime, silent_since: datetime, most: int
) -> list[ScoreMark]:
    """Marks of these kinds for this worker, oldest first: those nobody has, or whose worker took them before
    `silent_since`; never one whose subject another worker has in hand. One statement: two workers cannot take the same."""
    free = and_(
        col(ScoreMark.kind).in_(kinds),
        or_(ScoreMark.worker == "", col(ScoreMark.taken_at) < silent_since),
    )
    other = aliased(ScoreMark)
    busy = select(other.id).where(
        other.kind == ScoreMark.kind,
        other.subject_id == ScoreMark.subject_id,
        other.worker != "",
        col(other.taken_at) >= silent_since,
    )
    oldest = select(ScoreMark.id).where(free, ~busy.exists()).order_by(col(ScoreMark.id)).limit(most)
    taken = update(ScoreMark).where(col(ScoreMark.id).in_(oldest), free)
    session.connection().execute(taken.values(worker=worker, taken_at=now))
    mine = select(ScoreMark).where(ScoreMark.worker == worker, col(ScoreMark.kind).in_(kinds))
    found = list(session.exec(mine.order_by(col(ScoreMark.id))))
    for mark in found:  # SQLite gives the id of a removed mark to the next one
        session.expunge(mark)
    return found


def done(session: Session, worker: str, marks: Sequence[ScoreMark]) -> None:
    """Remove these marks, if they are still this worker's."""
    ids = [mark.id for mark in marks]
    gone = delete(ScoreMark).where(col(ScoreMark.id).in_(ids), col(ScoreMark.worker) == worker)
    session.connection().execute(gone)


def leads_behind(session: Session, mark: ScoreMark) -> list[str]:
    """The open leads of an account, or those whose mail address or telephone is a contact's."""
    if mark.kind == "account":
        ways = [col(Lead.account_id) == mark.subject_id]
    else:
        contact = session.get(Contact, mark.subject_id)
        known = ((col(Lead.email), contact.email), (col(Lead.phone), contact.phone)) if contact else ()
        ways = [column == value for column, value in known if value]
    if not ways:
        return []
    query = select(Lead.id).where(or_(*ways), *_STANDING)
    return list(session.exec(query.order_by(col(Lead.id))))


def open_ids(session: Session, kind: str) -> list[str]:
    """Every open lead, or every open deal."""
    if kind == "lead":
        query = select(Lead.id).where(*_STANDING).order_by(col(Lead.id))
    else:
        query = select(Deal.id).where(col(Deal.stage).in_(OPEN_STAGES)).order_by(col(Deal.id))
    return list(session.exec(query))


def standing(session: Session, lead_id: str) -> Lead | None:
    """The lead, when it is one that is scored."""
    return session.exec(select(Lead).where(Lead.id == lead_id, *_STANDING)).first()


def unchecked(session: Session, kind: str, since: datetime, most: int) -> list[str]:
    """Open subjects whose score nobody has looked at since then and that no mark stands for, by id."""
    model = Lead if kind == "lead" else Deal
    still = _STANDING if kind == "lead" else (col(Deal.stage).in_(OPEN_STAGES),)
    fresh = select(ScoreEntry.id).where(
        ScoreEntry.kind == kind, ScoreEntry.subject_id == model.id, col(ScoreEntry.checked_at) > since
    )
    marked = select(ScoreMark.id).where(ScoreMark.kind == kind, ScoreMark.subject_id == model.id)
    query = select(model.id).where(*still, ~fresh.exists(), ~marked.exists()).order_by(col(model.id))
    return list(session.exec(query.limit(most)))


def latest(session: Session, kind: str, subject_id: str, until: datetime | None = None) -> ScoreEntry | None:
    """The newest stored score, or the one that stood at a moment."""
    query = select(ScoreEntry).where(ScoreEntry.kind == kind, ScoreEntry.subject_id == subject_id)
    if until is not None:
        query = query.where(col(ScoreEntry.at) <= until)
    return session.exec(query.order_by(col(ScoreEntry.turn).desc()).limit(1)).first()


def history(session: Session, kind: str, subject_id: str, most: int = 50) -> list[ScoreEntry]:
    """The stored scores, newest first."""
    query = select(ScoreEntry).where(ScoreEntry.kind == kind, ScoreEntry.subject_id == subject_id)
    return list(session.exec(query.order_by(col(ScoreEntry.turn).desc()).limit(most)))
