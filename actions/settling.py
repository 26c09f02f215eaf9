"""What became of an unknown end: a person who has looked says so, or a gateway that can be asked. Neither sends again
what may have gone out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from sqlmodel import Session, select

from . import notices, record
from .action import Outcome, State
from .answering import open_action, said
from .claiming import order_of
from .effect import Effect, OutwardEffect
from .endings import again
from .gate import Gate
from .gateways.mail import Delivery
from .people import roles_of
from .tables import Action
from .wording import outcome_of

Answer = Literal["sent", "not_sent"]
Seen = Literal["seen", "not_seen", "unknown"]

ASK_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long after the end a gateway is asked: a Sent folder may come late."""


@runtime_checkable
class Reconciler(Protocol):
    """A gateway that can be asked afterwards. `not_seen` means: it has not gone out and will not."""

    def seen(self, message_id: str) -> Seen:
        """Whether this message went out; `unknown` when that cannot be told. Never raises."""
        ...


@dataclass
class Settling:
    """The answer of a person to an action whose end is unknown."""

    gate: Gate
    effect_of: Callable[[str], Effect | None]

    def settle(self, person_id: str, ref: str, answer: str, *, channel: str = "") -> Outcome:
        """`sent`: it counts as done, with the rows that follow. `not_sent`: it has failed, and may be asked for anew as a
        new action. The asker may say so, who could have approved it, the team's manager, and an administrator."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = open_action(self.gate, session, person_id, ref, State.UNKNOWN)
            if isinstance(found, Outcome):
                return found
            action, person = found
            if answer not in ("sent", "not_sent"):
                return said(action, "用法: /settle 编号 sent|not_sent / usage: /settle CODE sent|not_sent")
            asked = [seat for rule in action.decision.get("rules", []) for seat in rule.get("approvers", [])]
            may = roles_of(session, action, person, [*asked, "manager", "admin"], now)
            if person.id != action.requester_id and not may:
                return said(action, "你不能核实这个动作 / you may not settle this action")
            gone = answer == "sent"
            detail = (
                f"{person.name}核实: {'已发出' if gone else '没有发出'} / "
                f"settled by {person.name}: {'it was sent' if gone else 'it was not sent'}"
            )
            effect = self.effect_of(action.action)
            if gone and isinstance(effect, OutwardEffect):
                follow(session, action, effect, detail)
            close(session, action, State.EXECUTED if gone else State.FAILED, detail, person.id, channel, now)
            words = (f"{action.code} {detail.split(' / ')[0]}", f"{action.code} {detail.split(' / ')[1]}")
            notices.tell_asker(session, action, words, person.id, now)
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome


def ask_around(
    gate: Gate,
    effects: Mapping[str, Effect],
    gateway_of: Callable[[str], Any],
    asked: dict[str, int],
    now: datetime,
) -> list[str]:
    """Ask about every unknown end whose time has come; returns the ids that are unknown no longer. `asked` is how often
    this process has asked about each."""
    with gate.store.reading() as session:
        rows = session.exec(select(Action).where(Action.state == State.UNKNOWN)).all()
    settled = []
    for action in rows:
        effect = effects.get(action.action)
        gateway = gateway_of(effect.gateway) if isinstance(effect, OutwardEffect) else None
        if not isinstance(gateway, Reconciler) or not _time_to_ask(action, asked, now):
            continue
        asked[action.id] = asked.get(action.id, 0) + 1
        seen = gateway.seen(action.message_id)  # outside of any transaction: it may take a while
        assert isinstance(effect, OutwardEffect)
        if _heard(gate, action.id, effect, seen, now):
            settled.append(action.id)
    return settled


def follow(session: Session, action: Action, effect: OutwardEffect, detail: str) -> None:
    """The rows that follow from a deed that is now known to be done, dated when it was begun."""
    at = action.result.get("at")
    order = order_of(session, action, datetime.fromisoformat(at) if at else action.created_at)
    effect.afterwards(order, session, Delivery(status="sent", detail=detail))


def close(
    session: Session, action: Action, state: State, detail: str, actor: str, channel: str, now: datetime
) -> None:
    """End the unknown, in the record with who said so."""
    action.state, action.finished_at = state, now
    action.result = {**action.result, "detail": detail}
    session.add(action)
    session.flush()
    answer = "sent" if state == State.EXECUTED else "not_sent"
    entry = record.Event(
        name="settled", action=action, actor=actor, channel=channel, detail={"answer": answer}
    )
    record.append(session, entry, now)


def _time_to_ask(action: Action, asked: Mapping[str, int], now: datetime) -> bool:
    times = asked.get(action.id, 0)
    return times < len(ASK_AFTER) and (action.finished_at or now) + ASK_AFTER[times] <= now


def _heard(gate: Gate, action_id: str, effect: OutwardEffect, seen: Seen, now: datetime) -> bool:
    with gate.store.session() as session:
        record.lock_system(session)
        action = session.get_one(Action, action_id)
        if action.state != State.UNKNOWN:
            return False  # somebody was quicker
        if seen == "unknown":
            return False
        if seen == "seen":
            detail = "已在发送记录里找到,确认已发出 / found among what was sent"
            follow(session, action, effect, detail)
            close(session, action, State.EXECUTED, detail, "system", "", now)
            notices.tell_end(session, action, now)
        else:
            why = "发送记录里确认没有 / it surely was not sent"
            again(gate, session, action, {**action.result, "detail": why}, now)
        return True
