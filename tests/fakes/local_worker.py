"""Asks for tasks and makes them, over and over, until it is killed. `python -m tests.fakes.local_worker DB FOLDER NAME`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from actions.effect import Hands
from actions.evaluation import Rules
from actions.files import Shelf
from actions.gate import Gate
from actions.gateways.mail import gateway_from
from actions.performing import Performer
from knowledge.store import Store
from policies.engine import Judge
from tests.fakes.deeds import TYPED
from tests.fakes.firm import ActionRequest


def main() -> None:
    """Until killed."""
    database, folder, name = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    gate = Gate(
        store=Store(database),
        judge=Judge.load(),
        hands=Hands(mail=gateway_from("", folder / "outbox"), files=Shelf(folder / "papers")),
        clock=lambda: datetime.now(UTC),
        rules=Rules(own_domain="us.example.cn", canary_every=0),
    )
    performer, count = Performer(gate), 0
    while True:
        count += 1
        gate.submit(
            ActionRequest(
                action="create_task",
                args={"title": f"{name}-{count}", "owner_id": "p-chen"},
                resource_id="D-1",
                on_behalf_of="p-lina",
                labels={"title": TYPED, "wish": TYPED},
                idempotency_key=f"{name}-{count}",
            )
        )
        performer.tick()


if __name__ == "__main__":
    main()
