"""The least of a desk: somebody asks, at a fixed moment, and what is submitted is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from actions.action import ActionRequest, Outcome, State, Status
from knowledge.model import Person


@dataclass
class SmallDesk:
    """Enough for skills that only submit; anything else is an AttributeError, as it should be."""

    person: Person = field(
        default_factory=lambda: Person(id="p-lina", name="李娜", roles=["rep"], team_id="t-east-1")
    )
    now: datetime = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    status: Status = Status.WAITING
    requests: list[ActionRequest] = field(default_factory=list)

    def submit(self, request: ActionRequest) -> Outcome:
        self.requests.append(request)
        return Outcome(
            action_id=f"A-{len(self.requests)}",
            action=request.action,
            status=self.status,
            state=State.EXECUTED if self.status == Status.DONE else State.PENDING,
            reason="折扣 12% 需经理审批",
            approvers=("manager",),
        )
