"""Every text column of every table, asked for a name, an address or a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import String, Table, Text, type_coerce
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel, or_, select

from knowledge.model import JsonText

from .redactor import like

LEFT_ALONE = frozenset(
    {
        "audit_record", "erased", "sweep", "index_state", "worker_beat", "gateway_state", "fitted_model", "identifier",
        "identity_era", "identity_link", "identity_member", "identity_signature", "identity_span", "journey_profile",
    }
)  # fmt: skip
"""Tables without personal text by their making: the record holds ids and hashes, so do identifiers (and theirs are removed by
the row); the rest is about the house itself."""

Row = TypeVar("Row", bound=SQLModel)


@lru_cache(maxsize=1)
def tables() -> tuple[type[SQLModel], ...]:
    """Every table that may hold words, in the order of their names."""
    mapped = SQLModel._sa_registry.mappers
    found = {str(mapper.class_.__tablename__): mapper.class_ for mapper in mapped}
    return tuple(found[name] for name in sorted(found) if name not in LEFT_ALONE)


def columns_of(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns of a table that hold words: text and JSON, but no keys and no references."""
    made = _table(table)
    return tuple(
        column.name
        for column in made.columns
        if isinstance(column.type, String | Text | JsonText | TypeDecorator)
        and _is_text(column.type)
        and not column.primary_key
        and not column.foreign_keys
    )


def rows_with(session: Session, table: type[Row], values: Iterable[str]) -> Sequence[Row]:
    """Rows in which any text column could hold any of the values; a little more, never less."""
    patterns = [like(value) for value in values]
    columns = [_table(table).columns[name] for name in columns_of(table)]
    if not patterns or not columns:
        return []
    hits = [
        type_coerce(column, String).ilike(pattern, escape="\\") for column in columns for pattern in patterns
    ]
    return session.exec(select(table).where(or_(*hits))).all()


def _is_text(kind: object) -> bool:
    return isinstance(kind, String | JsonText) or isinstance(getattr(kind, "impl", None), String)


def _table(table: type[SQLModel]) -> Table:
    made = table.__table__  # type: ignore[attr-defined]
    assert isinstance(made, Table)
    return made
