"""Microseconds per decision and per read, beside one SQL read by primary key: `python -m tests.bench.bench_policy`."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Field, Session, SQLModel, create_engine

from policies.engine import Judge
from policies.facts import ActionFacts, Principal, Resource

ROUNDS = 7
LINA = Principal(id="p-lina", roles=frozenset({"rep"}), team_id="t-east-1", teams=frozenset({"t-east-1"}))
OWN = Resource(kind="deal", id="D-001", owner_id="p-lina", team_id="t-east-1", stage="negotiation")
BATCH = [Resource(kind="passage", id=f"P-{place}", team_id=f"t-east-{place % 2 + 1}") for place in range(20)]


class BenchRow(SQLModel, table=True):
    """A row of a deal's width, to be read by its key."""

    id: str = Field(primary_key=True)
    name: str
    owner_id: str
    team_id: str
    stage: str
    amount_fen: int


def micros(work: Callable[[], object], repeats: int) -> float:
    """Median over rounds of the mean microseconds of one call."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        rounds.append((time.perf_counter() - start) / repeats * 1e6)
    return statistics.median(rounds)


def sql_read_micros(folder: Path) -> float:
    """One read by primary key through SQLModel on a SQLite file in WAL mode, past the session's own cache."""
    engine = create_engine(f"sqlite:///{folder / 'bench.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    SQLModel.metadata.create_all(engine, tables=[BenchRow.__table__])  # type: ignore[attr-defined]
    with Session(engine) as session:
        for place in range(1000):
            row = BenchRow(
                id=f"D-{place}", name="x", owner_id="p", team_id="t", stage="won", amount_fen=place
            )
            session.add(row)
        session.commit()

        def read() -> BenchRow | None:
            session.expunge_all()
            return session.get(BenchRow, "D-500")

        micros_of_read = micros(read, 300)
    engine.dispose()
    return micros_of_read


def measure() -> dict[str, float]:
    """All figures; microseconds, and ratios to one SQL read."""
    judge = Judge.load()
    waiting = ActionFacts(discount_bp=3000, content_classes=frozenset({"price", "commitment"}))
    with tempfile.TemporaryDirectory() as folder:
        sql = sql_read_micros(Path(folder))
    figures = {
        "load_judge_us": micros(Judge.load, 3),
        "decide_allowed_us": micros(lambda: judge.decide(LINA, "send_email", OWN, ActionFacts()), 300),
        "decide_needs_approval_us": micros(lambda: judge.decide(LINA, "send_email", OWN, waiting), 200),
        "may_read_us": micros(lambda: judge.may_read(LINA, OWN), 300),
        "may_read_in_batch_of_20_us": micros(lambda: judge.may_read_many(LINA, BATCH), 100) / len(BATCH),
        "sql_read_by_key_us": sql,
    }
    figures["ratio_decide_to_sql"] = figures["decide_allowed_us"] / sql
    figures["ratio_batched_read_to_sql"] = figures["may_read_in_batch_of_20_us"] / sql
    return {key: round(value, 2) for key, value in figures.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2) + "\n")
