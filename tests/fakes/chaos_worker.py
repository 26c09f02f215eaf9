"""One sender process of the chaos test: performs what is due until it is killed. `python -m tests.fakes.chaos_worker DB SMTP`."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import actions.tables  # noqa: F401  its tables belong to the schema
from actions.effect import Hands
from actions.evaluation import Rules
from actions.files import Shelf
from actions.gate import Gate
from actions.gateways.mail import gateway_from
from actions.performing import Performer
from actions.retrying import Retries
from actions.workers import SENDER, Beat
from knowledge.store import Store
from policies.engine import Judge

UNCERTAIN_AFTER_S = 5


def performer(database: str, smtp: str, folder: Path) -> Performer:
    """The performing side of the house with the true clock."""
    gate = Gate(
        store=Store(database),
        judge=Judge.load(),
        hands=Hands(mail=gateway_from(smtp, folder / "outbox"), files=Shelf(folder / "papers")),
        clock=lambda: datetime.now(UTC),
        rules=Rules(
            own_domain="us.example.cn",
            uncertain_after_s=UNCERTAIN_AFTER_S,
            canary_every=0,
            retries=Retries(attempts=20, first_s=0.2, longest_s=1),
        ),
    )
    return Performer(gate)


def main() -> None:
    """Until killed."""
    worker = performer(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    with Beat(worker.gate.store, worker.worker, SENDER, worker.gate.clock, every_s=1):
        (Path(sys.argv[3]) / f"ready-{os.getpid()}").touch()
        while True:
            worker.tick()
            time.sleep(0.02)


if __name__ == "__main__":
    main()
