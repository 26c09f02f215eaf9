"""People's answers to what waits: approve, reject with a reason, edit. No model can reach this.

Each answer is one transaction; a second click finds the state already changed and gets the stored result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from knowledge.model import Person
from policies.decision import Verdict

from . import canaries, notices
from .action import Outcome, State, Status
from .answering import close, open_action, said
from .autonomy import demoting
from .basis import basis_of
from .editing import edited
from .gate import Gate
from .people import REQUESTER, best_role, delegated_from, roles_of
from .stored import confirm_code, intact, on_turn
from .tables import Action, Approval, CardShown
from .undoing import Undoing
from .wording import outcome_of, seat_name, state_name


@dataclass
class Approvals:
    """The approving side of the gate."""

    gate: Gate

    def approve(
        self, person_id: str, ref: str, *, seen_hash: str = "", typed: str = "", channel: str = ""
    ) -> Outcome:
        """A named person's yes to exactly this payload. `seen_hash` is the hash on the card they looked at; at high
        risk `typed` is the confirmation code that stands on it."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = open_action(self.gate, session, person_id, ref, State.PENDING)
            if isinstance(found, Outcome):
                return found
            action, person = found
            problem = self._cannot_vote(session, action, person, seen_hash, now) or _untyped(action, typed)
            if problem:
                return said(action, problem)
            if action.canary_of:
                return _was_a_test(session, action, person, canaries.MISSED, now)
            role = best_role(session, action, person, on_turn(action), now)
            self._vote(session, action, person, role, "yes", "", channel, now)
            evaluation = self.gate.scene_evaluation(session, action, now)
            self.gate.settle(
                session, action, evaluation, now, actor=person.id, channel=channel, event="approved"
            )
            if evaluation.decision.verdict is not Verdict.APPROVE:
                zh = f"{action.code} 已由{person.name}批准: {state_name(action.state)}"
                en = f"{action.code} was approved by {person.name}: {state_name(action.state, 'en')}"
                notices.tell_asker(session, action, (zh, en), person.id, now)
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome

    def undo(self, person_id: str, ref: str, *, channel: str = "") -> Outcome:
        """Take it back (actions.undoing)."""
        return Undoing(self.gate).undo(person_id, ref, channel=channel)

    def reject(self, person_id: str, ref: str, reason: str, *, channel: str = "") -> Outcome:
        """A named person's no, with the reason that the asker is told."""
        if not reason.strip():
            return Outcome(
                action_id="",
                action="",
                status=Status.REFUSED,
                state=State.PENDING,
                reason="驳回需要写明原因: /reject 编号 原因",
                reason_en="a rejection needs a reason: /reject CODE reason",
            )
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = open_action(self.gate, session, person_id, ref, State.PENDING)
            if isinstance(found, Outcome):
                return found
            action, person = found
            problem = self._cannot_vote(session, action, person, "", now, early=True)
            if problem:
                return said(action, problem)
            if action.canary_of:
                return _was_a_test(session, action, person, canaries.CAUGHT, now)
            role = best_role(session, action, person, action.decision.get("approvers", []), now)
            self._vote(session, action, person, role, "no", reason, channel, now)
            close(session, action, State.REJECTED, "rejected", person.id, channel, now, {"detail": reason})
            words = (
                f"{action.code} 被{person.name}驳回: {reason}",
                f"{action.code} was rejected by {person.name}: {reason}",
            )
            notices.tell_asker(session, action, words, person.id, now)
            outcome = outcome_of(session, action)
        self.gate.after()
        return outcome

    def edit(self, person_id: str, ref: str, changes: Mapping[str, Any], *, channel: str = "") -> Outcome:
        """An edit is a new action, judged anew; the old one is superseded. What a human wrote is labelled theirs."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            found = open_action(
                self.gate, session, person_id, ref, State.PENDING, State.SCHEDULED, State.DRAFT_ONLY
            )
            if isinstance(found, Outcome):
                return found
            action, person = found
            if not self._may_edit(session, action, person, now):
                return said(action, "你不能修改这个动作 / you may not edit this action")
            if action.canary_of:
                return _was_a_test(session, action, person, canaries.CAUGHT, now)
            request = edited(action, person, changes)
            if request is None:
                return said(action, "没有改动 / nothing was changed")
            outcome = self.gate.enter(session, request, channel)
            if not outcome.action_id:
                return outcome
            action.superseded_by = outcome.action_id
            close(session, action, State.SUPERSEDED, "superseded", person.id, channel, now, {})
            demoting.reconsider(session, action, now)
            zh = f"{action.code} 被{person.name}修改,新动作 {outcome.code}: {outcome.reason}"
            en = f"{action.code} was edited by {person.name}; the new action is {outcome.code}: {outcome.reason_en}"
            notices.tell_asker(session, action, (zh, en), person.id, now)
        self.gate.after()
        return outcome

    def _may_edit(self, session: Session, action: Action, person: Person, now: datetime) -> bool:
        wanted = [*action.decision.get("approvers", []), REQUESTER]
        return bool(roles_of(session, action, person, wanted, now))

    def _cannot_vote(
        self,
        session: Session,
        action: Action,
        person: Person,
        seen_hash: str,
        now: datetime,
        *,
        early: bool = False,
    ) -> str:
        """Why this person's answer does not count; "" when it does. A no may come before one's turn."""
        if action.expires_at and action.expires_at <= now:
            return f"{action.code} 已过期,视为拒绝 / {action.code} has expired, which counts as no"
        if not intact(action) or (seen_hash and seen_hash != action.payload_hash):
            return "内容与卡片不一致,已拒绝 / the content differs from the card; refused"
        system = self.gate.system_state(session)
        if system not in ("normal", "degraded"):
            return f"系统已停用({system}),现在不能表态,动作保留等待 / effects are stopped ({system}); it goes on waiting"
        if not roles_of(session, action, person, action.decision.get("approvers", []), now):
            return "你不是这个动作的审批人 / you may not approve this action"
        if not early and not roles_of(session, action, person, on_turn(action), now):
            first = [seat_name(seat, i) for i in ("zh", "en") for seat in on_turn(action)]
            half = len(first) // 2
            return (
                f"还没轮到你: 先等{'、'.join(first[:half])}表态 / "
                f"it is not your turn yet: {', '.join(first[half:])} must answer first"
            )
        earlier = _vote_of(session, action, person)
        if earlier is not None and earlier.basis_hash == basis_of(session, action):
            return "你已经表过态了 / you have already decided"
        return ""

    def _vote(
        self,
        session: Session,
        action: Action,
        person: Person,
        role: str,
        verdict: str,
        reason: str,
        channel: str,
        now: datetime,
    ) -> None:
        stale = _vote_of(session, action, person)
        if stale is not None:  # given on other offers or prices: it counts no longer, and is given anew
            session.delete(stale)
            session.flush()
        session.add(
            Approval(
                action_id=action.id,
                person_id=person.id,
                role=role,
                verdict=verdict,
                payload_hash=action.payload_hash,
                basis_hash=basis_of(session, action),
                reason=reason,
                channel=channel,
                delegated_from=delegated_from(session, action, person, role, now),
                seconds=_seconds_open(session, action, person, now),
                at=now,
            )
        )
        session.flush()


def _vote_of(session: Session, action: Action, person: Person) -> Approval | None:
    query = select(Approval).where(Approval.action_id == action.id, Approval.person_id == person.id)
    return session.exec(query).first()


def _was_a_test(session: Session, action: Action, person: Person, event: str, now: datetime) -> Outcome:
    """The answer to a test card: what it was, and that nothing happens."""
    return said(action, " / ".join(canaries.answered(session, action, person, event, now)))


def _untyped(action: Action, typed: str) -> str:
    """At high risk a tap is not enough: the code on the card must be typed."""
    if action.risk != "high" or typed.strip().upper() == confirm_code(action):
        return ""
    return (
        f"高风险动作: 请打开卡片核对,再发 /approve {action.code} 和卡片末尾的确认码 / "
        f"high risk: open the card, check it, then send /approve {action.code} with the confirmation code at its end"
    )


def _seconds_open(session: Session, action: Action, person: Person, now: datetime) -> int | None:
    shown = select(CardShown.at).where(CardShown.action_id == action.id, CardShown.person_id == person.id)
    at = session.exec(shown).first()
    return None if at is None else max(0, round((now - at).total_seconds()))
