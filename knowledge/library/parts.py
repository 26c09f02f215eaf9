"""Many rows by a column, in parts that every database takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

PART = 500
Row = TypeVar("Row", bound=SQLModel)


def in_parts(session: Session, table: type[Row], column: Any, values: Iterable[str]) -> list[Row]:
    """The rows of a table whose column is one of the values, each once; in no particular order."""
    wanted = sorted(set(values))
    found: list[Row] = []
    for start in range(0, len(wanted), PART):
        found += session.exec(select(table).where(col(column).in_(wanted[start : start + PART])))
    return found
