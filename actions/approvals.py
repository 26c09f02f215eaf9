"""People's answers to what waits: approve, reject with a reason, edit, undo, withdraw. No model can reach this.

Each answer is one transaction; a second click finds the state already changed and gets the stored result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from knowledge.model import Person
from policies.decision import Verdict

from . import notices, record
from .action import ActionRequest, Outcome, State, Status, canonical, digest
from .gate import Gate, payload_of
from .people import REQUESTER, best_role, roles_of
from .sight import find, sees
from .tables import Action, Approval
from .wording import outcome_of, state_name

UNKNOWN_ACTION = "没有找到这个动作 / no such action"


@dataclass
class Approvals:
    """The approving side of the gate."""

    gate: Gate

    def approve(self, person_id: str, ref: str, *, seen_hash: str = "", channel: str = "") -> Outcome:
        """A named person's yes to exactly this payload. `seen_hash` is the hash on the card they looked at."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = self._open(session, person_id, ref, State.PENDING)
            if isinstance(found, Outcome):
                return found
            action, person = found
            problem = self._cannot_vote(session, action, person, seen_hash, now)
            if problem:
                return _said(action, problem)
            role = best_role(session, action, person, action.decision.get("approvers", []), now)
            self._vote(session, action, person, role, "yes", "", channel, now)
            evaluation = self.gate.scene_evaluation(session, action, now)
            self.gate.settle(
                session, action, evaluation, now, actor=person.id, channel=channel, event="approved"
            )
            if evaluation.decision.verdict is not Verdict.APPROVE:
                zh = f"{action.code} 已由{person.name}批准: {state_name(action.state)}"
                en = f"{action.code} was approved by {person.name}: {state_name(action.state, 'en')}"
                notices.tell_asker(session, action, (zh, en), person.id, now)
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome

    def reject(self, person_id: str, ref: str, reason: str, *, channel: str = "") -> Outcome:
        """A named person's no, with the reason that the asker is told."""
        if not reason.strip():
            return Outcome(
                action_id="",
                action="",
                status=Status.REFUSED,
                state=State.PENDING,
                reason="驳回需要写明原因: /reject 编号 原因",
                reason_en="a rejection needs a reason: /reject CODE reason",
            )
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = self._open(session, person_id, ref, State.PENDING)
            if isinstance(found, Outcome):
                return found
            action, person = found
            problem = self._cannot_vote(session, action, person, "", now)
            if problem:
                return _said(action, problem)
            role = best_role(session, action, person, action.decision.get("approvers", []), now)
            self._vote(session, action, person, role, "no", reason, channel, now)
            self._close(
                session, action, State.REJECTED, "rejected", person.id, channel, now, {"detail": reason}
            )
            words = (
                f"{action.code} 被{person.name}驳回: {reason}",
                f"{action.code} was rejected by {person.name}: {reason}",
            )
            notices.tell_asker(session, action, words, person.id, now)
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome

    def undo(self, person_id: str, ref: str, *, channel: str = "") -> Outcome:
        """Inside the undo window: it never happens. While still waiting: the wish is withdrawn."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = self._open(session, person_id, ref, State.SCHEDULED, State.PENDING)
            if isinstance(found, Outcome):
                return found
            action, person = found
            if person.id != action.requester_id:
                return _said(action, "只有发起人可以撤回 / only the person who asked may undo it")
            if action.state == State.PENDING:
                self._close(session, action, State.CANCELLED, "cancelled", person.id, channel, now, {})
            elif action.due_at and action.due_at <= now:
                return _said(
                    action, f"{action.code} 的撤销时间已过 / the undo window of {action.code} has passed"
                )
            else:
                self._close(session, action, State.UNDONE, "undone", person.id, channel, now, {})
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome

    def edit(self, person_id: str, ref: str, changes: Mapping[str, Any], *, channel: str = "") -> Outcome:
        """An edit is a new action, judged anew; the old one is superseded. What a human wrote is labelled theirs."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = self._open(session, person_id, ref, State.PENDING, State.SCHEDULED, State.DRAFT_ONLY)
            if isinstance(found, Outcome):
                return found
            action, person = found
            if not self._may_edit(session, action, person, now):
                return _said(action, "你不能修改这个动作 / you may not edit this action")
            request = _edited(action, person, changes)
            if request is None:
                return _said(action, "没有改动 / nothing was changed")
            outcome = self.gate.enter(session, request, channel)
            if not outcome.action_id:
                return outcome
            action.superseded_by = outcome.action_id
            self._close(session, action, State.SUPERSEDED, "superseded", person.id, channel, now, {})
            zh = f"{action.code} 被{person.name}修改,新动作 {outcome.code}: {outcome.reason}"
            en = f"{action.code} was edited by {person.name}; the new action is {outcome.code}: {outcome.reason_en}"
            notices.tell_asker(session, action, (zh, en), person.id, now)
        self.gate.after()
        return outcome

    def _may_edit(self, session: Session, action: Action, person: Person, now: datetime) -> bool:
        wanted = [*action.decision.get("approvers", []), REQUESTER]
        return bool(roles_of(session, action, person, wanted, now))

    def _open(
        self, session: Session, person_id: str, ref: str, *states: State
    ) -> tuple[Action, Person] | Outcome:
        """The action and the person, or the answer when it is unknown, out of sight, or no longer open."""
        record.lock_system(session)
        person = session.get(Person, person_id)
        action = find(session, ref)
        if action is None or person is None or not sees(session, person, action, self.gate.clock()):
            return Outcome(
                action_id="", action="", status=Status.REFUSED, state=State.DENIED, reason=UNKNOWN_ACTION
            )
        if action.state not in states:
            stored = outcome_of(session, action)
            return stored
        return action, person

    def _cannot_vote(
        self, session: Session, action: Action, person: Person, seen_hash: str, now: datetime
    ) -> str:
        if action.expires_at and action.expires_at <= now:
            return f"{action.code} 已过期,视为拒绝 / {action.code} has expired, which counts as no"
        if digest(action.payload) != action.payload_hash or (seen_hash and seen_hash != action.payload_hash):
            return "内容与卡片不一致,已拒绝 / the content differs from the card; refused"
        system = self.gate.system_state(session)
        if system not in ("normal", "degraded"):
            return f"系统已停用({system}),现在不能表态,动作保留等待 / effects are stopped ({system}); it goes on waiting"
        if not roles_of(session, action, person, action.decision.get("approvers", []), now):
            return "你不是这个动作的审批人 / you may not approve this action"
        earlier = select(Approval).where(Approval.action_id == action.id, Approval.person_id == person.id)
        if session.exec(earlier).first():
            return "你已经表过态了 / you have already decided"
        return ""

    def _vote(
        self,
        session: Session,
        action: Action,
        person: Person,
        role: str,
        verdict: str,
        reason: str,
        channel: str,
        now: datetime,
    ) -> None:
        session.add(
            Approval(
                action_id=action.id,
                person_id=person.id,
                role=role,
                verdict=verdict,
                payload_hash=action.payload_hash,
                reason=reason,
                channel=channel,
                at=now,
            )
        )
        session.flush()

    def _close(
        self,
        session: Session,
        action: Action,
        state: State,
        event: str,
        actor: str,
        channel: str,
        now: datetime,
        result: dict[str, Any],
    ) -> None:
        action.state, action.finished_at, action.result = state, now, result
        session.add(action)
        session.flush()
        record.append(session, record.Event(name=event, action=action, actor=actor, channel=channel), now)


def _edited(action: Action, person: Person, changes: Mapping[str, Any]) -> ActionRequest | None:
    payload = payload_of(action)
    changed = {name: value for name, value in changes.items() if payload.get(name) != value}
    if not changed:
        return None
    label = "rep_input" if person.id == action.requester_id else "manager_input"
    labels = {name: frozenset(values) for name, values in action.labels.items()}
    labels |= {name: frozenset({label}) for name in changed}
    args = payload | changed
    return ActionRequest(
        action=action.action,
        args=args,
        resource_id=action.resource_id,
        on_behalf_of=action.requester_id,
        labels=labels,
        idempotency_key=f"edit:{action.id}:{digest(canonical(args))}",
        drafted_by=person.id if person.id != action.requester_id else "person",
        conversation_id=action.conversation_id,
        supersedes=action.id,
    )


def _said(action: Action, text: str) -> Outcome:
    return Outcome(
        action_id=action.id,
        action=action.action,
        status=Status.REFUSED,
        state=State(action.state),
        reason=text,
        reason_en=text,
        code=action.code,
    )
