"""The record for somebody outside: JSON lines or CSV, with a summary that says what the file holds and can be checked."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from knowledge.model import Person

from . import record
from .audit_story import reads_all
from .sight import find, sees
from .tables import Action, AuditRecord


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which links: since a moment, of one action (id or code); nothing means all that the person may read."""

    since: datetime | None = None
    action: str = ""


class Summary:
    """Counts and hashes while the lines go by. `sha256` is that of the exported bytes."""

    def __init__(self) -> None:
        self.count = 0
        self.first: tuple[int, str] | None = None
        self.last: tuple[int, str] | None = None
        self._sha = hashlib.sha256()

    def take(self, link: AuditRecord, line: str) -> str:
        self.count += 1
        self.first = self.first or (link.seq, link.hash)
        self.last = (link.seq, link.hash)
        return self.add(line)

    def add(self, line: str) -> str:
        self._sha.update(line.encode())
        return line

    def as_json(self, person: Person, now: datetime, wanted: Wanted) -> dict[str, Any]:
        """What is signed off: by whom, when, which part, how many, from which link to which."""
        ends = {
            name: None if end is None else {"seq": end[0], "hash": end[1]}
            for name, end in (("first", self.first), ("last", self.last))
        }
        return {
            "exported_by": person.id,
            "exported_at": now.isoformat(),
            "since": wanted.since.isoformat() if wanted.since else None,
            "action": wanted.action or None,
            "whole_record": reads_all(person) and not wanted.since and not wanted.action,
            "count": self.count,
            **ends,
            "sha256": self._sha.hexdigest(),
        }


def links(session: Session, person: Person, wanted: Wanted, now: datetime) -> Iterator[AuditRecord]:
    """The links this person may read, in order. Raises LookupError for an action that is not there for them."""
    only = _only(session, person, wanted, now)
    allowed: dict[str, bool] = {}
    for link in record.records(session):
        if wanted.since is not None and link.ts_utc < wanted.since:
            continue
        if only is not None and link.action_id != only:
            continue
        if reads_all(person) or _may(session, person, link.action_id, allowed, now):
            yield link


def _only(session: Session, person: Person, wanted: Wanted, now: datetime) -> str | None:
    if not wanted.action:
        return None
    action = find(session, wanted.action)
    if action is not None and (reads_all(person) or sees(session, person, action, now)):
        return action.id
    if reads_all(person) and record.history(session, wanted.action):
        return wanted.action
    raise LookupError("没有找到这个动作 / no such action")


def _may(session: Session, person: Person, action_id: str, known: dict[str, bool], now: datetime) -> bool:
    if not action_id:
        return False
    if action_id not in known:
        action = session.get(Action, action_id)
        known[action_id] = action is not None and sees(session, person, action, now)
    return known[action_id]


def json_lines(found: Iterator[AuditRecord], summary: Summary) -> Iterator[str]:
    """One link a line."""
    for link in found:
        line = json.dumps(record.as_json(link), ensure_ascii=False, sort_keys=True) + "\n"
        yield summary.take(link, line)


def csv_lines(found: Iterator[AuditRecord], summary: Summary) -> Iterator[str]:
    """One link a row under a header; lists and details as JSON. What a spreadsheet could take for a formula is quoted."""
    columns = list(AuditRecord.model_fields)
    yield summary.add(_row(columns))
    for link in found:
        body = record.as_json(link)
        yield summary.take(link, _row([_cell(body[name]) for name in columns]))


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"'{text}" if text[:1] in "=+-@\t\r" and not isinstance(value, int) else text


def _row(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
