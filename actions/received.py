"""The words about a file that came in: what was sent, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A downloaded file. `name` is the sender's word, `sent_as` the platform's (file, image, voice, video)."""

    path: Path
    name: str = ""
    sent_as: str = "file"
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class DealChoice:
    """A deal that the sender may see and may have meant."""

    id: str
    name: str


class Became(StrEnum):
    """What became of a file."""

    BOUND = "bound"
    """it is an interaction of a deal now"""
    KNOWN = "known"
    """the same bytes are on that deal already; nothing was added"""
    WAITING = "waiting"
    """nobody has said which deal it is about"""
    REFUSED = "refused"
    """it is not taken; `reason` is one of knowledge.attachments.words.REFUSALS, or missing, no_room, too_many, erased"""
    GONE = "gone"
    """there is no such waiting file (any more) for this person"""
    NO_DEAL = "no_deal"
    """there is no such deal for this person; the file goes on waiting"""


@dataclass(frozen=True, kw_only=True)
class FileResult:
    """What became of one file. `kind`, `form` and `notes` are those of knowledge.attachments; `choices` are deals to
    ask about; `since` and `by` say when and by whom a KNOWN one came in. `characters` of text and `turns` of speech were
    taken along. `searchable` is False where the search index could not be brought up to date now."""

    became: Became
    name: str
    file_id: str = ""
    kind: str = ""
    form: str = ""
    size: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()
    deal: DealChoice | None = None
    interaction_id: str = ""
    choices: tuple[DealChoice, ...] = ()
    characters: int = 0
    turns: int = 0
    transcript: str = ""
    since: datetime | None = None
    by: str = ""
    expires_at: datetime | None = None
    searchable: bool = True
