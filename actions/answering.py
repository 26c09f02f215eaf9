"""What every answer of a person to an action shares: finding it, closing it, saying no in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from knowledge.model import Person

from . import record
from .action import Outcome, State, Status
from .gate import Gate
from .sight import find, sees
from .tables import Action
from .wording import outcome_of

UNKNOWN_ACTION = "没有找到这个动作 / no such action"


def open_action(
    gate: Gate, session: Session, person_id: str, ref: str, *states: State
) -> tuple[Action, Person] | Outcome:
    """The action and the person, or the answer when it is unknown, out of sight, or no longer open.

    Takes the system lock, so that of two answers at once the second sees what the first has done.
    """
    record.lock_system(session)
    person = session.get(Person, person_id)
    action = find(session, ref)
    if action is None or person is None or not sees(session, person, action, gate.clock()):
        return Outcome(
            action_id="", action="", status=Status.REFUSED, state=State.DENIED, reason=UNKNOWN_ACTION
        )
    if action.state not in states:
        return outcome_of(session, action)
    return action, person


def close(
    session: Session,
    action: Action,
    state: State,
    event: str,
    actor: str,
    channel: str,
    now: datetime,
    result: dict[str, Any],
) -> None:
    """End an action by a person's answer, in the record as in the row."""
    action.state, action.finished_at, action.result = state, now, result
    session.add(action)
    session.flush()
    record.append(session, record.Event(name=event, action=action, actor=actor, channel=channel), now)


def said(action: Action, text: str) -> Outcome:
    """A no in words; the action stays as it is."""
    return Outcome(
        action_id=action.id,
        action=action.action,
        status=Status.REFUSED,
        state=State(action.state),
        reason=text,
        reason_en=text,
        code=action.code,
    )
