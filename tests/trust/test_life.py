"""The life of actions under random hands: people, clicks, timers, edits, crashes, roles, delegations, test cards, changed
rules and the kill switch.

After every step the invariants of authority.md E7 hold.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import select

from actions.action import State
from actions.gateways.mail import Delivery, Mail
from actions.handing import Handing
from actions.people import eligible
from actions.proofs import prove
from actions.stored import intact, on_turn
from actions.switch import Switch
from actions.tables import Action, Approval, AuditRecord, SystemState
from actions.timers import Timers
from knowledge.model import Person
from policies.engine import Judge
from tests.fakes.firm import BODY, Firm, founded
from tests.fakes.flows import with_mail_rule

PEOPLE = st.sampled_from(
    ["p-lina", "p-chen", "p-zhao", "p-qian", "p-zhou", "p-gao", "p-lin", "p-wu", "p-audit"]
)
WISHES = st.sampled_from(
    [
        {},
        {"body": BODY + "可以给到 4% 的折扣。\n"},
        {"body": BODY + "可以给到 12% 的折扣。\n", "discount_bp": 1200},
        {"body": BODY + "可以给到 26% 的折扣。\n"},
        {"to": [{"address": "x@newco.example.org"}]},
        {"labels": {"to": frozenset({"crm_record"}), "body": frozenset({"inbound_mail"})}},
        {"body": "我们的底价是 100 万元。"},
        {"request": {"resource_id": "D-3"}},
    ]
)
EDITS = st.sampled_from(
    [{"subject": "改过"}, {"body": BODY + "可以给到 20% 的折扣。\n"}, {"discount_bp": 300}]
)
ENDED = {State.EXECUTED, State.FAILED, State.UNKNOWN, State.UNDONE, State.REJECTED, State.EXPIRED, State.SUPERSEDED,
         State.CANCELLED, State.DENIED}  # fmt: skip


ENDS = {
    "executed": {State.EXECUTED}, "failed": {State.FAILED}, "unknown": {State.UNKNOWN}, "undone": {State.UNDONE},
    "rejected": {State.REJECTED}, "expired": {State.EXPIRED}, "superseded": {State.SUPERSEDED},
    "cancelled": {State.CANCELLED}, "canary_caught": {State.CANCELLED}, "canary_missed": {State.CANCELLED},
    "canary_lapsed": {State.EXPIRED},
}  # fmt: skip
STRICTER = Judge.load(
    with_mail_rule(
        Path(tempfile.mkdtemp()) / "rules",
        ("director", "", 'context.approvals.roles.contains("director")'),
    )
)
"""Rules under which 5-15 % needs the director."""


class Recorder:
    """A gateway that remembers what it was given and breaks when told to."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.breaks = False

    def send(self, mail: Mail) -> Delivery:
        self.sent.append(mail)
        if self.breaks:
            raise ConnectionAbortedError("the process died here")
        return Delivery(status="sent", detail="", reference=mail.message_id)

    def describe(self) -> str:
        return "recorder"


class Life(RuleBasedStateMachine):
    """One firm; every rule is something that may happen at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.gateway = Recorder()
        self.firm: Firm = founded(self.folder, gateway=self.gateway)
        self.firm.gate.rules = replace(self.firm.gate.rules, canary_every=3)
        self.judges = [self.firm.gate.judge, STRICTER]
        self.count = 0
        self.ended: dict[str, str] = {}
        self.stopped_at: int | None = None

    def teardown(self) -> None:
        self.firm.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _actions(self) -> list[Action]:
        with self.firm.store.reading() as session:
            return list(session.exec(select(Action).order_by(Action.created_at, Action.id)))  # type: ignore[arg-type]

    def _pick(self, index: int) -> str:
        actions = self._actions()
        return actions[index % len(actions)].code if actions else "ZZZZ"

    @initialize(wishes=st.lists(WISHES, min_size=3, max_size=5))
    def some_are_asked_for(self, wishes: list[dict[str, object]]) -> None:
        for wish in wishes:
            self.submit(wish=wish, again=False)

    @rule(index=st.integers(0, 9))
    def whoever_is_asked_agrees(self, index: int) -> None:
        code = self._pick(index)
        with self.firm.store.reading() as session:
            action = session.exec(select(Action).where(Action.code == code)).first()
            asked = (
                [eligible(session, action, seat, self.firm.clock()) for seat in on_turn(action)]
                if action
                else []
            )
        for people in asked:
            if people:
                self.firm.approve(people[0].id, code)

    @rule()
    def the_windows_pass(self) -> None:
        self.firm.clock.pass_(121)
        self.tick()

    @rule(wish=WISHES, again=st.booleans())
    def submit(self, wish: dict[str, object], again: bool) -> None:
        self.count += 0 if again else 1
        self.firm.send(f"k{self.count}", **dict(wish))

    @rule(who=PEOPLE, index=st.integers(0, 9))
    def approve(self, who: str, index: int) -> None:
        self.firm.approve(who, self._pick(index))

    @rule(who=PEOPLE, index=st.integers(0, 9))
    def reject(self, who: str, index: int) -> None:
        self.firm.approvals.reject(who, self._pick(index), "不行")

    @rule(who=PEOPLE, index=st.integers(0, 9))
    def undo(self, who: str, index: int) -> None:
        self.firm.approvals.undo(who, self._pick(index))

    @rule(who=PEOPLE, index=st.integers(0, 9), changes=EDITS)
    def edit(self, who: str, index: int, changes: dict[str, object]) -> None:
        self.firm.approvals.edit(who, self._pick(index), changes)

    @rule(seconds=st.sampled_from([1, 60, 121, 3600, 25 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.firm.clock.pass_(seconds)

    @rule()
    def tick(self) -> None:
        before = len(self.gateway.sent)
        stopped = self._system() != "normal"
        lapsed = self._without_standing()
        self.firm.performer.tick()
        sent = {mail.message_id for mail in self.gateway.sent[before:]}
        assert not stopped or not sent, "stopped beats everything (I7)"
        assert not sent & lapsed, "a yes that no longer counts sends nothing (I9)"

    def _without_standing(self) -> set[str]:
        """Message ids of scheduled actions of which a needed yes no longer counts at this moment."""
        now, found = self.firm.clock(), set()
        with self.firm.store.reading() as session:
            for action in session.exec(select(Action).where(Action.state == State.SCHEDULED)):
                votes = session.exec(
                    select(Approval).where(Approval.action_id == action.id, Approval.verdict == "yes")
                ).all()
                counts = {
                    vote.role
                    for vote in votes
                    if vote.person_id in {p.id for p in eligible(session, action, vote.role, now)}
                }
                if int(action.facts["discount_bp"]) > 500 and not counts & {"manager", "director"}:
                    found.add(action.message_id)
                if int(action.facts["discount_bp"]) > 2500 and not {"director", "finance"} <= counts:
                    found.add(action.message_id)
        return found

    @rule()
    def reminders(self) -> None:
        Timers(self.firm.gate).tick()

    @rule(giver=PEOPLE, taker=PEOPLE, hours=st.sampled_from([1, 30]))
    def delegate(self, giver: str, taker: str, hours: int) -> None:
        Handing(self.firm.gate).delegate(giver, taker, self.firm.clock() + timedelta(hours=hours))

    @rule(giver=PEOPLE)
    def take_back(self, giver: str) -> None:
        Handing(self.firm.gate).take_back(giver)

    @rule(giver=PEOPLE, taker=PEOPLE, index=st.integers(0, 9))
    def hand_over(self, giver: str, taker: str, index: int) -> None:
        Handing(self.firm.gate).hand_over(giver, self._pick(index), taker)

    @rule(stricter=st.booleans())
    def rules_change(self, stricter: bool) -> None:
        self.firm.gate.judge = self.judges[stricter]

    @rule(who=PEOPLE, rarely=st.integers(0, 2))
    def stop(self, who: str, rarely: int) -> None:
        if not rarely:
            Switch(self.firm.gate).stop(who, "停")

    @rule(who=PEOPLE, second=PEOPLE)
    def resume(self, who: str, second: str) -> None:
        before = self._system()
        Switch(self.firm.gate).resume(who)
        Switch(self.firm.gate).resume(second)
        assert who != second or before == self._system() or before != "stopped" or self._half(), "two people"

    def _half(self) -> bool:
        """Whether somebody else had asked to resume before these two did."""
        with self.firm.store.reading() as session:
            asked = session.exec(select(AuditRecord.actor).where(AuditRecord.event == "resume_asked")).all()
            done = session.exec(select(AuditRecord.actor).where(AuditRecord.event == "resumed")).all()
        return bool(done) and bool(set(asked) - {done[-1]})

    @rule()
    def crash_while_sending(self) -> None:
        self.gateway.breaks = True
        try:
            self.firm.performer.tick()
        except ConnectionAbortedError:
            pass
        finally:
            self.gateway.breaks = False

    @rule(
        who=PEOPLE,
        roles=st.sampled_from([["rep"], ["manager"], ["director"], []]),
        active=st.booleans(),
        rarely=st.integers(0, 4),
    )
    def roles_change(self, who: str, roles: list[str], active: bool, rarely: int) -> None:
        if rarely:
            return
        with self.firm.store.session() as session:
            person = session.get_one(Person, who)
            person.roles, person.active = roles, active
            session.add(person)

    def _system(self) -> str:
        with self.firm.store.reading() as session:
            row = session.get(SystemState, 1)
            return row.state if row else "normal"

    @invariant()
    def nothing_is_sent_without_an_executing_record(self) -> None:
        ids = [mail.message_id for mail in self.gateway.sent]
        assert len(ids) == len(set(ids)), "each executes at most once"
        with self.firm.store.reading() as session:
            rows = session.exec(select(AuditRecord.action_id).where(AuditRecord.event == "executing"))
            started = {f"<{row}@us.example.cn>" for row in rows}
        assert set(ids) <= started

    @invariant()
    def what_was_judged_is_what_is_stored_and_sent(self) -> None:
        bodies = {mail.message_id: mail.body for mail in self.gateway.sent}
        for action in self._actions():
            assert intact(action)
            if action.message_id in bodies:
                assert bodies[action.message_id].strip()[:20] in action.payload.replace("\\n", "\n")

    @invariant()
    def who_approved_was_somebody_else(self) -> None:
        by_id = {action.id: action for action in self._actions()}
        with self.firm.store.reading() as session:
            votes = list(session.exec(select(Approval)))
        for vote in votes:
            action = by_id[vote.action_id]
            assert vote.payload_hash == action.payload_hash
            if vote.role != "requester":
                assert vote.person_id not in (action.requester_id, action.drafted_by)
        assert len({(v.action_id, v.person_id) for v in votes}) == len(votes)

    @invariant()
    def enough_people_agreed_to_what_was_sent(self) -> None:
        """I3, on the facts at the moment it was started."""
        sent = {mail.message_id for mail in self.gateway.sent}
        with self.firm.store.reading() as session:
            votes = list(session.exec(select(Approval).where(Approval.verdict == "yes")))
        for action in self._actions():
            if action.message_id not in sent:
                continue
            roles = {vote.role for vote in votes if vote.action_id == action.id}
            discount = int(action.facts["discount_bp"])
            assert discount <= 500 or roles & {"manager", "director"}
            assert discount <= 1500 or "director" in roles
            assert discount <= 2500 or {"director", "finance"} <= roles

    @invariant()
    def a_test_card_performs_nothing(self) -> None:
        twins = {action.message_id for action in self._actions() if action.canary_of}
        assert not twins & {mail.message_id for mail in self.gateway.sent}

    @invariant()
    def every_state_has_its_last_event(self) -> None:
        """I12: the row says nothing that the chain does not know."""
        with self.firm.store.reading() as session:
            last = {
                row.action_id: row.event
                for row in session.exec(select(AuditRecord).order_by(AuditRecord.seq))  # type: ignore[arg-type]
                if row.action_id and row.event in ENDS
            }
        for action in self._actions():
            if action.state in ENDED - {State.DENIED}:
                assert action.state in ENDS[last[action.id]], f"{action.state} after {last[action.id]}"

    @invariant()
    def what_has_ended_stays_ended(self) -> None:
        for action in self._actions():
            before = self.ended.get(action.id)
            assert before is None or before == action.state, f"{before} -> {action.state}"
            if action.state in ENDED:
                self.ended[action.id] = action.state

    @invariant()
    def a_no_has_its_reason(self) -> None:
        for action in self._actions():
            if action.state == State.DENIED:
                assert action.decision["rules"] or action.result.get("detail")

    @invariant()
    def the_chain_holds(self) -> None:
        with self.firm.store.reading() as session:
            assert prove(session, self.firm.clock(), self.firm.gate.head_file).problems == ()


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
