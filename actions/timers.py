"""What time does to what waits: a reminder, then the stand-ins are asked too, then (in performing.py) no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from knowledge.library import people as people_rows
from knowledge.model import Person, Role

from . import notices, record
from .action import State
from .gate import Gate
from .people import asked_first, eligible
from .stored import on_turn
from .tables import Action, Approval
from .wording import seat_name

ASK_AGAIN = timedelta(hours=1)
"""The asker may have the approvers reminded once an hour."""


@dataclass
class Timers:
    """Looks at what waits. Safe in several processes: each look takes the system lock before it writes."""

    gate: Gate

    def tick(self) -> list[str]:
        """Remind and escalate what is due; returns the ids of the actions about which somebody was told."""
        now = self.gate.clock()
        soonest = now - timedelta(
            seconds=min(self.gate.rules.nudge_after_s, self.gate.rules.escalate_after_s)
        )
        waits = (
            select(Action.id)
            .where(Action.state == State.PENDING, Action.canary_of == "", col(Action.created_at) <= soonest)
            .where(or_(col(Action.nudged_at).is_(None), col(Action.escalated_at).is_(None)))
        )
        with self.gate.store.reading() as session:
            ids = list(session.exec(waits))
        return [action_id for action_id in ids if self._look(action_id, now)] if ids else []

    def nudge(self, person_id: str, ref_action: Action) -> bool:
        """The asker has the approvers reminded now. False when that was done within the hour."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            action = session.get_one(Action, ref_action.id)
            if action.nudged_at is not None and now - action.nudged_at < ASK_AGAIN:
                return False
            self._remind(session, action, now, person_id)
        self.gate.after()
        return True

    def _look(self, action_id: str, now: datetime) -> bool:
        with self.gate.store.session() as session:
            record.lock_system(session)
            action = session.get_one(Action, action_id)
            if action.state != State.PENDING:
                return False
            since = _turn_began(session, action)
            rules = self.gate.rules
            if action.escalated_at is None and now >= since + timedelta(seconds=rules.escalate_after_s):
                self._escalate(session, action, now)
                return True
            if action.nudged_at is None and now >= since + timedelta(seconds=rules.nudge_after_s):
                self._remind(session, action, now, "system")
                return True
            return False

    def _remind(self, session: Session, action: Action, now: datetime, actor: str) -> None:
        for seat in on_turn(action):
            for person in asked_first(session, action, seat, now):
                if not _voted(session, action, person):
                    notices.ask(session, action, person, "nudge", now)
        action.nudged_at = now
        session.add(action)
        session.flush()
        record.append(session, record.Event(name="nudged", action=action, actor=actor), now)

    def _escalate(self, session: Session, action: Action, now: datetime) -> None:
        """The stand-ins of every seat on turn are asked; where there is none, the administrators hear of it."""
        action.escalated_at = action.nudged_at = now
        session.add(action)
        session.flush()
        asked = 0
        for seat in on_turn(action):
            first = {person.id for person in asked_first(session, action, seat, now)}
            for person in eligible(session, action, seat, now):
                if person.id not in first and not _voted(session, action, person):
                    notices.ask(session, action, person, "escalation", now)
                    asked += 1
        record.append(
            session,
            record.Event(name="escalated", action=action, actor="system", detail={"stand_ins": asked}),
            now,
        )
        if not asked:
            _alarm(session, action, now)


def _alarm(session: Session, action: Action, now: datetime) -> None:
    seats = "、".join(seat_name(seat) for seat in on_turn(action))
    seats_en = ", ".join(seat_name(seat, "en") for seat in on_turn(action))
    words = (
        f"⚠ {action.code} 一直等不到{seats}的答复,也没有可替代的人;到期将按拒绝处理",
        f"⚠ {action.code} gets no answer from {seats_en} and nobody can stand in; it will expire into no",
    )
    for person in people_rows.people_with_role(session, Role.ADMIN):
        notices.tell(session, person.id, words, action.id, now, kind="escalation")
    notices.tell(session, action.requester_id, words, action.id, now, kind="escalation")


def _turn_began(session: Session, action: Action) -> datetime:
    """When the present step began: the last yes, else when it was asked."""
    votes = session.exec(select(Approval).where(Approval.action_id == action.id))
    return max([action.created_at, *(vote.at for vote in votes)])


def _voted(session: Session, action: Action, person: Person) -> bool:
    query = select(Approval.id).where(Approval.action_id == action.id, Approval.person_id == person.id)
    return session.exec(query).first() is not None
