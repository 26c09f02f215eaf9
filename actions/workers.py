"""Who is at work: each process that performs leaves a sign of life, so that a slow one is told from a dead one."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from knowledge.store import Store

from .tables import WorkerBeat

LOG = logging.getLogger(__name__)

Kind = Literal["sender", "errand", "street", "scribe"]
"""One that sends until told to stop, one that was sent for a few actions, one that stands at the chat platforms, and one
that writes recordings down."""

SENDER: Kind = "sender"
ERRAND: Kind = "errand"
STREET: Kind = "street"
SCRIBE: Kind = "scribe"

BEAT_S = 2.0
SILENT_AFTER = timedelta(seconds=15)
"""A sender not heard of for so long counts as gone when somebody asks whether there is one."""

FORGOTTEN_AFTER = timedelta(days=1)


def worker_name() -> str:
    """A name no other process has had: host, eight random letters, process id."""
    return f"{socket.gethostname()[:40]}:{secrets.token_hex(4)}:{os.getpid()}"


def senders(session: Session, now: datetime) -> int:
    """How many long-running senders are alive."""
    alive = select(WorkerBeat.id).where(
        WorkerBeat.kind == SENDER, col(WorkerBeat.seen_at) > now - SILENT_AFTER
    )
    return len(session.exec(alive).all())


def heard_since(session: Session, moment: datetime) -> set[str]:
    """The workers that gave a sign of life after this moment."""
    return set(session.exec(select(WorkerBeat.id).where(col(WorkerBeat.seen_at) > moment)))


def forget(session: Session, worker: str) -> None:
    """This worker has ended for sure; what it had begun need not wait until it has been silent for long enough."""
    session.connection().execute(delete(WorkerBeat).where(col(WorkerBeat.id) == worker))


class Beat:
    """`with Beat(...):` a thread of its own tells every two seconds that this worker lives; at the end it says goodbye.

    The work may hang in a mail server's slow answer meanwhile. A beat that cannot be written is tried again.
    """

    def __init__(
        self,
        store: Store,
        worker: str,
        kind: Kind,
        clock: Callable[[], datetime],
        every_s: float = BEAT_S,
    ) -> None:
        self._store, self._worker, self._kind, self._clock = store, worker, kind, clock
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def __enter__(self) -> Beat:
        now = self._clock()
        with self._store.session() as session:
            session.connection().execute(
                delete(WorkerBeat).where(col(WorkerBeat.seen_at) < now - FORGOTTEN_AFTER)
            )
            session.add(WorkerBeat(id=self._worker, kind=self._kind, seen_at=now))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        try:
            with self._store.session() as session:
                session.connection().execute(delete(WorkerBeat).where(col(WorkerBeat.id) == self._worker))
        except Exception:
            LOG.warning("%s could not say goodbye", self._worker, exc_info=True)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self._tell()
            except Exception:
                LOG.warning("%s could not tell that it lives; it tries again", self._worker, exc_info=True)

    def _tell(self) -> None:
        with self._store.session() as session:
            sign = update(WorkerBeat).where(col(WorkerBeat.id) == self._worker).values(seen_at=self._clock())
            if session.connection().execute(sign).rowcount == 0:  # forgotten while the machine slept
                session.add(WorkerBeat(id=self._worker, kind=self._kind, seen_at=self._clock()))
