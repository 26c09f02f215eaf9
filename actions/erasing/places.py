"""Whose row it is: about the person's own deals and customers, or about those of somebody else of the same name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, SQLModel, or_, select

from .whom import Whom


def rows_about(session: Session, table: type[SQLModel], whom: Whom) -> Sequence[SQLModel]:
    """Rows of this table that are about a deal or customer of theirs."""
    wanted = [
        ("id", whom.near_deals | whom.near_accounts),
        ("deal_id", whom.near_deals),
        ("account_id", whom.near_accounts),
    ]
    hits = [getattr(table, name).in_(ids) for name, ids in wanted if ids and name in table.model_fields]
    return session.exec(select(table).where(or_(*hits))).all() if hits and _named_by_id(table) else []


def _named_by_id(table: type[SQLModel]) -> bool:
    field_ = table.model_fields.get("id")
    return field_ is None or field_.annotation is str


def is_near(row: SQLModel, whom: Whom) -> bool:
    """Whether a row is about a deal or customer of theirs, so that it is clear who 王总 is."""
    return bool(_places(row) & (whom.near_deals | whom.near_accounts | whom.contact_ids))


def is_foreign(row: SQLModel, whom: Whom) -> bool:
    """Whether a row belongs to somebody else of the same name."""
    return bool(whom.foreign & _places(row)) and not _places(row) & whom.ids()


def _places(row: SQLModel) -> frozenset[str]:
    names = ("id", "deal_id", "account_id", "contact_id", "resource_id", "person_id")
    return frozenset(
        str(value) for name in names if isinstance(value := getattr(row, name, None), str) and value
    )
