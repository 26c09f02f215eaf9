"""What the clock does: lets waiting approvals expire, and performs what is due, each exactly behind its fence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, and_, col, or_, select

from knowledge.store import StoreError

from . import breakers, canaries, endings, notices, record, settling
from .action import State
from .claiming import Held, claim, mark
from .effect import UPDATE_UNDO, BadArguments, Hands, LocalEffect, OutwardEffect
from .effects import EFFECTS
from .gate import Gate
from .gateways.mail import Delivery
from .gateways.steps import CLAIMED, TEXT_SENT, Watchable
from .tables import Action
from .workers import worker_name

LOG = logging.getLogger(__name__)

END_PAUSES_S = (0.2, 0.5, 1, 2, 4, 8, 15)
"""How long to wait between tries to write an end while the database is away; then with every look at the clock."""


@dataclass
class Performer:
    """Performs due actions. Safe to run in several processes: each action is claimed by one conditional update.

    `worker` stands beside each fence it raises. Without `outward` it performs changes of our own rows alone: what leaves
    the house is then left to a process that may (bot.sender).
    """

    gate: Gate
    worker: str = field(default_factory=worker_name)
    outward: bool = True
    pause: Callable[[float], None] = time.sleep
    _owed: list[tuple[Held, OutwardEffect, Delivery]] = field(default_factory=list, init=False)
    _asked: dict[str, int] = field(default_factory=dict, init=False)

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
        """Approvals nobody gave in time become a no; what broke off while running is tried again or becomes unknown; who
        waits for a gateway is told. Ends that could not be written are written."""
        now = self.gate.clock()
        self._pay()
        waits = select(Action.id).where(
            or_(
                and_(col(Action.state) == State.PENDING, col(Action.expires_at) <= now),
                col(Action.state) == State.EXECUTING,
            )
        )
        with self.gate.store.reading() as session:
            idle = session.exec(waits.limit(1)).first() is None
        # the usual case takes no lock
        changed = [] if idle else self._expire(now) + endings.abandoned(self.gate, now)
        changed += self._hold(now)
        return changed + (self._ask_around(now) if self.outward else [])

    def perform(self, action_id: str) -> bool:
        """Fence, perform, write the end. False when somebody else has it or the decision no longer allows it."""
        with self.gate.store.reading() as session:
            action = session.get(Action, action_id)
            effect = EFFECTS.get(action.action) if action and action.state == State.SCHEDULED else None
        if isinstance(effect, LocalEffect):
            return self._apply(action_id, effect)
        return self.outward and isinstance(effect, OutwardEffect) and self._send(action_id, effect)

    def due(self) -> list[str]:
        """Ids of what may run now in this process, oldest first; what waits for its gateway is left out."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            closed = set(outward_verbs()) if not self.outward else self._shut_verbs(session, now)
            return [row.id for row in self._scheduled(session, now) if row.action not in closed]

    def due_elsewhere(self) -> list[str]:
        """Ids of what may leave the house now, for a process that is allowed to let it."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            closed = self._shut_verbs(session, now)
            rows = self._scheduled(session, now)
            return [row.id for row in rows if row.action in outward_verbs() and row.action not in closed]

    def _send(self, action_id: str, effect: OutwardEffect) -> bool:
        """Something that leaves the house: the fence is committed before, the end after."""
        watched = isinstance(_gateway(self.gate.hands, effect.gateway), Watchable)
        with self.gate.store.session() as session:
            held = claim(
                self.gate, session, action_id, self.worker, self.gate.clock(),
                gateway=effect.gateway, watched=watched,
            )  # fmt: skip
            if held is None:
                return False
        passed: list[str] = [] if watched else [""]

        def on_step(step: str) -> None:
            mark(self.gate, held, step)
            passed.append(step)

        delivery: Delivery | None = None
        try:
            delivery = effect.perform(held.order, _watched(self.gate.hands, effect.gateway, on_step))
        finally:  # an effect that breaks past the point of no return has happened, as far as anybody knows
            self._finish(held, effect, delivery or _broken(passed))
        return True

    def _finish(self, held: Held, effect: OutwardEffect, delivery: Delivery) -> None:
        """Write the end; a database that is away is asked again, now and with every later look at the clock."""
        for pause in (*END_PAUSES_S, None):
            try:
                with self.gate.store.session() as session:
                    endings.finish(self.gate, session, held, effect, delivery, self.gate.clock())
            except (StoreError, DBAPIError):
                LOG.warning("the end of %s could not be written", held.order.action_id, exc_info=True)
                if pause is None:
                    self._owed.append((held, effect, delivery))
                else:
                    self.pause(pause)
            else:
                return

    def _pay(self) -> None:
        """Once more the ends that could not be written; one that still cannot stays owed and stops this look."""
        while self._owed:
            held, effect, delivery = self._owed[0]
            with self.gate.store.session() as session:
                endings.finish(self.gate, session, held, effect, delivery, self.gate.clock())
            self._owed.pop(0)

    def _apply(self, action_id: str, effect: LocalEffect) -> bool:
        """A change of our own rows: claim, change and end in one transaction, so there is nothing to be unsure of."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            held = claim(self.gate, session, action_id, self.worker, now)
            if held is None:
                return False
            action = session.get_one(Action, action_id)
            try:
                with session.begin_nested():
                    change = effect.apply(held.order, session, self.gate.hands)
            except BadArguments as error:
                endings.end(session, action, State.FAILED, {"detail": str(error)}, now)
                return True
            result = {"detail": change.detail, "reference": change.reference, UPDATE_UNDO: dict(change.undo)}
            endings.end(session, action, State.EXECUTED, result, now)
            return True

    def _scheduled(self, session: Session, now: datetime) -> list[Action]:
        rows = select(Action).where(Action.state == State.SCHEDULED, col(Action.due_at) <= now)
        return list(session.exec(rows.order_by(col(Action.due_at), col(Action.id))))

    def _shut_verbs(self, session: Session, now: datetime) -> set[str]:
        shut = breakers.shut(session, now)
        return {verb for verb, gateway in outward_verbs().items() if gateway in shut}

    def _hold(self, now: datetime) -> list[str]:
        """Askers whose action waits for a gateway are told so, once for each outage."""
        with self.gate.store.reading() as session:
            held = [
                (row, [a for a in self._scheduled(session, now) if outward_verbs().get(a.action) == name])
                for name, row in breakers.shut(session, now).items()
            ]
            if not any(breakers.untold(session, actions, row) for row, actions in held):
                return []
        with self.gate.store.session() as session:
            record.lock_system(session)
            return [one for row, actions in held for one in breakers.tell_held(session, actions, row, now)]

    def _ask_around(self, now: datetime) -> list[str]:
        """Unknown ends are asked of a gateway that can say whether it has seen the message."""
        return settling.ask_around(
            self.gate, EFFECTS, lambda name: _gateway(self.gate.hands, name), self._asked, now
        )

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


@cache
def outward_verbs() -> dict[str, str]:
    """The verbs that leave the house, with the gateway each goes out by."""
    return {name: effect.gateway for name, effect in EFFECTS.items() if isinstance(effect, OutwardEffect)}


def _gateway(hands: Hands, name: str) -> Any:
    return getattr(hands, name, None)


def _watched(hands: Hands, name: str, on_step: Callable[[str], None]) -> Hands:
    """The hands for one deed: its gateway tells of the point of no return, when it can."""
    gateway = _gateway(hands, name)
    if not isinstance(gateway, Watchable):
        return hands
    changed: dict[str, Any] = {name: gateway.watched(on_step)}
    return replace(hands, **changed)


def _broken(passed: list[str]) -> Delivery:
    """What an effect that raised has done: nothing for sure before the point of no return, else nobody knows."""
    if passed:
        step = TEXT_SENT if TEXT_SENT in passed else ""
        return Delivery(status="unknown", detail="执行出错 / the effect broke", step=step)
    return Delivery(
        status="failed", detail="执行出错,没有发出 / the effect broke before anything was sent", step=CLAIMED
    )
