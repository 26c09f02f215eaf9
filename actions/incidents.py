"""Something went wrong with an action: it is written down, its verb goes down the ladder at once, people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from knowledge.model import Person, Role

from . import notices, record
from .action import State, fingerprint
from .autonomy.demoting import after_incident, who_is_told
from .autonomy.rows import Step
from .autonomy.traces import DID
from .gate import Gate
from .levels import level_name
from .sight import find, sees
from .switch import Said
from .tables import Action, Incident

MAY_REPORT = frozenset({Role.MANAGER, Role.DIRECTOR, Role.LEGAL})
KINDS = {
    "serious": ("严重事故", "a serious incident"),
    "complaint": ("投诉", "a complaint"),
    "wrong": ("出错", "an error"),
}
LONGEST = 500


@dataclass
class Incidents:
    """The reporting side of the gate. Whoever asked for the action may report, and managers, directors and legal."""

    gate: Gate

    def report(self, person_id: str, ref: str, kind: str, note: str, *, channel: str = "") -> Said:
        """Write one incident of a kind (serious, complaint, wrong) down. The same kind twice for one action is once."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            found = self._found(session, person_id, ref, now)
            if isinstance(found, Said):
                return found
            action, person = found
            problem = _problem(session, action, person, kind, note)
            if problem:
                return problem
            session.add(
                Incident(action_id=action.id, kind=kind, note=note[:LONGEST], by_id=person.id, at=now)
            )
            session.flush()
            detail = {"kind": kind, "note_hash": fingerprint(action.salt, note[:LONGEST])}
            entry = record.Event(
                name="incident", action=action, actor=person.id, channel=channel, detail=detail
            )
            record.append(session, entry, now)
            step = after_incident(session, action, kind, person.id, now)
            said = _said(action, kind, step)
            for one in who_is_told(session, action, now):
                if one != person.id:
                    words = f"⚠ {person.name}: {said.zh}", f"⚠ {person.name}: {said.en}"
                    notices.tell(session, one, words, action.id, now, kind="incident")
        self.gate.after()
        return said

    def did(self, person_id: str, ref: str, how: str, *, channel: str = "") -> Said:
        """What the asker made of a draft themselves: `as_is` or `edited`. It counts for the ladder."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            found = self._found(session, person_id, ref, now)
            if isinstance(found, Said):
                return found
            action, person = found
            if action.requester_id != person.id:
                return Said("只有发起人可以这样说", "only the person who asked may say so", done=False)
            if action.state != State.DRAFT_ONLY:
                return Said(f"{action.code} 不是草稿", f"{action.code} is no draft", done=False)
            action.result = action.result | {DID: how}
            session.add(action)
            session.flush()
            entry = record.Event(
                name="did_by_hand", action=action, actor=person.id, channel=channel, detail={"how": how}
            )
            record.append(session, entry, now)
        self.gate.after()
        return Said(f"已记下: {action.code} 由你自己执行", f"noted: you did {action.code} yourself")

    def _found(
        self, session: Session, person_id: str, ref: str, now: datetime
    ) -> tuple[Action, Person] | Said:
        person, action = session.get(Person, person_id), find(session, ref)
        if person is None or action is None or action.canary_of or not sees(session, person, action, now):
            return Said("没有找到这个动作", "no such action", done=False)
        return action, person


def _problem(session: Session, action: Action, person: Person, kind: str, note: str) -> Said | None:
    if kind not in KINDS:
        return Said(f"没有“{kind}”这一类", f"there is no kind {kind!r}", done=False)
    if not note.strip():
        return Said("请写明原因", "please say why", done=False)
    if action.requester_id != person.id and not MAY_REPORT & set(person.roles):
        return Said(
            "只有发起人、经理、总监或法务可以报告",
            "only the person who asked, a manager, a director or legal may report",
            done=False,
        )
    known = select(Incident.id).where(Incident.action_id == action.id, Incident.kind == kind)
    if session.exec(known).first() is not None:
        zh, en = KINDS[kind]
        return Said(f"{action.code} 已记录过{zh}", f"{action.code}: {en} is on record already", done=False)
    return None


def _said(action: Action, kind: str, step: Step | None) -> Said:
    zh, en = KINDS[kind]
    if step is None:
        return Said(f"已记录 {action.code} 的{zh}", f"{en} with {action.code} was recorded")
    where = f"({step.scope})" if step.scope else ""
    return Said(
        f"已记录 {action.code} 的{zh}。{action.action}{where} 立即从 L{step.before} 降到 {level_name(step.after)}",
        f"{en} with {action.code} was recorded. {action.action}{where} went from L{step.before} to "
        f"{level_name(step.after, 'en')} at once",
    )
