"""kill -9 while our own rows are written: whatever is there is whole, on both databases."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from actions import record
from actions.action import State
from actions.tables import Action, AuditRecord
from knowledge.model import Notice, Task
from tests.fakes.firm import Firm, founded

ROOT = Path(__file__).resolve().parents[2]
KILLS = 8


def _killed_at_work(firm: Firm, database: str, folder: Path, name: str, dice: random.Random) -> None:
    """Let a worker make at least one task, however slow the machine is, and kill it at a random moment after."""
    before = _tasks(firm)
    words = [sys.executable, "-m", "tests.fakes.local_worker", database, str(folder), name]
    worker = subprocess.Popen(
        words, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 60
    while _tasks(firm) <= before:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(dice.uniform(0, 0.3))
    worker.kill()
    worker.wait()


def _tasks(firm: Firm) -> int:
    with firm.store.reading() as session:
        return len(session.exec(select(Task.id)).all())


def _whole(firm: Firm) -> int:
    """Every task has its executed action, its end in the chain and its notice, and the other way round; how many."""
    with firm.store.reading() as session:
        actions = {row.id: row for row in session.exec(select(Action))}
        tasks = Counter(row.action_id for row in session.exec(select(Task)))
        ends = Counter(session.exec(select(AuditRecord.action_id).where(AuditRecord.event == "executed")))
        began = Counter(session.exec(select(AuditRecord.action_id).where(AuditRecord.event == "executing")))
        told = Counter(session.exec(select(Notice.action_id).where(Notice.person_id == "p-chen")))
        assert record.verify(session, None).problems == ()
    done = {row.id for row in actions.values() if row.state == State.EXECUTED}
    assert set(tasks) == done == set(ends) == set(began) == set(told)
    for found in (tasks, ends, began, told):
        assert set(found.values()) <= {1}
    assert {row.state for row in actions.values()} <= {State.EXECUTED, State.SCHEDULED}
    return len(done)


def _survives(folder: Path, database: str) -> None:
    firm, dice = founded(folder, database), random.Random(11)
    for number in range(KILLS):
        _killed_at_work(firm, database, folder, f"w{number}", dice)
        _whole(firm)
    firm.clock.now = firm.clock.now.replace(year=2030)
    firm.performer.tick()
    assert _whole(firm) >= KILLS
    with firm.store.reading() as session:
        left = session.exec(select(Action.id).where(Action.state != State.EXECUTED)).all()
    assert left == [], "what was asked for and not yet done is done by the next one"
    firm.store.close()


@pytest.mark.timeout(180)
def test_nothing_is_half_done_on_sqlite(tmp_path: Path) -> None:
    _survives(tmp_path, f"sqlite:///{tmp_path / 'local.db'}")


@pytest.mark.timeout(180)
def test_nothing_is_half_done_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    _survives(tmp_path, postgres_url)
