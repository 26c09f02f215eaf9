"""The record: a hash-chained log of every decision and transition, verifiable from outside.

Personal text stays out of the chain; it holds identifiers, rule ids and hashes alone, so that erasing a person leaves
it valid. The head is copied to a file beside the database: only an outside copy shows that a tail was cut off.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from .action import canonical, digest
from .advice import ledger
from .rowhash import ROW, row_hash
from .tables import Action, AuditRecord, SystemState

GENESIS = "0" * 64
UNREADABLE = 1 << 62


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened, before it is chained. `facts` and `decision` are hashed or reduced to ids here."""

    name: str
    action: Action | None = None
    actor: str = ""
    channel: str = ""
    decision: str = ""
    rules: tuple[str, ...] = ()
    detail: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The result of `audit verify`: number of records and every problem found, in order."""

    records: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def lock_system(session: Session) -> SystemState:
    """The one system row, locked for this transaction: it serialises writers of the chain on PostgreSQL."""
    locked = select(SystemState).where(SystemState.id == 1).with_for_update()
    state = session.exec(locked).first()
    if state is None:
        with suppress(IntegrityError), session.begin_nested():  # the first two at once: one makes the row
            session.add(SystemState(id=1))
            session.flush()
        state = session.exec(locked).one()
    return state


def append(session: Session, event: Event, now: datetime) -> AuditRecord:
    """Chain one event within the caller's transaction."""
    lock_system(session)
    last = session.exec(select(AuditRecord).order_by(col(AuditRecord.seq).desc()).limit(1)).first()
    action = event.action
    record = AuditRecord(
        seq=last.seq + 1 if last else 1,
        ts_utc=now,
        event=event.name,
        action_id=action.id if action else "",
        actor=event.actor,
        on_behalf_of=action.requester_id if action else "",
        channel=event.channel,
        payload_hash=action.payload_hash if action else "",
        preview_hash=action.preview_hash if action else "",
        policy_ver=action.policy_version if action else "",
        rules=list(event.rules),
        facts_hash=digest(canonical(action.facts)) if action else "",
        labels=action.labels if action else {},
        decision=event.decision,
        model=action.drafted_by if action else "",
        detail=(event.detail or {}) | ({ROW: row_hash(session, action)} if action else {}),
        prev_hash=last.hash if last else GENESIS,
        hash="",
    )
    record.hash = record_hash(record)
    session.add(record)
    session.flush()
    if action:  # what it says about the advice it came from, in the same transaction
        ledger.follow(session, action, event.name, event.actor, event.channel, now)
    return record


def record_hash(record: AuditRecord) -> str:
    """SHA-256 over the canonical JSON of every field but the hash itself."""
    body = as_json(record)
    body.pop("hash")
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def as_json(record: AuditRecord) -> dict[str, Any]:
    """The record as plain JSON, its time as ISO 8601 in UTC."""
    body = {name: getattr(record, name) for name in AuditRecord.model_fields}
    body["ts_utc"] = record.ts_utc.astimezone(UTC).isoformat(timespec="microseconds")
    return body


def records(session: Session) -> Iterator[AuditRecord]:
    """The chain in order, streamed."""
    yield from session.exec(
        select(AuditRecord).order_by(col(AuditRecord.seq)).execution_options(yield_per=500)
    )


def judged_hash(session: Session, action_id: str) -> str:
    """The payload hash that the chain says was judged last for this action; "" when it was never judged."""
    judged = col(AuditRecord.event).in_(["evaluated", "approved"])
    query = select(AuditRecord.payload_hash).where(AuditRecord.action_id == action_id, judged)
    return session.exec(query.order_by(col(AuditRecord.seq).desc()).limit(1)).first() or ""


def history(session: Session, action_id: str) -> list[AuditRecord]:
    """What happened to one action, oldest first."""
    rows = select(AuditRecord).where(AuditRecord.action_id == action_id).order_by(col(AuditRecord.seq))
    return list(session.exec(rows))


def verify(session: Session, head_file: Path | None = None) -> Verification:
    """Walk the whole chain: gaps, order, changed or unreadable rows, and a tail that the head file knew but is gone."""
    walk = Walk(anchors=[found] if (found := read_head(head_file)) else [])
    for number, row in each(session):
        walk.take(number, row)
    return Verification(
        records=walk.count, problems=tuple([*walk.problems, *walk.cut_off(), *_orphans(session)])
    )


@dataclass
class Walk:
    """The chain, link by link. `anchors` are (seq, hash) copies from outside that it must agree with."""

    anchors: list[tuple[int, str]]
    count: int = 0
    problems: list[str] = field(default_factory=list)
    _previous: str = GENESIS

    def take(self, number: int, record: AuditRecord | None) -> None:
        """The next link; None for one that cannot be read at all."""
        self.count += 1
        if number != self.count:
            self.problems.append(
                f"序号 {self.count} 处缺失或乱序(读到 {number}) / gap or disorder at {self.count}"
            )
            self.count = number
        if record is None:
            self.problems.append(f"第 {number} 条读不出来 / record {number} cannot be read")
            self._previous = ""
            return
        if record.prev_hash != self._previous:
            self.problems.append(
                f"第 {number} 条与前一条不相接 / record {number} does not follow the one before"
            )
        if record_hash(record) != record.hash:
            self.problems.append(f"第 {number} 条内容被改动 / record {number} was changed")
        if any(seq == number and kept != record.hash for seq, kept in self.anchors):
            self.problems.append(
                f"第 {number} 条与外部留存的链头不符 / record {number} differs from the head file"
            )
        self._previous = record.hash

    def cut_off(self) -> list[str]:
        """What copies from outside know of that is gone."""
        return [
            f"末尾缺 {seq - self.count} 条 / {seq - self.count} records are missing at the end"
            for seq, _ in self.anchors
            if seq > self.count
        ]


def each(session: Session) -> Iterator[tuple[int, AuditRecord | None]]:
    """The chain in order; a row whose stored text is no longer JSON or a moment comes as None."""
    done = 0
    try:
        for row in records(session):
            yield row.seq, row
            done = row.seq
        return
    except (ValueError, TypeError):
        session.expunge_all()
    rest = select(AuditRecord.seq).where(AuditRecord.seq > done).order_by(col(AuditRecord.seq))
    for seq in list(session.exec(rest)):
        try:
            found = session.exec(select(AuditRecord).where(AuditRecord.seq == seq)).one()
        except (ValueError, TypeError):
            found = None
        yield seq, found


def _orphans(session: Session) -> list[str]:
    """Actions without any record: no effect may exist without a decision row."""
    known = select(AuditRecord.action_id).distinct()
    rows = session.exec(select(Action.id).where(col(Action.id).not_in(known)))
    return [f"动作 {row} 没有任何记录 / action {row} has no record" for row in rows]


def write_head(session: Session, head_file: Path) -> None:
    """Copy sequence and hash of the newest record to a file outside the database, atomically."""
    seq = session.exec(select(func.max(AuditRecord.seq))).one()
    if not seq:
        return
    record = session.get_one(AuditRecord, seq)
    head_file.parent.mkdir(parents=True, exist_ok=True)
    before = read_head(head_file)
    if before is not None and record.seq < before[0] < UNREADABLE:
        return  # another process is ahead; the head only moves forward
    with tempfile.NamedTemporaryFile("w", dir=head_file.parent, suffix=".tmp", delete=False) as temporary:
        temporary.write(json.dumps({"seq": record.seq, "hash": record.hash}))
    Path(temporary.name).replace(head_file)


def read_head(head_file: Path | None) -> tuple[int, str] | None:
    """The copy of the head beside the database; None where there is none."""
    if head_file is None or not head_file.exists():
        return None
    with suppress(ValueError, KeyError):
        stored = json.loads(head_file.read_text())
        return int(stored["seq"]), str(stored["hash"])
    return (UNREADABLE, "")  # an unreadable head is itself a finding
