"""Letting somebody else answer: for a while (delegation with an end), or for one action (handing over)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from knowledge.model import Delegation, Person

from . import notices, record
from .action import Outcome, State, digest
from .answering import open_action, said
from .gate import Gate
from .people import REQUESTER, delegated_from, roles_of
from .stored import on_turn
from .switch import MAY_STOP, Said
from .wording import outcome_of

LONGEST = timedelta(days=31)
"""A delegation ends: nobody hands their authority away for good."""


@dataclass
class Handing:
    """Delegations are written here and nowhere else, each into the record."""

    gate: Gate

    def delegate(self, from_id: str, to_id: str, ends_at: datetime, *, channel: str = "") -> Said:
        """`to_id` may answer in the place of `from_id` until `ends_at`; a later one for the same two replaces it."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            giver, taker = session.get(Person, from_id), session.get(Person, to_id)
            problem = _problem(giver, taker, ends_at, now)
            if problem or giver is None or taker is None:
                return problem or Said("没有这个人", "nobody is called that", done=False)
            _write(session, giver, taker, ends_at, "")
            detail = {"to": taker.id, "until": ends_at.isoformat()}
            entry = record.Event(name="delegated", actor=giver.id, channel=channel, detail=detail)
            record.append(session, entry, now)
            day = f"{ends_at + timedelta(hours=self.gate.rules.utc_offset_hours):%Y-%m-%d %H:%M}"
            words = (
                f"{giver.name} 委托你代为审批,至 {day}",
                f"{giver.name} lets you approve in their place until {day}",
            )
            notices.tell(session, taker.id, words, "", now)
        self.gate.after()
        return Said(f"已委托 {taker.name} 代你审批,至 {day} 自动结束。收回: /delegate off",
                    f"{taker.name} may approve in your place until {day}. Take it back: /delegate off")  # fmt: skip

    def take_back(self, from_id: str, *, channel: str = "") -> Said:
        """Every delegation of this person ends now."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            rows = session.exec(
                select(Delegation).where(Delegation.from_id == from_id, col(Delegation.ends_at) > now)
            ).all()
            for row in rows:
                row.ends_at = now
                session.add(row)
                detail = {"to": row.to_id}
                record.append(
                    session,
                    record.Event(name="delegation_ended", actor=from_id, channel=channel, detail=detail),
                    now,
                )
        self.gate.after()
        return Said(f"已收回 {len(rows)} 项委托", f"{len(rows)} delegations ended")

    def hand_over(self, person_id: str, ref: str, to_id: str, *, channel: str = "") -> Outcome:
        """An approver passes one waiting action on; the other answers in their place, for this action alone."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = open_action(self.gate, session, person_id, ref, State.PENDING)
            if isinstance(found, Outcome):
                return found
            action, person = found
            taker = session.get(Person, to_id)
            mine = [
                role for role in roles_of(session, action, person, on_turn(action), now) if role != REQUESTER
            ]
            if not mine:
                return said(action, "你不是这个动作的审批人 / you may not approve this action")
            if delegated_from(session, action, person, mine[0], now):
                return said(action, "代人审批不能再转交 / a delegate cannot hand on")
            if taker is None or not taker.active or taker.id == person.id or not MAY_STOP & set(taker.roles):
                return said(action, "没有可以转交的这个人(须有审批角色) / nobody to hand it to who approves")
            if taker.id in (action.requester_id, action.drafted_by):
                return said(action, "不能转交给发起人或起草人 / not to the one who asked or drafted it")
            _write(session, person, taker, action.expires_at or now + timedelta(days=1), action.id)
            entry = record.Event(
                name="handed_over", action=action, actor=person.id, channel=channel, detail={"to": taker.id}
            )
            record.append(session, entry, now)
            notices.ask(session, action, taker, "card", now)
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome


def _problem(giver: Person | None, taker: Person | None, ends_at: datetime, now: datetime) -> Said | None:
    if giver is None or taker is None or not taker.active:
        return Said("没有这个人", "nobody is called that", done=False)
    if giver.id == taker.id:
        return Said("不能委托给自己", "not to yourself", done=False)
    if not MAY_STOP & set(giver.roles):
        return Said("你没有可以委托的审批权", "you have no approvals to delegate", done=False)
    if not MAY_STOP & set(taker.roles):
        return Said(
            "只能委托给有审批角色的同事(经理、总监、法务、财务、管理员)",
            "only to a colleague who approves (manager, director, legal, finance, admin)",
            done=False,
        )
    if ends_at <= now or ends_at > now + LONGEST:
        return Said(
            f"结束时间须在将来且不超过 {LONGEST.days} 天",
            f"it must end in the future and within {LONGEST.days} days",
            done=False,
        )
    return None


def _write(session: Session, giver: Person, taker: Person, ends_at: datetime, action_id: str) -> None:
    key = digest(f"{giver.id}>{taker.id}:{action_id}")[:16]
    session.merge(
        Delegation(id=f"dg-{key}", from_id=giver.id, to_id=taker.id, ends_at=ends_at, action_id=action_id)
    )
    session.flush()
