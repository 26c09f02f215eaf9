"""Records that a CRM has no more: taken away here too, or joined to the record they were merged into."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, delete, exists, select, update
from sqlmodel import Session, SQLModel

from .report import FeedReport
from .rowfeed import Run
from .source import Gone
from .tables import table_of

OWN = {
    "deal": frozenset({"stage_change", "deal_contact", "offer"}),
    "contact": frozenset({"deal_contact"}),
}
"""Rows that are part of a row and go with it."""

LET_GO = frozenset({"deal", "product"})
"""Tables whose rows others may lose hold of: a mail stays with its account when the CRM deletes the deal."""


class Taker:
    """Takes rows away, each in the transaction of its own batch."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def take(self, table: str, prefix: str, one: Gone, report: FeedReport) -> None:
        """Take one away and count it; one that something else of ours hangs on stays, with a remark."""
        row_id = prefix + one.id
        with self._run.scope.batch() as session:
            if not _there(session, table, row_id):
                return
            into = prefix + one.into if one.into else ""
            if into and into != row_id and _there(session, table, into):
                _join(session, table, row_id, into)
            else:
                hold = _holding(session, table, row_id)
                if hold:
                    report.remarks.append(
                        f"{row_id} 在 CRM 里已删除，这里还有 {hold} 依赖它，保留 (kept: {hold} hangs on it)"
                    )
                    return
                _remove(session, table, row_id)
        report.gone += 1


def _there(session: Session, table: str, row_id: str) -> bool:
    target = table_of(table)
    return bool(session.execute(select(exists().where(target.c.id == row_id))).scalar())


def _leaning(table: str) -> list[tuple[Table, Column[Any]]]:
    """Every column of the house that holds an id of this table."""
    found = []
    for other in SQLModel.metadata.sorted_tables:
        for column in other.columns:
            if any(key.target_fullname == f"{table}.id" for key in column.foreign_keys):
                found.append((other, column))
    return found


def _holding(session: Session, table: str, row_id: str) -> str:
    """The name of a table whose rows keep this one here; empty when it may go."""
    for other, column in _leaning(table):
        if other.name in OWN.get(table, ()) or (table in LET_GO and column.nullable):
            continue
        if session.execute(select(exists().where(column == row_id))).scalar():
            return other.name
    return ""


def _remove(session: Session, table: str, row_id: str) -> None:
    for other, column in _leaning(table):
        if other.name in OWN.get(table, ()):
            session.execute(delete(other).where(column == row_id))
        elif column.nullable:
            session.execute(update(other).where(column == row_id).values({column.name: None}))
    target = table_of(table)
    session.execute(delete(target).where(target.c.id == row_id))


def _join(session: Session, table: str, row_id: str, into: str) -> None:
    """Everything that leans on the one leans on the other from now on; its name stays as an alias."""
    for other, column in _leaning(table):
        if column.primary_key:
            _without_twins(session, other, column, row_id, into)
        session.execute(update(other).where(column == row_id).values({column.name: into}))
    target = table_of(table)
    if "aliases" in target.c:
        lines = {one["id"]: one for one in _lines(session, target, (row_id, into))}
        names = [lines[row_id]["name"], *(lines[row_id]["aliases"] or [])]
        kept = [*(lines[into]["aliases"] or []), *(name for name in names if name != lines[into]["name"])]
        session.execute(update(target).where(target.c.id == into).values(aliases=list(dict.fromkeys(kept))))
    session.execute(delete(target).where(target.c.id == row_id))


def _lines(session: Session, target: Table, ids: tuple[str, str]) -> list[dict[str, Any]]:
    chosen = select(target.c.id, target.c.name, target.c.aliases).where(target.c.id.in_(ids))
    return [dict(line) for line in session.execute(chosen).mappings()]


def _without_twins(session: Session, other: Table, column: Column[Any], row_id: str, into: str) -> None:
    """Rows whose key would be there twice after the move."""
    rest = [part for part in other.primary_key.columns if part.name != column.name]
    if not rest:
        return
    for line in session.execute(select(*rest).where(column == into)).all():
        same = [part == value for part, value in zip(rest, line, strict=True)]
        session.execute(delete(other).where(column == row_id, *same))
