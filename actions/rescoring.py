"""The clock's part of scoring: whatever was touched is scored anew, at once and by one worker; the rest once a day.

Marks are written by the transaction of the event itself (knowledge/touched.py) and go with the transaction that stores the
score, so that a crash between the two leaves the mark: it is done again, and a score that did not change is no new entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.insight.win import NoScore
from knowledge.library import score_log as log
from knowledge.model import Deal, Lead, Person, ScoreEntry, ScoreMark
from knowledge.touched import touch

from .gate import Gate
from .rows import Rows
from .scoring import Scoring
from .workers import worker_name

BATCH, MANY = 8, 500
"""Marks of single subjects, and wide ones, taken in one round: short enough that the street's clock goes on."""
SINGLE, WIDE = ("lead", "deal"), ("account", "contact", "all")
SILENT = timedelta(seconds=60)
"""Marks that a worker took and has not finished in so long are anybody's again."""
DAY, LOOK = timedelta(hours=24), timedelta(minutes=1)
"""Every open subject is looked at at least every DAY; whether one is due is asked every LOOK."""
SAME, QUIET = 1e-9, 0.5
"""Scores this close are the same; a day by itself is worth a new entry only when it moved the score by QUIET."""


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """A score as it will be stored."""

    kind: str
    subject_id: str
    value: float
    grade: str
    method: str
    n: int
    version: str
    reasons: list[list[str | float]]


@dataclass
class Rescorer:
    """Looks at the marks. Safe in several processes: what one has taken no other one takes."""

    gate: Gate
    worker: str = field(default_factory=worker_name)
    _next_look: datetime | None = None

    def tick(self, *, daily: bool = True) -> list[str]:
        """Score what is marked, at most BATCH subjects, or else what nobody has looked at for a day (`daily`); returns them,
        `lead:L-001`."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            waiting = log.anything_marked(session)
        if not waiting and not (daily and self._mark_old(now)):
            return []
        return self._round(now)[1]

    def drain(self) -> list[str]:
        """Everything that is marked and that no other worker has in hand; returns the subjects."""
        now, found = self.gate.clock(), []
        self._mark_old(now, most=100_000)
        while True:
            taken, scored = self._round(now, MANY)
            found += scored
            if not taken:
                return found

    def _round(self, now: datetime, most: int = BATCH) -> tuple[int, list[str]]:
        """Wide marks become those of single subjects, then some subjects are scored: how many marks, which subjects."""
        with self.gate.store.session() as session:
            wide = log.take(session, self.worker, WIDE, now, now - SILENT, MANY)
            for kind, subject, why in sorted(_expanded(session, wide)):
                touch(session, kind, subject, why)
            log.done(session, self.worker, wide)
        with self.gate.store.session() as session:
            marks = log.take(session, self.worker, SINGLE, now, now - SILENT, most)
        if not marks:
            return len(wide), []
        subjects: dict[tuple[str, str], str] = {}
        for mark in marks:
            subjects.setdefault((mark.kind, mark.subject_id), mark.why)
        with self.gate.store.reading() as session:
            scoring = Scoring(session, now, self.gate.rules.utc_offset_hours)
            scores = list(_scores(scoring, subjects, self.gate))
            rules = scoring.stamp
        with self.gate.store.session() as session:
            for one in scores:
                _keep(session, one, subjects[one.kind, one.subject_id], rules, now)
            log.done(session, self.worker, marks)
        return len(wide) + len(marks), [f"{one.kind}:{one.subject_id}" for one in scores]

    def _mark_old(self, now: datetime, most: int = BATCH) -> bool:
        """Mark what nobody has looked at for a day; True when there was some."""
        if self._next_look is not None and now < self._next_look:
            return False
        with self.gate.store.reading() as session:
            found = [
                (kind, one)
                for kind in ("lead", "deal")
                for one in log.unchecked(session, kind, now - DAY, most)
            ]
        if not found:
            self._next_look = now + LOOK
            return False
        with self.gate.store.session() as session:
            for kind, one in found:
                touch(session, kind, one, "daily")
        return True


def _expanded(session: Session, wide: list[ScoreMark]) -> set[tuple[str, str, str]]:
    """Who is meant by marks of an account, of a contact, and of everything of a kind."""
    found: set[tuple[str, str, str]] = set()
    for mark in wide:
        if mark.kind == "all":
            found |= {(mark.subject_id, one, mark.why) for one in log.open_ids(session, mark.subject_id)}
        else:
            found |= {("lead", one, mark.why) for one in log.leads_behind(session, mark)}
    return found


def _scores(scoring: Scoring, subjects: dict[tuple[str, str], str], gate: Gate) -> Iterator[Fresh]:
    """The scores of what is still open, each as its owner sees it."""
    session = scoring.session
    for kind, subject in subjects:
        row: Lead | Deal | None = (
            log.standing(session, subject) if kind == "lead" else session.get(Deal, subject)
        )
        owner = session.get(Person, row.owner_id) if row and row.owner_id else None
        rows = Rows(session, gate.judge_for(session), owner) if owner else None
        if isinstance(row, Lead):
            yield _lead(scoring, row, rows)
        elif isinstance(row, Deal) and row.is_open and rows is not None:
            found = _deal(scoring, row, rows)
            if found is not None:
                yield found


def _lead(scoring: Scoring, row: Lead, rows: Rows | None) -> Fresh:
    score = scoring.leads([row], rows)[0].score
    return Fresh(
        kind="lead",
        subject_id=row.id,
        value=score.score,
        grade=score.grade,
        method=score.method,
        n=score.n,
        version=score.version,
        reasons=[[one.feature, one.value, round(one.points, 6)] for side in score.reasons() for one in side],
    )


def _deal(scoring: Scoring, row: Deal, rows: Rows) -> Fresh | None:
    found = scoring.win(row.id, rows)
    if found is None or isinstance(found, NoScore):
        return None
    return Fresh(
        kind="deal",
        subject_id=row.id,
        value=100 * found.chance,
        grade=found.category,
        method=found.method,
        n=found.n,
        version=found.version,
        reasons=[
            [one.name, one.value, round(found.points_of(one), 6)]
            for side in found.scored.reasons()
            for one in side
        ],
    )


def _keep(session: Session, one: Fresh, why: str, rules: str, now: datetime) -> None:
    """A new entry when anything about the score is new, else only that it was looked at."""
    last = log.latest(session, one.kind, one.subject_id)
    if last is not None and _same(last, one, why, rules):
        last.checked_at = now
        session.add(last)
        return
    turn = last.turn + 1 if last is not None else 1
    key = hashlib.sha256(f"{one.kind}\n{one.subject_id}\n{turn}".encode()).hexdigest()[:16]
    session.add(
        ScoreEntry(
            id=f"sc-{key}",
            kind=one.kind,
            subject_id=one.subject_id,
            turn=turn,
            value=one.value,
            grade=one.grade,
            method=one.method,
            n=one.n,
            version=one.version,
            rules=rules,
            why=why,
            reasons=[list(reason) for reason in one.reasons],
            at=now,
            checked_at=now,
        )
    )
    session.flush()


def _same(last: ScoreEntry, one: Fresh, why: str, rules: str) -> bool:
    if (last.grade, last.method, last.version, last.rules) != (one.grade, one.method, one.version, rules):
        return False
    moved = abs(last.value - one.value)
    if why == "daily":
        return moved < QUIET
    return moved < SAME and [list(reason) for reason in last.reasons] == one.reasons
