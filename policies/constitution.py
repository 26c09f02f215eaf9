"""What no rule book may give up: a change of rules stays possible for two people and impossible for one, the emergency stop
beats everything, a role that has no part in it gets none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from .decision import Decision, Verdict
from .engine import Judge
from .entities import ACTIONS
from .facts import ActionFacts, ApprovalFacts, Principal, Resource
from .seats import APPROVER_ROLES, ways
from .strictness import DONE

RULES = Resource(kind="rule", id="rules")
DEAL = Resource(kind="deal", id="D", owner_id="p", team_id="t", stage="negotiation")
EFFECTS = tuple(
    verb for verb in ACTIONS if verb not in ("read", "approve", "create_draft", "prepare_contract")
)
_ROLES = ("rep", "manager", "director", "legal", "finance", "admin", "auditor")
_CHANGES = (("policy",), ("policy", "narrower"), ("policy", "emergency"), ("autonomy",), ("pilot",))
"""What one person alone may never do: every change that does not provably take freedom away."""


def faults(judge: Judge) -> tuple[str, ...]:
    """What these rules give up, as sentences; empty when they may be published."""
    return tuple(dict.fromkeys((*_alone(judge), *_locked_out(judge), *_unstoppable(judge))))


def _alone(judge: Judge) -> Iterator[str]:
    """Nobody, whatever roles they hold together, changes the rules without another person's yes."""
    for count in (1, 2):
        for roles in combinations(_ROLES, count):
            for touched in _CHANGES:
                for own in (ApprovalFacts(), ApprovalFacts(roles=frozenset({"requester"}), count=1)):
                    facts = _facts(*touched, approvals=own)
                    if _change(judge, roles, facts).verdict in DONE:
                        yield (
                            f"{'+'.join(roles)} 一个人就能改规则({', '.join(touched)}) / "
                            f"{'+'.join(roles)} alone could change the rules ({', '.join(touched)})"
                        )


def _locked_out(judge: Judge) -> Iterator[str]:
    """An administrator can propose, and the seats that are asked for then really open the door."""
    decision = _change(judge, ("admin",), _facts("policy"))
    for way in ways(decision.approvers) if decision.verdict is Verdict.APPROVE else ():
        if _change(judge, ("admin",), _facts("policy", approvals=ApprovalFacts().plus(way))).verdict in DONE:
            return
    yield "此后没有人能再改规则 / nobody could change the rules any more"


def _unstoppable(judge: Judge) -> Iterator[str]:
    everybody = ApprovalFacts(roles=frozenset(APPROVER_ROLES), count=9)
    owner = Principal(id="p", roles=frozenset(_ROLES), team_id="t", teams=frozenset({"t"}))
    for verb in EFFECTS:
        resource = RULES if verb in ("change_rule", "erase_data") else DEAL
        facts = ActionFacts(system_state="stopped", approvals=everybody)
        if judge.decide(owner, verb, resource, facts).verdict is not Verdict.DENY:
            yield f"紧急停止拦不住 {verb} / the emergency stop would not stop {verb}"


def _change(judge: Judge, roles: tuple[str, ...], facts: ActionFacts) -> Decision:
    who = Principal(id="p", roles=frozenset(roles), team_id="t", teams=frozenset({"t"}))
    return judge.decide(who, "change_rule", RULES, facts)


def _facts(*touched: str, approvals: ApprovalFacts | None = None) -> ActionFacts:
    return ActionFacts(changed_fields=frozenset(touched), approvals=approvals or ApprovalFacts())
