"""The engine `dbos`: lanes are entries of a durable queue that any number of processes work off. Only this file knows DBOS.

The rows of arrivals stay the truth: a workflow holds the name of a lane and no state, waits for nothing, and lives as long
as the lane has something to answer. One that is stranded (its process died, its version is gone) is cancelled by the next
round, and its lane is woken from the rows.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions

LOG = logging.getLogger(__name__)

VERSION = "turns-1"
"""Raised by hand when a workflow's arguments change; DBOS's own (a hash of the sources) would strand work at every change."""

QUEUE, ROUND = "turns", "round"
POLL_S = 0.05
EVERY_5_S = "*/5 * * * * *"
KEEP = timedelta(minutes=10)
FORGET_AFTER_S = 5.0
"""A lane that was queued so long ago is queued again when it is woken: whoever took it may have died."""

SWEEP = 500
POOL = 5
ENDED = ["SUCCESS", "ERROR", "CANCELLED"]


@dataclass(frozen=True)
class Work:
    """What an engine does: `drain` a lane, `look` at the rows; `alive` are the workers that live."""

    drain: Callable[[str], None]
    look: Callable[[], None]
    alive: Callable[[], set[str]]


class Durable:
    """An Engine over DBOS; one in a process at a time. `worker` is this process's name, and DBOS's executor id."""

    here: ClassVar[Durable | None] = None

    def __init__(self, work: Work, url: str, worker: str, workers: int) -> None:
        self.work = work
        self._url, self._worker, self._workers = url, worker, workers
        self._todo: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._queued: dict[str, float] = {}
        self._lock = threading.Lock()
        self._feeder = threading.Thread(target=self._feed, name="dbos feeder", daemon=True)

    def start(self) -> None:
        """Launch. The queue, the schedule and the tables are made where they are missing."""
        if self._url.startswith("sqlite"):
            _in_wal_mode(Path(self._url.partition(":///")[2]))
        config = DBOSConfig(
            name="chengdan",
            system_database_url=self._url,
            sys_db_pool_size=POOL,
            application_version=VERSION,
            executor_id=self._worker,
            serializer=DBOSPortableJSONSerializer(),
            log_level="ERROR",
            max_executor_threads=self._workers + 4,
            scheduler_polling_interval_sec=5.0,
        )
        Durable.here = self
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=self._workers, partition_concurrency=1, polling_interval_sec=POLL_S
        )
        DBOS.apply_schedules([{"schedule_name": ROUND, "workflow_fn": round_, "schedule": EVERY_5_S}])
        self._feeder.start()

    def wake(self, lane: str) -> None:
        """Queued by a thread of its own: an entry costs milliseconds that whoever takes a message in does not have."""
        now = time.monotonic()
        with self._lock:
            if self._queued.get(lane, -FORGET_AFTER_S) + FORGET_AFTER_S > now:
                return
            self._queued[lane] = now
        self._todo.put(partial(self._enqueue, lane))

    def close(self) -> None:
        self._todo.put(None)
        if self._feeder.is_alive():
            self._feeder.join(10)
        DBOS.destroy(workflow_completion_timeout_sec=10)
        Durable.here = None

    def begun(self, lane: str) -> None:
        """From now on a wake of this lane is news: what comes in may be too late for the look that begins."""
        with self._lock:
            self._queued.pop(lane, None)

    def round(self) -> None:
        """Not inside the workflow that asks for it: there DBOS would store what it lists as the result of a step."""
        self._todo.put(self._sweep)
        self._todo.put(self.work.look)

    def _feed(self) -> None:
        while (deed := self._todo.get()) is not None:
            try:
                deed()
            except Exception:
                LOG.exception(
                    "the durable queue could not be used now; the next look at the rows tries again"
                )

    def _enqueue(self, lane: str) -> None:
        try:
            with SetEnqueueOptions(queue_partition_key=_key(lane)):
                DBOS.enqueue_workflow(QUEUE, answer, lane)
        except Exception:
            self.begun(lane)
            raise

    def _sweep(self) -> None:
        """Let go of what dead processes hold, which else blocks its conversation, and forget what is over."""
        alive = self.work.alive()
        held = DBOS.list_workflows(status="PENDING", queue_name=QUEUE, load_input=False, load_output=False)
        dead = [one.workflow_id for one in held if one.executor_id not in alive]
        if dead:
            DBOS.cancel_workflows(dead)
        before = (datetime.now(UTC) - KEEP).isoformat()
        over = DBOS.list_workflows(
            status=ENDED, end_time=before, limit=SWEEP, load_input=False, load_output=False
        )
        if over:
            DBOS.delete_workflows([one.workflow_id for one in over])


@DBOS.workflow(name="answer")
def answer(lane: str) -> None:
    """Answer what waits in this lane. No step inside: each message is its own transaction in our rows, and begins again."""
    engine = Durable.here
    if engine is None:
        return
    engine.begun(lane)
    engine.work.drain(lane)


@DBOS.workflow(name="round")
def round_(scheduled: datetime, context: Any) -> None:  # noqa: ARG001 - what DBOS calls a schedule with
    """Every five seconds in one of the processes."""
    engine = Durable.here
    if engine is not None:
        engine.round()


def _key(lane: str) -> str:
    """Any lane as a short name."""
    return hashlib.sha256(lane.encode()).hexdigest()[:32]


def _in_wal_mode(path: Path) -> None:
    """DBOS takes the file's journal mode as it finds it; WAL stays with the file and is twice as fast."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
