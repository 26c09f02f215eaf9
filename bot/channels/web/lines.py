"""The lines of each account's page, in a table: any process writes them, any process's page shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from knowledge.library import web
from knowledge.model import WebLine
from knowledge.store import Store

AT_ONCE = 200
RACES = 20
LARGEST = 2**31 - 1
"""Of a column; a page may be asked for any number."""


@dataclass
class Lines:
    """Reads and writes lines. `changed` is called after each change, from any thread."""

    store: Store
    clock: Callable[[], datetime]
    changed: Callable[[str], None] = lambda _account: None

    def write(
        self, account: str, key: str, kind: str, body: str = "", payload: dict[str, Any] | None = None
    ) -> None:
        """Put a line on the page, or change the one with this key. A draft never replaces the answer it ran ahead of."""
        for race in range(RACES):
            try:
                with self.store.session() as session:
                    if kind == "draft" and _ended(web.line_by_key(session, account, key)):
                        return
                    web.write_line(session, account, key, kind, body, payload or {}, self.clock())
                break
            except IntegrityError:  # another process took the number meanwhile
                if race == RACES - 1:
                    raise
        self.changed(account)

    def drop(self, account: str, key: str) -> None:
        with self.store.session() as session:
            web.drop_line(session, account, key)

    def find(self, account: str, key: str) -> WebLine | None:
        with self.store.reading() as session:
            return web.line_by_key(session, account, key)

    def one(self, account: str, line_id: int) -> WebLine | None:
        """This account's line with this id; another's is as unknown as none."""
        with self.store.reading() as session:
            return web.line_of(session, account, line_id) if 0 < line_id <= LARGEST else None

    def page(self, account: str, limit: int, before: int = 0) -> tuple[Sequence[WebLine], int]:
        """The newest lines, oldest first, and the number from which to ask for changes."""
        with self.store.reading() as session:
            seq = web.last_seq(session, account)
            return web.last_lines(session, account, limit, min(max(before, 0), LARGEST)), seq

    def after(self, account: str, seq: int) -> Sequence[WebLine]:
        """What was written or changed since."""
        with self.store.reading() as session:
            return web.lines_after(session, account, min(max(seq, 0), LARGEST), AT_ONCE)


def _ended(line: WebLine | None) -> bool:
    return line is not None and line.kind != "draft"
