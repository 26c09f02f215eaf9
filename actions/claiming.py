"""The fence around a deed: judged once more, taken by one worker, and marked where nobody can take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, col

from knowledge.model import Person
from policies.decision import Verdict

from . import breakers, notices, record
from .action import State
from .effect import BadArguments, Order
from .gate import Gate
from .gateways.steps import CLAIMED, Overtaken
from .stored import decision_record, payload_of
from .subjects import subject_of
from .tables import Action
from .wording import in_language, state_name

RUNNING = ("normal", "degraded")
"""System states in which something may be performed at all."""

UNFIT = (LookupError, TypeError, ValueError, BadArguments, NoResultFound)
"""What a row says that can no longer be judged: the deal is gone, the payload is not what its verb takes."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """What one worker holds behind the fence: the order, and which attempt of which worker it is."""

    order: Order
    worker: str
    attempt: int


def claim(
    gate: Gate,
    session: Session,
    action_id: str,
    worker: str,
    now: datetime,
    *,
    gateway: str = "",
    watched: bool = False,
) -> Held | None:
    """Judge with what is true now; only then raise the fence `executing`, in the caller's transaction.

    `gateway` is the one it goes out by ("" for a change of our own rows); `watched` whether that one tells of the point
    of no return. None when it is not to be performed now: somebody else has it, it was stopped, or its gateway is shut.
    """
    stopped = record.lock_system(session).state not in RUNNING
    action = session.get(Action, action_id)
    if action is None or action.state != State.SCHEDULED or stopped or action.canary_of:
        return None  # what is stopped waits; resuming gives it a new undo window
    if action.due_at is None or action.due_at > now:
        return None  # whoever names an id says nothing about its time
    if gateway and not breakers.breaker_of(session, gateway).admits(now):
        return None
    if not _fit(gate, session, action, now):
        return None
    step = {"step": CLAIMED if watched else "", "at": now.isoformat()}
    fence = (
        update(Action)
        .where(col(Action.id) == action_id, col(Action.state) == State.SCHEDULED)
        .values(
            state=State.EXECUTING, finished_at=now, attempts=Action.attempts + 1, worker=worker, result=step
        )
    )
    if session.connection().execute(fence).rowcount != 1:
        return None
    session.refresh(action)
    record.append(session, record.Event(name="executing", action=action, actor="system"), now)
    if gateway:
        breakers.enter(session, gateway, now)
    return Held(order=order_of(session, action, now), worker=worker, attempt=action.attempts)


def order_of(session: Session, action: Action, now: datetime) -> Order:
    """A stored action as an order. Raises ValueError when its payload is not the one that was judged."""
    return Order(
        action_id=action.id,
        message_id=action.message_id,
        payload=payload_of(action),
        sender=session.get_one(Person, action.requester_id),
        now=now,
        subject=subject_of(session, action),
        labels={name: frozenset(values) for name, values in action.labels.items()},
        drafted_by=action.drafted_by,
    )


def mark(gate: Gate, held: Held, step: str) -> None:
    """Commit that this step is reached, before it is. Raises Overtaken when the fence is no longer this worker's or
    everything was stopped meanwhile, and StoreError when it cannot be written: then nothing may go out."""
    now = gate.clock()
    mine = (
        update(Action)
        .where(
            col(Action.id) == held.order.action_id,
            col(Action.state) == State.EXECUTING,
            col(Action.worker) == held.worker,
            col(Action.attempts) == held.attempt,
        )
        .values(result={"step": step, "at": now.isoformat()})
    )
    with gate.store.session() as session:
        system = record.lock_system(session)
        if session.connection().execute(mine).rowcount != 1:
            raise Overtaken(
                "处理超时,已由别的进程接管,这一次没有发出 / taken over by another process; not sent"
            )
        if system.state not in RUNNING:
            raise Overtaken("发出前被紧急停止,没有发出 / stopped right before it went out; not sent")
        action = session.get_one(Action, held.order.action_id)
        record.append(session, record.Event(name=step, action=action, actor="system"), now)


def _fit(gate: Gate, session: Session, action: Action, now: datetime) -> bool:
    """Whether the row is the one that was judged, and may still happen; else it is refused with the reason."""
    try:
        payload_of(action)
        if record.judged_hash(session, action.id) != action.payload_hash:
            raise ValueError(
                f"动作 {action.code} 的指纹与审计链不符 / the hash of {action.code} is not the judged one"
            )
        return _still_allowed(gate, session, action, now)
    except UNFIT as error:
        _refuse(gate, session, action, State.DENIED, str(error) or type(error).__name__, now)
        return False


def _still_allowed(gate: Gate, session: Session, action: Action, now: datetime) -> bool:
    """The decision of this moment; what has become stricter goes back to people, or is refused."""
    evaluation = gate.scene_evaluation(session, action, now)
    decision = evaluation.decision
    if decision.verdict in (Verdict.ALLOW, Verdict.ALLOW_UNDO):
        return True
    # facts, decision and rules belong together: a replay asks the one and compares with the other
    action.facts = evaluation.facts.as_record()
    action.decision, action.policy_version = decision_record(evaluation), decision.policy_version
    state = State.PENDING if decision.verdict is Verdict.APPROVE else State.DENIED
    _refuse(gate, session, action, state, f"{decision.reason()} / {decision.reason('en')}", now)
    notices.on_decision(session, action, evaluation, "system", now)
    return False


def _refuse(gate: Gate, session: Session, action: Action, state: State, why: str, now: datetime) -> None:
    action.state, action.finished_at, action.result = state, now, {"detail": why}
    if state is State.PENDING:
        action.expires_at = now + timedelta(seconds=gate.rules.approval_ttl_s)
    session.add(action)
    session.flush()
    record.append(session, record.Event(name="stopped_before_execution", action=action, actor="system"), now)
    zh = f"{action.code} 在执行前被拦下: {in_language(why, 'zh')} ({state_name(state)})"
    en = f"{action.code} was stopped before it ran: {in_language(why, 'en')} ({state_name(state, 'en')})"
    notices.tell(session, action.requester_id, (zh, en), action.id, now)
