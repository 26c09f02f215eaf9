"""Recorded decisions judged by other rules: how many, which way, because of which rule. Fast enough for a year of them.

Two records that put the same question to the rules are judged once: no rule can tell a resource by its id.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .decision import Decision, RuleHit, Verdict
from .engine import Judge
from .replay import Record, record_from
from .strictness import Direction, direction

SHOWN = 5
"""Examples of each kind of change that a report shows."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One decision as it was written down. `code` is the action's, `version` the rules that decided it."""

    record: Record
    decision: Decision
    code: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One decision that comes out otherwise; `rules` are those that take part on one side alone."""

    code: str
    action: str
    old: Decision
    new: Decision
    way: Direction

    @property
    def rules(self) -> tuple[str, ...]:
        sides = [{hit.id for hit in decision.rules} for decision in (self.old, self.new)]
        return tuple(sorted(sides[0] ^ sides[1] or sides[1]))

    @property
    def step(self) -> str:
        """`allow_undo -> approve(manager)`."""
        return f"{brief(self.old)} -> {brief(self.new)}"


@dataclass(frozen=True, kw_only=True)
class History:
    """What a replay found. `total` decisions were judged anew; `drift` of them had been decided by other rules than those
    in force today and would come out otherwise today already; `unreadable` are codes of records that cannot be read."""

    total: int
    differences: tuple[Difference, ...] = ()
    drift: int = 0
    unreadable: tuple[str, ...] = ()
    old_version: str = ""
    new_version: str = ""

    def count(self, way: Direction) -> int:
        return sum(one.way is way for one in self.differences)

    @property
    def steps(self) -> dict[str, int]:
        """How many went from which answer to which, the most frequent first."""
        return dict(Counter(one.step for one in self.differences).most_common())

    @property
    def rules(self) -> dict[str, int]:
        """How many each rule has a part in."""
        return dict(Counter(rule for one in self.differences for rule in one.rules).most_common())

    def as_json(self, shown: int = SHOWN) -> dict[str, Any]:
        """Plain JSON with at most `shown` examples of each step."""
        return {
            "total": self.total,
            "changed": len(self.differences),
            "stricter": self.count(Direction.STRICTER),
            "milder": self.count(Direction.MILDER),
            "other": self.count(Direction.OTHER),
            "drift": self.drift,
            "unreadable": list(self.unreadable),
            "steps": self.steps,
            "rules": self.rules,
            "old_version": self.old_version,
            "new_version": self.new_version,
            "changes": [_example(one) for one in _first(self.differences, shown)],
        }


@dataclass
class Answers:
    """One judge's decisions, each distinct question asked once."""

    judge: Judge
    _known: dict[str, Decision] = field(default_factory=dict)

    def decide(self, record: Record) -> Decision:
        key = _question(record)
        if key not in self._known:
            asked = (record.principal, record.action, record.resource, record.facts)
            self._known[key] = self.judge.decide(*asked)
        return self._known[key]


@dataclass
class Sieve:
    """Which questions other rules could answer otherwise at all: those that a rule which differs applies to. Each distinct
    question is asked once."""

    changed: Judge
    _known: dict[str, bool] = field(default_factory=dict)

    def lets_through(self, record: Record) -> bool:
        key = _question(record)
        if key not in self._known:
            asked = (record.principal, record.action, record.resource, record.facts)
            self._known[key] = self.changed.touches(*asked)
        return self._known[key]


def replay_history(
    old: Answers,
    new: Answers,
    records: Iterable[Recorded],
    *,
    before: Callable[[Record], Record] = lambda record: record,
    after: Callable[[Record], Record] = lambda record: record,
    unreadable: Iterable[str] = (),
    sieve: Sieve | None = None,
) -> History:
    """Judge what was recorded under `new`. `before` makes of each question the one of today, `after` the one that would be
    asked (another autonomy level, another pilot).

    What the rules in force decided is taken as it was written down; everything else is asked of `old` again. What no rule
    that differs applies to (`sieve`) comes out as it was, and is not asked of `new`.
    """
    total, drift, found = 0, 0, []
    for one in records:
        total += 1
        today = before(one.record)
        as_written = one.version == old.judge.policy_version and today == one.record
        if as_written and sieve is not None and not sieve.lets_through(one.record):
            continue
        was = one.decision if as_written else old.decide(today)
        drift += direction(one.decision, was) is not Direction.SAME
        now = new.decide(after(one.record))
        way = direction(was, now)
        if way is not Direction.SAME:
            found.append(Difference(code=one.code, action=one.record.action, old=was, new=now, way=way))
    return History(
        total=total,
        differences=tuple(found),
        drift=drift,
        unreadable=tuple(unreadable),
        old_version=old.judge.policy_version,
        new_version=new.judge.policy_version,
    )


def recorded_from(snapshot: Mapping[str, Any]) -> Recorded:
    """A recorded decision from JSON: what `policies.replay.record_from` reads, and `decision`, `code`, `version`.

    Raises ValueError naming the record that cannot be read.
    """
    record = record_from(snapshot)
    try:
        decision = _decision_from(snapshot["decision"], str(snapshot.get("version", "")))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"记录 {record.id} 无法读回 / record {record.id} cannot be read back: {error!r}"
        ) from error
    return Recorded(
        record=record,
        decision=decision,
        code=str(snapshot.get("code", record.id)),
        version=decision.policy_version,
    )


def _decision_from(stored: Mapping[str, Any], version: str) -> Decision:
    from .decision import Obligation

    return Decision(
        verdict=Verdict(stored["verdict"]),
        rules=tuple(
            RuleHit(
                id=str(rule["id"]),
                reason=str(rule.get("reason", "")),
                reason_en=str(rule.get("reason_en", "")),
                verdict=Verdict(rule["verdict"]),
                approvers=tuple(rule.get("approvers", ())),
                step=int(rule.get("step", 1)),
            )
            for rule in stored.get("rules", ())
        ),
        approvers=tuple(stored.get("approvers", ())),
        turn=tuple(stored.get("turn", ())),
        undo_seconds=int(stored.get("undo_seconds", 0)),
        obligations=tuple(Obligation(**one) for one in stored.get("obligations", ())),
        policy_version=version,
    )


def brief(decision: Decision) -> str:
    """`approve(manager, legal)`, `allow_undo(120 s)`, `deny`."""
    detail = ", ".join(decision.approvers) or (f"{decision.undo_seconds} s" if decision.undo_seconds else "")
    return f"{decision.verdict.value}({detail})" if detail else decision.verdict.value


def _question(record: Record) -> str:
    parts = (
        record.principal.as_record(),
        replace(record.resource, id="").as_record(),
        record.facts.as_record(),
    )
    return json.dumps([record.action, *parts], sort_keys=True, ensure_ascii=False)


def _first(differences: Iterable[Difference], shown: int) -> list[Difference]:
    seen: Counter[str] = Counter()
    kept = []
    for one in differences:
        seen[one.step] += 1
        if seen[one.step] <= shown:
            kept.append(one)
    return kept


def _example(one: Difference) -> dict[str, Any]:
    return {
        "code": one.code,
        "action": one.action,
        "way": one.way.value,
        "step": one.step,
        "rules": list(one.rules),
        "reason": one.new.reason("zh"),
        "reason_en": one.new.reason("en"),
    }
