"""One row of an erasure: what happens to it, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect
from sqlmodel import SQLModel

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
