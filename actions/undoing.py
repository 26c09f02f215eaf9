"""Taking back: before it happens, while it still waits, or, for a change of our own rows, for a while after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from knowledge.model import Person

from . import notices
from .action import Outcome, State
from .answering import close, open_action, said
from .autonomy import demoting
from .effect import UPDATE_UNDO, BadArguments, LocalEffect, Order
from .effects import EFFECTS
from .gate import Gate
from .people import roles_of
from .stored import payload_of
from .subjects import subject_of
from .tables import Action
from .wording import outcome_of


@dataclass
class Undoing:
    """The taking-back side of the gate."""

    gate: Gate

    def undo(self, person_id: str, ref: str, *, channel: str = "") -> Outcome:
        """Inside the undo window: it never happens, or is put back as it was. While still waiting: it is withdrawn.

        The asker may; so may whoever could have approved it, once it is on its way.
        """
        now = self.gate.clock()
        states = (State.SCHEDULED, State.PENDING, State.EXECUTED)
        with self.gate.store.session() as session:
            found = open_action(self.gate, session, person_id, ref, *states)
            if isinstance(found, Outcome):
                return found
            action, person = found
            problem = self._cannot(session, action, person, now)
            if problem:
                return said(action, problem)
            if action.state == State.PENDING:
                close(session, action, State.CANCELLED, "cancelled", person.id, channel, now, {})
            elif action.state == State.SCHEDULED:
                close(session, action, State.UNDONE, "undone", person.id, channel, now, {})
            else:
                try:
                    with session.begin_nested():
                        detail = self._revert(session, action, now)
                except BadArguments as error:
                    return said(action, str(error))
                close(session, action, State.UNDONE, "undone", person.id, channel, now, {"detail": detail})
            if action.state == State.UNDONE:
                demoting.reconsider(session, action, now)
            zh = f"{action.code} 被{person.name}撤回"
            notices.tell_asker(
                session, action, (zh, f"{action.code} was taken back by {person.name}"), person.id, now
            )
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome

    def _cannot(self, session: Session, action: Action, person: Person, now: datetime) -> str:
        mine = person.id == action.requester_id
        asked = [seat for rule in action.decision.get("rules", []) for seat in rule.get("approvers", [])]
        if not mine and (action.state == State.PENDING or not roles_of(session, action, person, asked, now)):
            return "只有发起人可以撤回 / only the person who asked may undo it"
        if action.state == State.PENDING:
            return ""
        passed = action.undo_until is None or action.undo_until <= now
        if action.state == State.EXECUTED and not isinstance(EFFECTS.get(action.action), LocalEffect):
            return f"{action.code} 已发出,无法撤回 / {action.code} has gone out and cannot be taken back"
        if passed:
            return f"{action.code} 的撤销时间已过 / the undo window of {action.code} has passed"
        return ""

    def _revert(self, session: Session, action: Action, now: datetime) -> str:
        effect = EFFECTS[action.action]
        assert isinstance(effect, LocalEffect)
        order = Order(
            action_id=action.id,
            message_id=action.message_id,
            payload=payload_of(action),
            sender=session.get_one(Person, action.requester_id),
            now=now,
            subject=subject_of(session, action),
            drafted_by=action.drafted_by,
        )
        return effect.revert(order, session, action.result.get(UPDATE_UNDO, {}))
