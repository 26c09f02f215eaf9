"""What a CRM behind an API is to the importer: changed records, records asked for anew, records that are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from .errors import FeedError


class NotAllowed(FeedError):
    """This part may not be read with the rights at hand; the others may."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record as flat cells, named as the CRM names them. `at` is when it last changed by the CRM's clock; `problem`
    says why it cannot be a row at all."""

    id: str
    cells: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A record that the CRM has no more; `into` is the one it was merged into."""

    id: str
    how: Literal["deleted", "merged"]
    into: str = ""


class Source(Protocol):
    """A CRM. Everything is streamed, a page at a time; what cannot be read at all is a FeedError."""

    def changed(self, part: str, columns: Sequence[str], since: datetime | None) -> Iterator[Record]:
        """The records of a part that changed since then (all of them without it), with at least these columns."""
        ...

    def again(self, part: str, columns: Sequence[str], ids: Sequence[str]) -> Iterator[Record]:
        """The records of these ids, as far as they are still there."""
        ...

    def gone(self, part: str, since: datetime) -> Iterator[Gone]:
        """What was deleted or merged since then."""
        ...
