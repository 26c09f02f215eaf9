"""What makes conversations move: the port behind which threads, child processes or DBOS work.

The rows of arrivals say what there is to do. An engine only decides when and where a lane is drained; one that forgets
a lane, or drains it twice, does no harm: the next look at the rows finds it, and a lane is claimed row by row.
"""

from __future__ import annotations

from typing import Protocol


class Engine(Protocol):
    """`wake(lane)` sees to it that the lane is drained after this call; from any thread, and it never waits."""

    def start(self) -> None:
        """Begin. Raises what the engine's database raises when it cannot."""

    def wake(self, lane: str) -> None: ...

    def close(self) -> None:
        """Let what runs end; what waits stays in its rows."""
