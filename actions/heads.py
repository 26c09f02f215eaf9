"""The daily head: sequence and hash of the record's newest link, copied out once a day and told to administrators.

A dated copy is never written twice. Who rewrites the whole chain has to find every copy, the ones in people's chats too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from knowledge.library.people import people_with_role
from knowledge.model import Role

from . import notices
from .tables import AuditRecord

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.json")


@dataclass(frozen=True, kw_only=True)
class Head:
    """The newest link: its number, its hash, when it was written."""

    seq: int
    hash: str
    at: datetime

    def as_json(self, day: str) -> dict[str, object]:
        return {"date": day, "seq": self.seq, "hash": self.hash, "at": self.at.isoformat()}


def head(session: Session) -> Head | None:
    """The newest link; None while there is none."""
    row = session.exec(select(AuditRecord).order_by(col(AuditRecord.seq).desc()).limit(1)).first()
    return None if row is None else Head(seq=row.seq, hash=row.hash, at=row.ts_utc)


def day_of(now: datetime, utc_offset_hours: int) -> str:
    """The working day a moment lies in, as a date."""
    return (now + timedelta(hours=utc_offset_hours)).date().isoformat()


def written(folder: Path, day: str) -> bool:
    """Whether a day's copy is there."""
    return (folder / f"{day}.json").exists()


def write(folder: Path, day: str, found: Head) -> Path:
    """Write a day's copy, unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{day}.json"
    if not target.exists():
        half = folder / f".{day}.tmp"
        half.write_text(json.dumps(found.as_json(day)) + "\n", "utf-8")
        half.replace(target)
    return target


def tell(session: Session, day: str, found: Head, now: datetime) -> None:
    """Say the head to every administrator and auditor: the copy that nobody on this machine can change."""
    words = (
        f"🔗 审计链头 {day}: #{found.seq} {found.hash}",
        f"🔗 Head of the audit chain {day}: #{found.seq} {found.hash}",
    )
    people = [*people_with_role(session, Role.ADMIN), *people_with_role(session, Role.AUDITOR)]
    for person_id in dict.fromkeys(person.id for person in people):
        notices.tell(session, person_id, words, "", now, kind="head")


def copies(folder: Path | None) -> Iterator[tuple[str, int, str]]:
    """Every dated copy as (name, seq, hash), oldest first; one that cannot be read has seq -1."""
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.glob("*.json")):
        try:
            date.fromisoformat(_NAME.fullmatch(path.name)[1])  # type: ignore[index]
            stored = json.loads(path.read_text("utf-8"))
            yield path.name, int(stored["seq"]), str(stored["hash"])
        except (ValueError, KeyError, TypeError, OSError):
            yield path.name, -1, ""
