"""One row of an erasure: what happens to it, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect
from sqlmodel import SQLModel

from knowledge.model import Interaction, Paper

EMPTIED, CLEANED, REMOVED = "emptied", "cleaned", "removed"


@dataclass(frozen=True)
class Found:
    """One row: what happens to it (emptied, cleaned, removed) and its new values."""

    row: SQLModel
    how: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether anything is left to do."""
        return self.how == REMOVED or any(
            getattr(self.row, name) != value for name, value in self.values.items()
        )

    @property
    def table(self) -> str:
        return str(self.row.__tablename__)

    @property
    def key(self) -> str:
        return str(getattr(self.row, "id", None) or "/".join(map(str, inspect(self.row).identity or ())))


def bytes_of(found: Iterable[Found]) -> list[str]:
    """Hashes of the files that go with the rows: papers, and what came in as a file and is emptied now."""
    papers = [one.row for one in found if isinstance(one.row, Paper)]
    came_in = [one.row for one in found if isinstance(one.row, Interaction) and one.how == EMPTIED]
    hashes = [sha for row in papers for sha in (row.docx_sha256, row.pdf_sha256)]
    return [sha for sha in (*hashes, *(row.extra.get("sha256", "") for row in came_in)) if sha]
