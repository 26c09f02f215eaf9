"""Which scores an event makes stale: marks written in the transaction of the event itself, whoever writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import event, insert
from sqlmodel import Session, col, select

from knowledge.model import (
    Blueprint,
    Deal,
    FittedModel,
    Interaction,
    Lead,
    LeadTouch,
    Meeting,
    Offer,
    ScoreMark,
    StageChange,
)

WATCHED = (Lead, LeadTouch, Interaction, Deal, StageChange, Meeting, Offer, Blueprint, FittedModel)
"""Rows whose writing touches a lead or a deal; the last two may touch all of them."""
RULES = frozenset({"scores", "process"})
"""Blueprints that every score rests on."""
_PARTS = ("deal_id", "account_id", "contact_id", "lead_id")
_SEEN = "score marks of this transaction"


class Mark(NamedTuple):
    """Whose score is stale: `kind` is lead, deal, account or contact (the leads behind them), or all with `subject_id`
    lead or deal; `why` what happened."""

    kind: str
    subject_id: str
    why: str


class WatchedSession(Session):
    """A writing session that marks what it touches when it flushes."""


@event.listens_for(WatchedSession, "before_flush")
def _before_flush(session: Session, *_: object) -> None:
    rows = [one for one in session.new if isinstance(one, WATCHED)]
    rows += [one for one in session.dirty if isinstance(one, WATCHED) and session.is_modified(one)]
    seen = session.info.setdefault(_SEEN, set())
    for mark in sorted({mark for row in rows for mark in marks_of(row)}):
        if mark[:2] not in seen:
            seen.add(mark[:2])
            session.add(ScoreMark(kind=mark.kind, subject_id=mark.subject_id, why=mark.why))


@event.listens_for(WatchedSession, "after_transaction_end")
def _forget(session: Session, *_: object) -> None:
    session.info.pop(_SEEN, None)


def touch(session: Session, kind: str, subject_id: str, why: str) -> None:
    """Mark a lead, a deal, or the leads of an account or a contact by hand: for whoever writes past the session."""
    session.add(ScoreMark(kind=kind, subject_id=subject_id, why=why))


def marks_of(row: Any) -> Iterable[Mark]:
    """The marks of one row."""
    if isinstance(row, FittedModel):
        return [Mark("all", "deal" if row.kind == "win" else row.kind, "model")] if row.active else []
    if isinstance(row, Blueprint):
        return [Mark("all", kind, "rules") for kind in ("deal", "lead")] if row.kind in RULES else []
    values = {name: getattr(row, name, None) for name in ("id", "kind", "stage", *_PARTS)}
    return _marks(type(row).__tablename__, values)


def touch_loaded(
    session: Session, table: str, new: Sequence[Mapping[str, Any]], changed: Sequence[str] = ()
) -> None:
    """Mark what a bulk load wrote: whole new rows, and the ids of changed ones."""
    model = next((one for one in WATCHED if one.__tablename__ == table), None)
    if model is None:
        return
    found = {mark for values in new for mark in _marks(table, values)}
    for begin in range(0, len(changed), 500):
        rows = session.exec(select(model).where(col(model.id).in_(changed[begin : begin + 500])))
        found |= {mark for row in rows for mark in marks_of(row)}
    once = {(mark.kind, mark.subject_id): mark for mark in sorted(found)}
    if once:
        session.execute(insert(ScoreMark), [{**mark._asdict(), "worker": ""} for mark in once.values()])


def _marks(table: str, values: Mapping[str, Any]) -> list[Mark]:
    if table in ("lead", "deal"):
        return [Mark(table, str(values["id"]), "record")]
    detail = str(values.get("kind") or values.get("stage") or "")
    why = f"{table} {detail}".strip()
    parts = ("lead_id",) if table == "lead_touch" else _PARTS[:3] if table == "interaction" else ("deal_id",)
    return [
        Mark(name.removesuffix("_id"), str(values[name]), why)
        for name in parts
        if values.get(name) and not (name == "account_id" and values.get("deal_id"))
    ]
