"""Recorded decisions under changed rules: what would have come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from .decision import Decision, Verdict
from .engine import Judge
from .facts import ActionFacts, ApprovalFacts, Principal, Resource


@dataclass(frozen=True, kw_only=True)
class Record:
    """One recorded decision: who asked for what, on which resource, on which facts. `id` is the action's."""

    id: str
    principal: Principal
    action: str
    resource: Resource
    facts: ActionFacts


@dataclass(frozen=True, kw_only=True)
class Change:
    """One decision that comes out otherwise under the new rules."""

    record: Record
    old: Decision
    new: Decision

    def as_text(self) -> str:
        """One line: which action, before and after, and the new reasons."""
        arrow = " -> ".join(_brief(decision) for decision in (self.old, self.new))
        return f"{self.record.id} {self.record.action}: {arrow} ({self.new.reason('zh')} / {self.new.reason('en')})"

    def as_json(self) -> dict[str, Any]:
        """Both decisions in short, and the rules that make the difference."""
        sides = {"old": self.old, "new": self.new}
        return {
            "id": self.record.id,
            "action": self.record.action,
            "stricter": self.stricter,
            **{
                name: {
                    "verdict": decision.verdict.value,
                    "approvers": list(decision.approvers),
                    "undo_seconds": decision.undo_seconds,
                    "rules": [hit.id for hit in decision.rules],
                }
                for name, decision in sides.items()
            },
        }

    @property
    def stricter(self) -> bool:
        """The new rules ask for more: a stricter verdict, or the same one with further approvers."""
        if self.old.verdict is not self.new.verdict:
            return self.new.verdict.strictness > self.old.verdict.strictness
        return bool(set(self.new.approvers) - set(self.old.approvers))


@dataclass(frozen=True, kw_only=True)
class ReplayReport:
    """`total` decisions were replayed; `changes` came out otherwise. Versions are SHA-256 of the two rule sets."""

    total: int
    changes: tuple[Change, ...]
    old_version: str
    new_version: str

    def count(self, old: Verdict, new: Verdict) -> int:
        """How many changed from one verdict to another."""
        return sum(change.old.verdict is old and change.new.verdict is new for change in self.changes)

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return {
            "total": self.total,
            "changed": len(self.changes),
            "stricter": sum(change.stricter for change in self.changes),
            "old_version": self.old_version,
            "new_version": self.new_version,
            "changes": [change.as_json() for change in self.changes],
        }

    def as_text(self) -> str:
        """A headline and one line for every change."""
        stricter = sum(change.stricter for change in self.changes)
        milder = len(self.changes) - stricter
        headline = (
            f"回放 {self.total} 条决定：{len(self.changes)} 条改变(更严 {stricter}，更宽 {milder})"
            f" / {self.total} decisions replayed: {len(self.changes)} changed ({stricter} stricter, {milder} milder)"
        )
        return "\n".join([headline, *(change.as_text() for change in self.changes)])


def replay(judge_old: Judge, judge_new: Judge, snapshots: Iterable[Mapping[str, Any]]) -> ReplayReport:
    """Decide every recorded action (see `record_from`) under both rule sets.

    A change is another verdict, other approvers or another undo window. Raises ValueError on an unreadable record.
    """
    total, changes = 0, []
    for record in map(record_from, snapshots):
        total += 1
        asked = (record.principal, record.action, record.resource, record.facts)
        old, new = judge_old.decide(*asked), judge_new.decide(*asked)
        if _essence(old) != _essence(new):
            changes.append(Change(record=record, old=old, new=new))
    return ReplayReport(
        total=total,
        changes=tuple(changes),
        old_version=judge_old.policy_version,
        new_version=judge_new.policy_version,
    )


def _brief(decision: Decision) -> str:
    who = f"({', '.join(decision.approvers)})" if decision.approvers else ""
    return f"{decision.verdict.value}{who}"


def _essence(decision: Decision) -> tuple[object, ...]:
    """What makes two decisions the same to those they concern."""
    obliged = tuple(one.name for one in decision.obligations)
    return decision.verdict, decision.approvers, decision.turn, decision.undo_seconds, obliged


def record_from(snapshot: Mapping[str, Any]) -> Record:
    """A record from JSON: `id`, `action`, and `principal`, `resource` and `facts` as their `as_record()` gave them.

    Raises ValueError naming the record that lacks a part or has an unknown field.
    """
    try:
        return Record(
            id=str(snapshot["id"]),
            principal=principal_from_record(snapshot["principal"]),
            action=str(snapshot["action"]),
            resource=resource_from_record(snapshot["resource"]),
            facts=facts_from_record(snapshot["facts"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        name = snapshot.get("id", "?")
        raise ValueError(f"记录 {name} 无法读回 / record {name} cannot be read back: {error!r}") from error


def principal_from_record(record: Mapping[str, Any]) -> Principal:
    """The principal of `Principal.as_record()`. Raises ValueError on a field that does not exist."""
    known = _known(Principal, record)
    return Principal(
        **{**known, "roles": frozenset(known.get("roles", ())), "teams": frozenset(known.get("teams", ()))}
    )


def resource_from_record(record: Mapping[str, Any]) -> Resource:
    """The resource of `Resource.as_record()`. Raises ValueError on a field that does not exist."""
    return Resource(**_known(Resource, record))


def facts_from_record(record: Mapping[str, Any]) -> ActionFacts:
    """The facts of `ActionFacts.as_record()`; what an older record lacks has its default.

    Raises ValueError on a field that does not exist.
    """
    values: dict[str, Any] = {
        key: frozenset(value) if isinstance(value, list) else value
        for key, value in _known(ActionFacts, record).items()
    }
    approvals: Mapping[str, Any] = values.pop("approvals", None) or {}
    roles, count = frozenset(approvals.get("roles", ())), int(approvals.get("count", 0))
    votes = {str(role): int(n) for role, n in approvals.get("votes", {}).items()}
    return ActionFacts(**values, approvals=ApprovalFacts(roles=roles, count=count, votes=votes))


def _known(kind: type[Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """The record's values, once every name is one of the class's fields."""
    unknown = sorted(set(record) - {field.name for field in fields(kind)})
    if unknown:
        raise ValueError(f"{kind.__name__}: 未知字段 / unknown field {', '.join(unknown)}")
    return dict(record)
