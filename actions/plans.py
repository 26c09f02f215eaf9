"""What one colleague has before them, for their desk: open tasks, and meetings that have not ended."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.model import Meeting, Person, Task

from . import diary, tasks
from .gate import Gate


class PlansOf:
    """The part of a desk that looks ahead; both lists are the asker's own."""

    gate: Gate
    asker: Person

    def tasks(self) -> Sequence[Task]:
        with self.gate.store.reading() as session:
            return tasks.open_tasks(session, self.asker.id)

    def meetings(self) -> Sequence[Meeting]:
        with self.gate.store.reading() as session:
            return diary.upcoming(session, self.asker.id, self.gate.clock())
