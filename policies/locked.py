"""The judge of a house whose rules cannot be used: nothing is done and nothing is read, but the rules can be mended."""

from __future__ import annotations

from collections.abc import Sequence

from . import verdicts
from .decision import Decision
from .engine import Judge
from .facts import ActionFacts, Principal, Resource

MENDING = "change_rule"


class LockedJudge(Judge):
    """Answers only for a change of the rules, by the rules that ship."""

    @classmethod
    def over(cls, shipped: Judge) -> LockedJudge:
        """A locked judge that lets `shipped` decide about changes of the rules."""
        locked = cls.__new__(cls)
        locked.__dict__.update(shipped.__dict__)
        return locked

    def decide(self, principal: Principal, action: str, resource: Resource, facts: ActionFacts) -> Decision:
        if action != MENDING:
            return verdicts.refused(verdicts.ENGINE_ERROR, self.policy_version)
        return super().decide(principal, action, resource, facts)

    def may_read_many(self, principal: Principal, resources: Sequence[Resource]) -> list[bool]:  # noqa: ARG002
        return [False] * len(resources)
