"""How far a recording is written down, as its sender sees it: one message that changes where the platform can, else few."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.library import call_follows as rows
from knowledge.library import deliveries
from knowledge.model import CallFollow, InboundFile, Recording

from . import call_words as say
from .port import Traits
from .post import row_of, text_row
from .wire import address_of
from .words import Load, Parcel

APART = timedelta(minutes=3)
"""Between two messages about one recording where a message cannot be changed in place."""


@dataclass(frozen=True)
class Heard:
    """A recording and the file it came in as; the platform may say its length before anybody has heard it."""

    recording: Recording
    file: InboundFile

    @property
    def of(self) -> float:
        """Its whole length in seconds, 0 where nobody knows."""
        return self.recording.seconds or self.file.seconds


def goes_on(
    session: Session, row: CallFollow, heard: Heard, traits: Traits | None, language: str, now: datetime
) -> bool:
    """Tell it where it is time to; whether anything is to be brought out."""
    done = heard.recording.done_s
    if traits is None or done <= row.told_s:
        return False
    words = say.progress(done, heard.of, language)
    if traits.edits:
        return rows.moved(session, row, told_s=done, told_at=now) and _shown(session, row, words, now)
    if not _is_time(row, heard, now) or not rows.moved(session, row, told_s=done, told_at=now):
        return False
    key = f"call:{row.interaction_id}:at:{int(done)}"
    return deliveries.put(session, text_row(key, address_of(row.address), words, now))


def turn_of(row: CallFollow) -> str:
    """The name of the message that shows the progress."""
    return f"call-{row.interaction_id}"


def _shown(session: Session, row: CallFollow, words: str, now: datetime) -> bool:
    key = f"draft:{turn_of(row)}"
    parcel = Parcel(id=key, load=Load.DRAFT, address=address_of(row.address), text=words, turn=turn_of(row))
    deliveries.put_draft(session, row_of(key, parcel, now))
    return True


def _is_time(row: CallFollow, heard: Heard, now: datetime) -> bool:
    """Long recordings alone, a third of them at a time, and not in quick succession."""
    quiet = row.told_at is not None and now - row.told_at < APART
    third = heard.of / 3 if heard.of else say.LONG_S
    return heard.of >= say.LONG_S and not quiet and heard.recording.done_s - row.told_s >= third
