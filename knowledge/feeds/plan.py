"""What an import would do to a table: rows that are new, changed (field by field) or unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, tuple_
from sqlmodel import Session, col

from knowledge.model import Erased

from .references import MAX_VARIABLES
from .rows import Parsed
from .tables import keys, table_of

Key = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One row that is there and would differ. `fields`: field -> (before, after)."""

    row: int
    key: Key
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a batch of rows means for the table as it is now."""

    new: tuple[Parsed, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    keys_of: tuple[str, ...] = field(default=())


def plan_batch(session: Session, table: str, rows: Sequence[Parsed]) -> Plan:
    """Compare rows with what the table holds; only fields that a row names are compared. What was erased on request counts
    as unchanged: no import brings it back."""
    names = keys(table)
    gone = _erased(session, table, [str(row.values[names[0]]) for row in rows]) if len(names) == 1 else set()
    there = _present(session, table, names, [_key(names, row) for row in rows])
    new: list[Parsed] = []
    changed: list[Change] = []
    unchanged = 0
    for row in rows:
        key = _key(names, row)
        before = there.get(key)
        if key[0] in gone:
            unchanged += 1
            continue
        if before is None:
            new.append(row)
            continue
        differing = {
            name: (before[name], value) for name, value in row.values.items() if before[name] != value
        }
        if differing:
            changed.append(Change(row=row.row, key=key, fields=differing))
        else:
            unchanged += 1
    return Plan(new=tuple(new), changed=tuple(changed), unchanged=unchanged, keys_of=names)


def _key(names: tuple[str, ...], row: Parsed) -> Key:
    return tuple(row.values[name] for name in names)


def _erased(session: Session, table: str, wanted: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(wanted), MAX_VARIABLES):
        part = wanted[start : start + MAX_VARIABLES]
        query = select(col(Erased.row_id)).where(col(Erased.source) == table, col(Erased.row_id).in_(part))
        found |= set(session.execute(query).scalars())
    return found


def _present(
    session: Session, table: str, names: tuple[str, ...], wanted: list[Key]
) -> dict[Key, dict[str, Any]]:
    found: dict[Key, dict[str, Any]] = {}
    target = table_of(table)
    for start in range(0, len(wanted), MAX_VARIABLES):
        part = wanted[start : start + MAX_VARIABLES]
        if len(names) == 1:
            condition = target.c[names[0]].in_([key[0] for key in part])
        else:
            condition = tuple_(*(target.c[name] for name in names)).in_(part)
        for line in session.execute(select(target).where(condition)).mappings():
            found[tuple(line[name] for name in names)] = dict(line)
    return found
