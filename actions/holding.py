"""Files that came in and are held: where their bytes lie, how long they may wait, and how they are forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from knowledge.library import files as rows
from knowledge.model import InboundFile
from knowledge.model.files import EXPIRED, WAITING

from .files import Shelf
from .gate import Gate

KEPT_FOR = timedelta(days=7)
"""How long a file waits for its sender to say which deal it is about."""

RECEIVED = "received"
"""The shelf of what came in, apart from the papers that may go out: nothing from outside can be picked for sending."""

MOST_WAITING = 50
"""Files of one colleague that may wait at a time."""


def shelf_of(gate: Gate) -> Shelf:
    """Where files that came in lie by their hash. Raises ValueError in a house without a data folder."""
    if gate.hands.folder is None:
        raise ValueError("no data folder to keep files in")
    return Shelf(gate.hands.folder / RECEIVED)


def let_go(gate: Gate, sha256: str) -> None:
    """Remove bytes that no file holds."""
    with gate.store.reading() as session:
        held = rows.is_held(session, sha256)
    if not held:
        shelf_of(gate).remove(sha256)


def expire_files(gate: Gate) -> list[str]:
    """Forget what has waited too long, with its bytes; returns the ids."""
    with gate.store.reading() as session:
        ids = [file.id for file in rows.overdue_files(session, gate.clock())]
    return settle(gate, ids, EXPIRED) if ids else []


def settle(gate: Gate, ids: Sequence[str], state: str) -> list[str]:
    """Files stop waiting; their names and the bytes that no other file holds are forgotten. Returns the ids of those that did wait."""
    done: list[InboundFile] = []
    with gate.store.session() as session:
        for file_id in ids:
            file = session.get(InboundFile, file_id)
            if file is not None and file.state == WAITING:
                file.state, file.settled_at, file.name = state, gate.clock(), ""
                session.add(file)
                done.append(file)
    for sha in sorted({file.sha256 for file in done}):
        let_go(gate, sha)
    return [file.id for file in done]
