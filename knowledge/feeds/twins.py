"""Duplicates under another key: the same deal entered twice is told by what it says, and the second one is held back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from .errors import one_line
from .references import parts
from .rows import Parsed, Rejection
from .tables import keys, table_of


class Twins:
    """Watches one table for rows that agree in all of `fields` and differ in their key. Empty fields make no twins."""

    def __init__(self, table: str, fields: tuple[str, ...]) -> None:
        self._table, self._fields = table, fields

    def apart(self, session: Session, rows: list[Parsed], bad: list[Rejection]) -> list[Parsed]:
        """The rows that are nobody's twin, neither in the store nor in this batch; the others go to `bad`."""
        if not self._fields or not rows:
            return rows
        names = keys(self._table)
        first = self._there(session, rows, names)
        good: list[Parsed] = []
        for row in rows:
            sign = tuple(row.values.get(name) for name in self._fields)
            key = tuple(row.values[name] for name in names)
            other = first.setdefault(sign, key) if None not in sign else key
            if other == key:
                good.append(row)
                continue
            shown = "/".join(str(part) for part in other)
            told = "、".join(self._fields)
            reason = (
                f"与 {one_line(shown)} 的 {told} 全都相同，疑似重复录入 (a duplicate of it in all of these)"
            )
            bad.append(Rejection(row=row.row, column=", ".join(self._fields), reason=reason, raw=row.raw))
        return good

    def _there(
        self, session: Session, rows: list[Parsed], names: tuple[str, ...]
    ) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        columns = table_of(self._table).c
        lead = self._fields[0]
        wanted = sorted({str(row.values[lead]) for row in rows if row.values.get(lead) is not None})
        found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for part in parts(wanted):
            chosen = select(*(columns[name] for name in (*names, *self._fields))).where(
                columns[lead].in_(part)
            )
            for line in session.execute(chosen.order_by(*(columns[name] for name in names))):
                found.setdefault(tuple(line[len(names) :]), tuple(line[: len(names)]))
        return found
