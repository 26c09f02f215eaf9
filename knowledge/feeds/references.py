"""Rows of other tables, as a feed needs them: an id by another field, and whether an id exists."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import or_, select
from sqlmodel import Session

from knowledge.model import OPEN_STAGES

from .errors import closest, one_line
from .tables import table_of
from .values import CellError

MAX_VARIABLES = 500
"""Values in one SQL list, well below every database's limit."""

_AMBIGUOUS = "\0"


class References:
    """Looks rows up in one session at a time; what was found is kept until the feed ends.

    A lookup holds its table's two columns in memory (measured: about 200 bytes a row), ids are only asked for.
    """

    def __init__(self) -> None:
        self._session: Session | None = None
        self._maps: dict[tuple[str, str, bool, str], dict[str, str | None]] = {}
        self._known: dict[str, set[str]] = {}

    def bind(self, session: Session) -> None:
        """Ask this session from now on."""
        self._session = session

    @property
    def session(self) -> Session:
        if self._session is None:
            raise RuntimeError("References.bind() comes first")
        return self._session

    def find(self, lookup: str, text: str, *, loose: bool, take: str = "id") -> str | None:
        """The id, or the field `take`, of the row that `table.field` names. Raises CellError when none or several
        rows fit."""
        table, _, field = lookup.partition(".")
        names = self._names(table, field, loose, take)
        name = folded(text) if loose else text.strip()
        found = names.get(name)
        if name not in names:
            near = closest(text, islice(names, 5000), 1)
            hint = f"；最像的是“{near[0]}” (closest)" if near else ""
            raise CellError(f"表 {table} 里没有 {field} 为“{one_line(text)}”的行 (no such row){hint}")
        if found == _AMBIGUOUS:
            raise CellError(f"表 {table} 里有多行的 {field} 是“{one_line(text)}” (several rows have it)")
        return found

    def missing(self, table: str, ids: Iterable[str]) -> set[str]:
        """Which of these ids the table does not have."""
        known = self._known.setdefault(table, set())
        if len(known) > 100_000:
            known.clear()
        unknown = sorted({i for i in ids if i not in known})
        column = table_of(table).c.id
        for part in parts(unknown):
            known.update(self.session.execute(select(column).where(column.in_(part))).scalars())
        return {i for i in unknown if i not in known}

    def _names(self, table: str, field: str, loose: bool, take: str) -> dict[str, str | None]:
        key = (table, field, loose, take)
        if key not in self._maps:
            columns = table_of(table).c
            names: dict[str, str | None] = {}
            chosen = select(columns.id, columns[field], columns[take].label("taken")).order_by(columns.id)
            for _id, value, taken in self.session.execute(chosen):
                name = folded(str(value)) if loose else str(value).strip()
                names[name] = _AMBIGUOUS if name in names else taken
            self._maps[key] = names
        return self._maps[key]


def running_deal(session: Session, account: str, at: datetime) -> str | None:
    """The newest deal of the account that had begun by then and was not closed."""
    table = table_of("deal")
    running = or_(table.c.closed_at > at, table.c.closed_at.is_(None) & table.c.stage.in_(OPEN_STAGES))
    chosen = select(table.c.id).where(table.c.account_id == account, table.c.created_at <= at, running)
    found = session.execute(chosen.order_by(table.c.created_at.desc(), table.c.id).limit(1)).scalar()
    return None if found is None else str(found)


def folded(text: str) -> str:
    """Without spaces, case and width: `GTXPro`, `gtx pro` and `ＧＴＸ　Pro` are one name."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def parts(values: list[str]) -> Iterator[list[str]]:
    """The values in lists short enough for one SQL statement."""
    for start in range(0, len(values), MAX_VARIABLES):
        yield values[start : start + MAX_VARIABLES]
