"""How a deed ends: done, refused for good, tried again later, or not known; and what a dead process leaves behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from . import breakers, notices, obligations, record
from .action import State
from .claiming import Held
from .effect import OutwardEffect
from .gate import Gate
from .gateways.mail import Delivery
from .gateways.steps import CLAIMED, step_name
from .tables import Action
from .wording import in_language, local_time
from .workers import heard_since

LONGEST = timedelta(hours=1)
"""Nothing may be under way for longer, however alive its worker says it is."""


def finish(
    gate: Gate, session: Session, held: Held, effect: OutwardEffect, delivery: Delivery, now: datetime
) -> None:
    """Write what came of an attempt, in the caller's transaction. A report that comes late still counts where nobody
    has answered meanwhile; where somebody has, it is put on record."""
    record.lock_system(session)
    action = session.get_one(Action, held.order.action_id)
    _tell_breaker(session, effect.gateway, delivery, now)
    if not _awaited(action, held, delivery):
        detail = {"status": delivery.status, "attempt": held.attempt}
        record.append(
            session, record.Event(name="late_report", action=action, actor="system", detail=detail), now
        )
        return
    result = {
        "detail": delivery.detail,
        "reference": delivery.reference,
        "refused": list(delivery.refused_recipients),
        "step": delivery.step,
        "at": action.result.get("at", now.isoformat()),
    }
    if delivery.status == "failed":
        again(gate, session, action, result, now)
        return
    if delivery.status == "unknown":
        result["detail"] = uncertain(gate, action, delivery.step, now, delivery.detail)
    state = {"sent": State.EXECUTED, "refused": State.FAILED, "unknown": State.UNKNOWN}[delivery.status]
    end(session, action, state, result, now)
    if state == State.EXECUTED:
        effect.afterwards(held.order, session, delivery)


def again(gate: Gate, session: Session, action: Action, result: dict[str, Any], now: datetime) -> None:
    """Nothing was sent: schedule the next try, which may be undone until then; after the last one it has failed."""
    attempts, retries = action.attempts, gate.rules.retries
    if not retries.left(attempts):
        zh, en = (in_language(str(result["detail"]), language) for language in ("zh", "en"))
        told = {"detail": f"试了 {attempts} 次都没有发出: {zh} / not sent after {attempts} tries: {en}"}
        end(session, action, State.FAILED, {**result, **told}, now)
        return
    due = now + timedelta(seconds=retries.pause_s(action.id, attempts))
    action.state, action.finished_at, action.result = State.SCHEDULED, None, result
    action.due_at = action.undo_until = due
    session.add(action)
    session.flush()
    entry = record.Event(name="retried", action=action, actor="system", detail={"attempt": attempts})
    record.append(session, entry, now)
    if attempts == 1:
        clock = local_time(due, gate.rules.utc_offset_hours)
        zh, en = (in_language(str(result["detail"]), language) for language in ("zh", "en"))
        words = (
            f"{action.code} 这次没有发出({zh}),{clock} 起自动再试;要撤销请发 /undo {action.code}",
            f"{action.code} was not sent this time ({en}); it is tried again from {clock}; /undo {action.code} takes it back",
        )
        notices.tell(session, action.requester_id, words, action.id, now)


def end(session: Session, action: Action, state: State, result: dict[str, Any], now: datetime) -> None:
    """The last state, in the record as in the row; who asked is told unless it went just as they were told before."""
    action.state, action.finished_at, action.result = state, now, result
    session.add(action)
    session.flush()
    record.append(session, record.Event(name=action.state, action=action, actor="system"), now)
    if action.state != State.EXECUTED or action.decision.get("approvers") or action.attempts > 1:
        notices.tell_end(session, action, now)
    if action.state == State.EXECUTED:
        obligations.fulfil(session, action, now)


def abandoned(gate: Gate, now: datetime) -> list[str]:
    """What was under way when its worker fell silent. Before the point of no return it is tried again; after it, or
    where that is not known, a person must look: it is never sent again."""
    before = now - timedelta(seconds=gate.rules.uncertain_after_s)
    with gate.store.session() as session:
        record.lock_system(session)
        rows = session.exec(
            select(Action).where(Action.state == State.EXECUTING, col(Action.finished_at) <= before)
        ).all()
        alive = heard_since(session, before)
        left = [row for row in rows if row.worker not in alive or _too_long(row, now)]
        for action in left:
            step = str(action.result.get("step", ""))
            if step == CLAIMED:
                why = "执行的进程中断,当时还没有发出 / the process broke off before anything was sent"
                again(gate, session, action, {**action.result, "detail": why}, now)
                continue
            detail = uncertain(gate, action, step, action.finished_at or now)
            end(session, action, State.UNKNOWN, {**action.result, "detail": detail}, now)
        return [action.id for action in left]


def uncertain(gate: Gate, action: Action, step: str, at: datetime, why: str = "") -> str:
    """What is known of an unknown end: when, how far it got, where to look, how to answer (`中文 / English`)."""
    clock = local_time(at, gate.rules.utc_offset_hours)
    zh, en = (in_language(why, language) for language in ("zh", "en"))
    return (
        f"{clock} 中断,最后一步: {step_name(step)}{f'({zh})' if zh else ''}。请在“已发送”或邮件服务器日志里查 Message-ID "
        f"{action.message_id}: 查到了发 /settle {action.code} sent,确认没有发 /settle {action.code} not_sent / "
        f"broke off at {clock}, last step: {step_name(step, 'en')}{f' ({en})' if en else ''}. Look for Message-ID "
        f"{action.message_id} in the Sent folder or the mail server's log; if it is there: /settle {action.code} sent, "
        f"if it surely is not: /settle {action.code} not_sent"
    )


def _awaited(action: Action, held: Held, delivery: Delivery) -> bool:
    """Whether the row still waits for this attempt's report."""
    if action.worker != held.worker or action.attempts != held.attempt:
        return False
    if action.state == State.SCHEDULED:  # taken for broken off before it was sent, and yet it was
        return delivery.status == "sent"
    return action.state in (State.EXECUTING, State.UNKNOWN)


def _too_long(action: Action, now: datetime) -> bool:
    return action.finished_at is None or action.finished_at <= now - LONGEST


def _tell_breaker(session: Session, gateway: str, delivery: Delivery, now: datetime) -> None:
    """Only what the other side did counts: a mail that we refuse ourselves says nothing about it."""
    if delivery.status == "sent" or delivery.fault == "mail":
        breakers.report(session, gateway, "", now)
    elif delivery.status in ("failed", "unknown") and delivery.fault == "gateway":
        breakers.report(session, gateway, delivery.detail or "?", now)
