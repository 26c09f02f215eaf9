"""What the clock does: lets waiting approvals expire, and performs what is due, each exactly behind its fence."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, and_, col, or_, select

from knowledge.model import Person
from policies.decision import Verdict

from . import canaries, notices, obligations, record
from .action import State
from .effect import UPDATE_UNDO, BadArguments, LocalEffect, Order, OutwardEffect
from .effects import EFFECTS
from .gate import Gate
from .gateways.mail import Delivery
from .stored import decision_record, payload_of
from .subjects import subject_of
from .tables import Action
from .wording import in_language, state_name

RUNNING = ("normal", "degraded")
"""System states in which something may be performed at all."""

_STATE_AFTER = {
    "sent": State.EXECUTED,
    "refused": State.FAILED,
    "failed": State.FAILED,
    "unknown": State.UNKNOWN,
}


@dataclass
class Performer:
    """Performs due actions. Safe to run in several processes: each action is claimed by one conditional update."""

    gate: Gate
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    """Who raised a fence: written beside it, so that a person can see which process broke off."""

    def tick(self) -> list[str]:
        """One look at the clock; returns the ids of actions whose state changed."""
        changed = self.close_overdue()
        for action_id in self.due():
            if self.perform(action_id):
                changed.append(action_id)
        if changed:
            self.gate.after()
        return changed

    def close_overdue(self) -> list[str]:
        """Approvals nobody gave in time become a no; what broke off while running becomes unknown."""
        now = self.gate.clock()
        waits = select(Action.id).where(
            or_(
                and_(col(Action.state) == State.PENDING, col(Action.expires_at) <= now),
                col(Action.state) == State.EXECUTING,
            )
        )
        with self.gate.store.reading() as session:
            if session.exec(waits.limit(1)).first() is None:
                return []  # the usual case takes no lock
        return self._expire(now) + self._abandoned(now)

    def perform(self, action_id: str) -> bool:
        """Fence, perform, write the end. False when somebody else has it or the decision no longer allows it."""
        with self.gate.store.reading() as session:
            action = session.get(Action, action_id)
            effect = EFFECTS.get(action.action) if action else None
        if isinstance(effect, LocalEffect):
            return self._apply(action_id, effect)
        return isinstance(effect, OutwardEffect) and self._send(action_id, effect)

    def _send(self, action_id: str, effect: OutwardEffect) -> bool:
        """Something that leaves the house: the fence is committed before, the end after."""
        with self.gate.store.session() as session:
            order = self._claim(session, action_id, self.gate.clock())
            if order is None:
                return False
        delivery = Delivery(status="unknown", detail=_uncertain(order.message_id))
        try:
            delivery = effect.perform(order, self.gate.hands)
        finally:  # an effect that breaks has still happened, as far as anybody knows
            self._finish(order, effect, delivery, self.gate.clock())
        return True

    def _apply(self, action_id: str, effect: LocalEffect) -> bool:
        """A change of our own rows: claim, change and end in one transaction, so there is nothing to be unsure of."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            order = self._claim(session, action_id, now)
            if order is None:
                return False
            action = session.get_one(Action, action_id)
            try:
                with session.begin_nested():
                    change = effect.apply(order, session, self.gate.hands)
            except BadArguments as error:
                self._end(session, action, State.FAILED, {"detail": str(error)}, now)
                return True
            result = {"detail": change.detail, "reference": change.reference, UPDATE_UNDO: dict(change.undo)}
            self._end(session, action, State.EXECUTED, result, now)
            return True

    def due(self) -> list[str]:
        """Ids of what may run now, oldest first."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            rows = select(Action.id).where(Action.state == State.SCHEDULED, col(Action.due_at) <= now)
            return list(session.exec(rows.order_by(col(Action.due_at), col(Action.id))))

    def _claim(self, session: Session, action_id: str, now: datetime) -> Order | None:
        """Judge once more with what is true now; only then raise the fence `executing`, in the caller's transaction."""
        stopped = record.lock_system(session).state not in RUNNING
        action = session.get(Action, action_id)
        if action is None or action.state != State.SCHEDULED or stopped or action.canary_of:
            return None  # what is stopped waits; resuming gives it a new undo window
        try:
            payload = payload_of(action)
            if record.judged_hash(session, action.id) != action.payload_hash:
                raise ValueError(
                    f"动作 {action.code} 的指纹与审计链不符 / the hash of {action.code} is not the judged one"
                )
        except ValueError as error:
            self._refuse(session, action, State.DENIED, str(error), now)
            return None
        if not self._still_allowed(session, action, now):
            return None
        claim = (
            update(Action)
            .where(col(Action.id) == action_id, col(Action.state) == State.SCHEDULED)
            .values(state=State.EXECUTING, finished_at=now, attempts=Action.attempts + 1, worker=self.worker)
        )
        if session.connection().execute(claim).rowcount != 1:
            return None
        session.refresh(action)
        record.append(session, record.Event(name="executing", action=action, actor="system"), now)
        return Order(
            action_id=action.id,
            message_id=action.message_id,
            payload=payload,
            sender=session.get_one(Person, action.requester_id),
            now=now,
            subject=subject_of(session, action),
            labels={name: frozenset(values) for name, values in action.labels.items()},
            drafted_by=action.drafted_by,
        )

    def _still_allowed(self, session: Session, action: Action, now: datetime) -> bool:
        """The decision of this moment; what has become stricter goes back to people, or is refused."""
        evaluation = self.gate.scene_evaluation(session, action, now)
        decision = evaluation.decision
        if decision.verdict in (Verdict.ALLOW, Verdict.ALLOW_UNDO):
            return True
        action.decision = decision_record(evaluation)
        state = State.PENDING if decision.verdict is Verdict.APPROVE else State.DENIED
        self._refuse(session, action, state, f"{decision.reason()} / {decision.reason('en')}", now)
        notices.on_decision(session, action, evaluation, "system", now)
        return False

    def _refuse(self, session: Session, action: Action, state: State, why: str, now: datetime) -> None:
        action.state, action.finished_at, action.result = state, now, {"detail": why}
        if state is State.PENDING:
            action.expires_at = now + timedelta(seconds=self.gate.rules.approval_ttl_s)
        session.add(action)
        session.flush()
        record.append(
            session, record.Event(name="stopped_before_execution", action=action, actor="system"), now
        )
        zh = f"{action.code} 在执行前被拦下: {in_language(why, 'zh')} ({state_name(state)})"
        en = f"{action.code} was stopped before it ran: {in_language(why, 'en')} ({state_name(state, 'en')})"
        notices.tell(session, action.requester_id, (zh, en), action.id, now)

    def _finish(self, order: Order, effect: OutwardEffect, delivery: Delivery, now: datetime) -> None:
        with self.gate.store.session() as session:
            record.lock_system(session)
            action = session.get_one(Action, order.action_id)
            result = {
                "detail": delivery.detail,
                "reference": delivery.reference,
                "refused": list(delivery.refused_recipients),
            }
            self._end(session, action, _STATE_AFTER[delivery.status], result, now)
            if action.state == State.EXECUTED:
                effect.afterwards(order, session, delivery)

    def _end(
        self, session: Session, action: Action, state: State, result: dict[str, Any], now: datetime
    ) -> None:
        action.state, action.finished_at, action.result = state, now, result
        session.add(action)
        session.flush()
        record.append(session, record.Event(name=action.state, action=action, actor="system"), now)
        if action.state != State.EXECUTED or action.decision.get("approvers"):
            notices.tell_end(session, action, now)
        if action.state == State.EXECUTED:
            obligations.fulfil(session, action, now)

    def _expire(self, now: datetime) -> list[str]:
        with self.gate.store.session() as session:
            record.lock_system(session)
            rows = session.exec(
                select(Action).where(Action.state == State.PENDING, col(Action.expires_at) <= now)
            ).all()
            for action in rows:
                action.state, action.finished_at = State.EXPIRED, now
                session.add(action)
                session.flush()
                name = canaries.LAPSED if action.canary_of else "expired"
                record.append(session, record.Event(name=name, action=action, actor="system"), now)
                if not action.canary_of:
                    notices.tell_end(session, action, now)
            return [action.id for action in rows]

    def _abandoned(self, now: datetime) -> list[str]:
        """What was being performed when a process died: nobody knows, so a person must look; never sent again."""
        before = now - timedelta(seconds=self.gate.rules.uncertain_after_s)
        with self.gate.store.session() as session:
            record.lock_system(session)
            rows = session.exec(
                select(Action).where(Action.state == State.EXECUTING, col(Action.finished_at) <= before)
            ).all()
            for action in rows:
                action.state, action.finished_at = State.UNKNOWN, now
                action.result = {"detail": _uncertain(action.message_id)}
                session.add(action)
                session.flush()
                record.append(session, record.Event(name="unknown", action=action, actor="system"), now)
                notices.tell_end(session, action, now)
            return [action.id for action in rows]


def _uncertain(message_id: str) -> str:
    return (
        f"执行中断,请按 Message-ID {message_id} 核实是否已发出 / "
        f"it broke off while running: look for Message-ID {message_id} to see whether it went out"
    )
