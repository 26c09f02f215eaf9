"""The emergency stop: one approver halts every effect at once, two people start them again. It outlives restarts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from knowledge.library import people as people_rows
from knowledge.model import Person, Role

from . import notices, record
from .action import State, digest
from .gate import Gate
from .tables import Action, SystemState

MAY_STOP = frozenset({Role.MANAGER, Role.DIRECTOR, Role.LEGAL, Role.FINANCE, Role.ADMIN})
RESUME_WITHIN = timedelta(hours=1)
"""How long the first person's wish to resume waits for the second."""

NEW_WINDOW_S = 120
"""What was due during the stop gets this long to be looked at and undone before it runs."""


@dataclass(frozen=True)
class Said:
    """What the person is told, and whether it was done."""

    zh: str
    en: str
    done: bool = True


@dataclass
class Switch:
    """The switch beside the gate. Whoever may approve may stop; resuming needs two of them."""

    gate: Gate

    def stop(self, person_id: str, reason: str, *, channel: str = "") -> Said:
        """From the commit of this on, nothing is performed: every claim reads the same row under its lock."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            row = record.lock_system(session)
            person = session.get(Person, person_id)
            if person is None or not _may(person):
                return Said("只有审批人可以紧急停止", "only approvers may stop the effects", done=False)
            waiting = len(_due(session))
            if row.state == "stopped":
                return Said(f"已经停止,{waiting} 个动作在等待", f"already stopped; {waiting} actions wait")
            self._set(session, row, "stopped", person, reason, now, "stopped", channel)
            _tell_all(
                session,
                (f"🛑 {person.name} 已紧急停止所有动作: {reason or '未写原因'}。恢复需要两人发 /resume",
                 f"🛑 {person.name} stopped all effects: {reason or 'no reason given'}. Resuming takes two people: /resume"),
                person.id,
                now,
            )  # fmt: skip
        self.gate.after()
        return Said(
            f"🛑 已停止。{waiting} 个排期中的动作不会执行。恢复需要两个人各发 /resume。",
            f"🛑 Stopped. {waiting} scheduled actions will not run. Resuming takes two people, each sending /resume.",
        )

    def resume(self, person_id: str, *, channel: str = "") -> Said:
        """The first person asks, a second one within the hour makes it so. What was due gets a new undo window."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            row = record.lock_system(session)
            person = session.get(Person, person_id)
            if person is None or not _may(person):
                return Said("只有审批人可以恢复", "only approvers may resume", done=False)
            if row.state not in ("stopped", "incident"):
                return Said(
                    f"没有停止,当前状态 {row.state}", f"not stopped; the state is {row.state}", done=False
                )
            if not row.resume_by or row.resume_by == person.id or row.at + RESUME_WITHIN < now:
                return self._first(session, row, person, channel, now)
            first = session.get(Person, row.resume_by)
            self._set(session, row, "normal", person, "", now, "resumed", channel)
            count = self._reschedule(session, now)
            names = f"{first.name if first else ''}、{person.name}"
            text = (f"▶ 已恢复({names})", f"▶ Resumed by {first.name if first else ''} and {person.name}")
            _tell_all(session, text, person.id, now)
        self.gate.after()
        return Said(
            f"▶ 已恢复。{count} 个停止期间到期的动作重新排期,{NEW_WINDOW_S} 秒后执行,可撤销。",
            f"▶ Resumed. {count} actions that fell due meanwhile run in {NEW_WINDOW_S} s and can be undone until then.",
        )

    def _first(self, session: Session, row: SystemState, person: Person, channel: str, now: datetime) -> Said:
        row.resume_by, row.at = person.id, now
        session.add(row)
        session.flush()
        record.append(session, record.Event(name="resume_asked", actor=person.id, channel=channel), now)
        _tell_all(
            session,
            (f"{person.name} 请求恢复执行,需要另一人一小时内发 /resume 确认",
             f"{person.name} wants to resume; another person must send /resume within an hour"),
            person.id,
            now,
        )  # fmt: skip
        return Said(
            "已记录。还需要另一个人在一小时内发 /resume,动作才会恢复。",
            "Noted. Another person must send /resume within an hour before anything runs again.",
        )

    def _set(
        self,
        session: Session,
        row: SystemState,
        state: str,
        person: Person,
        reason: str,
        now: datetime,
        event: str,
        channel: str,
    ) -> None:
        row.state, row.reason, row.by_id, row.resume_by, row.at = state, reason, person.id, "", now
        session.add(row)
        session.flush()
        # Free words may name people; the chain keeps their hash, the row the words.
        detail = {"reason_sha256": digest(reason)} if reason else {}
        entry = record.Event(name=event, actor=person.id, channel=channel, detail=detail)
        record.append(session, entry, now)

    def _reschedule(self, session: Session, now: datetime) -> int:
        rows = [row for row in _due(session) if row.due_at is not None and row.due_at <= now]
        for row in rows:
            row.due_at = row.undo_until = now + timedelta(seconds=NEW_WINDOW_S)
            session.add(row)
            session.flush()
            record.append(session, record.Event(name="rescheduled", action=row, actor="system"), now)
            clock = (f"{row.code} 在停止期间到期,将在 {NEW_WINDOW_S} 秒后执行,要撤销请发 /undo {row.code}",
                     f"{row.code} fell due during the stop and runs in {NEW_WINDOW_S} s; /undo {row.code} takes it back")  # fmt: skip
            notices.tell(session, row.requester_id, clock, row.id, now)
        return len(rows)


def _may(person: Person) -> bool:
    return person.active and bool(MAY_STOP & set(person.roles))


def _due(session: Session) -> list[Action]:
    return list(session.exec(select(Action).where(Action.state == State.SCHEDULED)))


def _tell_all(session: Session, words: tuple[str, str], but: str, now: datetime) -> None:
    for person in people_rows.people(session):
        if _may(person) and person.id != but:
            notices.tell(session, person.id, words, "", now)
