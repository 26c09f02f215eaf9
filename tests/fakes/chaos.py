"""Approved mails, several sender processes, kill -9 at random moments: what arrived, what the database says, what is wrong."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from actions import record
from actions.action import State
from actions.gateways.steps import TEXT_SENT
from actions.tables import Action, AuditRecord
from knowledge.model import Contact, Deal, DealContact
from tests.fakes.firm import BODY, Firm, founded
from tests.fakes.smtp_server import SmtpServer

ROOT = Path(__file__).resolve().parents[2]
OPEN = (State.SCHEDULED, State.EXECUTING, State.PENDING)


@dataclass(frozen=True, kw_only=True)
class Chaos:
    """What came of `n` approved mails under `kills` kills. `problems` is empty when every promise was kept.

    `again` are those whose worker died before anything was sent, and which another one sent.
    """

    n: int
    kills: int
    sent: int
    unknown: int
    unknown_arrived: int
    again: int
    seconds: float
    problems: tuple[str, ...]


def run(folder: Path, database: str, *, n: int, workers: int, kills: int, seed: int = 7) -> Chaos:
    """Approve `n` mails, let `workers` processes send them, kill one at random `kills` times, then let them finish."""
    firm = founded(folder, database)
    firm.clock.now = datetime.now(UTC) - timedelta(minutes=10)
    _approved(firm, n)
    began = time.perf_counter()
    with SmtpServer(security="plain", wait_after_data=0.15) as server:
        crew = [_start(database, server.url, folder) for _ in range(workers)]
        try:
            done = _kill_at_random(
                crew, lambda: _start(database, server.url, folder), firm, kills, random.Random(seed), folder
            )
            _finish(firm)
        finally:
            for one in crew:
                one.kill()
                one.wait()
        arrived = Counter(str(mail.message["Message-ID"]) for mail in server.received)
    return _judged(firm, n, done, arrived, time.perf_counter() - began)


def _approved(firm: Firm, n: int) -> None:
    """Each on a deal and to a contact of its own, so that no quota or silence rule stands in the way."""
    with firm.store.session() as session:
        for i in range(n):
            session.add(
                Contact(id=f"C-x{i}", account_id="A-1", name=f"联系人{i}", email=f"x{i}@hd.example.com")
            )
            session.add(
                Deal(
                    id=f"D-x{i}", name=f"单子{i}", account_id="A-1", owner_id="p-lina", team_id="t-1",
                    product_id="P-1", stage="negotiation", amount_fen=100, created_at=firm.clock(),
                )
            )  # fmt: skip
        session.flush()
        session.add_all(DealContact(deal_id=f"D-x{i}", contact_id=f"C-x{i}") for i in range(n))
    text = BODY + "可以给到 12% 的折扣。\n"
    for i in range(n):
        changes = {"to": [{"address": f"x{i}@hd.example.com"}], "subject": f"第 {i} 封", "body": text}
        outcome = firm.send(f"x{i}", **changes, discount_bp=1200, request={"resource_id": f"D-x{i}"})
        assert firm.approve("p-zhao", outcome.code).state is State.SCHEDULED, outcome


def _start(database: str, smtp: str, folder: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "tests.fakes.chaos_worker", database, smtp, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _kill_at_random(
    crew: list[subprocess.Popen[bytes]],
    start: Callable[[], subprocess.Popen[bytes]],
    firm: Firm,
    kills: int,
    dice: random.Random,
    folder: Path,
) -> set[int]:
    """The process ids killed. Only who is at work is worth killing; every other kill waits for somebody inside the fence
    and hits them there."""
    done: set[int] = set()
    for number in range(kills):
        _until(lambda: bool(_at_work(crew, folder)), 60)
        if number % 2:
            _until(lambda: bool(_inside(firm)) or not _count(firm, State.SCHEDULED), 60)
        time.sleep(dice.uniform(0.0, 0.12))
        if not _count(firm, State.SCHEDULED):
            break
        inside = [place for place, one in enumerate(crew) if one.pid in _inside(firm)]
        place = dice.choice(inside if number % 2 and inside else _at_work(crew, folder) or [0])
        crew[place].kill()
        crew[place].wait()
        done.add(crew[place].pid)
        crew[place] = start()
    return done


def _inside(firm: Firm) -> list[int]:
    """The processes that are performing something at this moment."""
    with firm.store.reading() as session:
        rows = session.exec(select(Action.worker).where(Action.state == State.EXECUTING))
        return [int(worker.rpartition(":")[2]) for worker in rows]


def _pid(action: Action) -> int:
    return int(action.worker.rpartition(":")[2])


def _at_work(crew: list[subprocess.Popen[bytes]], folder: Path) -> list[int]:
    return [place for place, one in enumerate(crew) if (folder / f"ready-{one.pid}").exists()]


def _finish(firm: Firm) -> None:
    _until(lambda: not any(_count(firm, state) for state in OPEN), 240)


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the senders did not come to an end")
        time.sleep(0.1)


def _count(firm: Firm, state: str) -> int:
    with firm.store.reading() as session:
        return len(session.exec(select(Action.id).where(Action.state == state)).all())


def _judged(firm: Firm, n: int, killed: set[int], arrived: Counter[str], seconds: float) -> Chaos:
    """Compare what the server took with what the rows and the chain say."""
    problems = [f"{mid} arrived {times} times" for mid, times in arrived.items() if times > 1]
    with firm.store.reading() as session:
        actions = list(session.exec(select(Action)))
        started = Counter(session.exec(select(AuditRecord.action_id).where(AuditRecord.event == "executing")))
        problems += record.verify(session, None).problems
    for action in actions:
        came = arrived.get(action.message_id, 0)
        if action.state == State.EXECUTED and came != 1:
            problems.append(f"{action.code} is executed and arrived {came} times")
        if action.state not in (State.EXECUTED, State.UNKNOWN):
            problems.append(f"{action.code} ended as {action.state}")
        if started[action.id] != action.attempts:
            problems.append(
                f"{action.code} was started {started[action.id]} times, and knows of {action.attempts}"
            )
        if action.state == State.UNKNOWN and action.result.get("step") != TEXT_SENT:
            problems.append(
                f"{action.code} is unknown at {action.result.get('step')!r}, before it could have been sent"
            )
        if action.state == State.UNKNOWN and _pid(action) not in killed:
            problems.append(f"{action.code} is unknown, and its worker was not killed")
    if len(actions) != n:
        problems.append(f"{len(actions)} actions of {n}")
    unknown = [action for action in actions if action.state == State.UNKNOWN]
    if len(unknown) > len(killed):
        problems.append(f"{len(unknown)} unknown after {len(killed)} kills")
    if set(arrived) - {action.message_id for action in actions}:
        problems.append("something arrived that nobody asked for")
    firm.store.close()
    return Chaos(
        n=n,
        kills=len(killed),
        sent=sum(action.state == State.EXECUTED for action in actions),
        unknown=len(unknown),
        again=sum(action.attempts > 1 for action in actions),
        unknown_arrived=sum(arrived.get(action.message_id, 0) for action in unknown),
        seconds=round(seconds, 1),
        problems=tuple(problems),
    )
