"""What the clock does: lets waiting approvals expire, and performs what is due, each exactly behind its fence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, and_, col, or_, select

from knowledge.model import Deal, Interaction, InteractionKind, Person
from policies.decision import Verdict

from . import notices, record
from .action import UNTRUSTED_LABELS, State
from .effect import Order
from .effects import EFFECTS
from .gate import Gate, decision_record, payload_of
from .gateways.mail import Delivery
from .tables import Action
from .wording import in_language, state_name

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
        now = self.gate.clock()
        order = self._claim(action_id, now)
        if order is None:
            return False
        action_name, prepared = order
        delivery = Delivery(status="unknown", detail=_uncertain(prepared.message_id))
        try:
            delivery = EFFECTS[action_name].perform(prepared, self.gate.hands)
        finally:  # an effect that breaks has still happened, as far as anybody knows
            self._finish(action_id, delivery, self.gate.clock())
        return True

    def due(self) -> list[str]:
        """Ids of what may run now, oldest first."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            rows = select(Action.id).where(Action.state == State.SCHEDULED, col(Action.due_at) <= now)
            return list(session.exec(rows.order_by(col(Action.due_at), col(Action.id))))

    def _claim(self, action_id: str, now: datetime) -> tuple[str, Order] | None:
        """Judge once more with what is true now; only then raise the fence `executing` and commit it."""
        with self.gate.store.session() as session:
            record.lock_system(session)
            action = session.get(Action, action_id)
            if action is None or action.state != State.SCHEDULED:
                return None
            try:
                payload = payload_of(action)
                if record.judged_hash(session, action.id) != action.payload_hash:
                    raise ValueError(
                        f"动作 {action.code} 的指纹与审计链不符 / the hash of {action.code} is not the judged one"
                    )
            except ValueError as error:
                self._refuse(session, action, State.DENIED, str(error), now)
                return None
            evaluation = self.gate.scene_evaluation(session, action, now)
            if evaluation.decision.verdict not in (Verdict.ALLOW, Verdict.ALLOW_UNDO):
                action.decision = decision_record(evaluation)
                state = State.PENDING if evaluation.decision.verdict is Verdict.APPROVE else State.DENIED
                why = f"{evaluation.decision.reason()} / {evaluation.decision.reason('en')}"
                self._refuse(session, action, state, why, now)
                notices.on_decision(session, action, evaluation, "system", now)
                return None
            claim = (
                update(Action)
                .where(col(Action.id) == action_id, col(Action.state) == State.SCHEDULED)
                .values(state=State.EXECUTING, finished_at=now)
            )
            if session.connection().execute(claim).rowcount != 1:
                return None
            session.refresh(action)
            record.append(session, record.Event(name="executing", action=action, actor="system"), now)
            sender = session.get_one(Person, action.requester_id)
            return action.action, Order(
                action_id=action.id, message_id=action.message_id, payload=payload, sender=sender, now=now
            )

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

    def _finish(self, action_id: str, delivery: Delivery, now: datetime) -> None:
        with self.gate.store.session() as session:
            record.lock_system(session)
            action = session.get_one(Action, action_id)
            action.state = _STATE_AFTER[delivery.status]
            action.finished_at = now
            action.result = {
                "detail": delivery.detail,
                "reference": delivery.reference,
                "refused": list(delivery.refused_recipients),
            }
            session.add(action)
            session.flush()
            record.append(session, record.Event(name=action.state, action=action, actor="system"), now)
            if action.state == State.EXECUTED:
                session.add(_as_interaction(session, action, now))
            if action.state != State.EXECUTED or action.decision.get("approvers"):
                notices.tell_end(session, action, now)

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
                record.append(session, record.Event(name="expired", action=action, actor="system"), now)
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


def _as_interaction(session: Session, action: Action, now: datetime) -> Interaction:
    """What was sent becomes part of the deal's history."""
    payload = payload_of(action)
    deal = session.get_one(Deal, action.resource_id)
    first = payload["to"][0]
    return Interaction(
        id=f"I-{action.id}",
        kind=InteractionKind.MAIL,
        at=now,
        account_id=deal.account_id,
        deal_id=deal.id,
        contact_id=first.get("contact_id") or None,
        person_id=action.requester_id,
        team_id=deal.team_id,
        direction="out",
        subject=str(payload.get("subject", "")),
        text=str(payload.get("body", "")),
        language=str(payload.get("language", "")),
        provenance="llm_inferred" if UNTRUSTED_LABELS & set(action.labels.get("body", [])) else "crm_record",
        source="chengdan",
        thread_key=action.message_id,
    )
