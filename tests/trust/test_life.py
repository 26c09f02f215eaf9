"""The life of actions under random hands: people, clicks, timers, edits, crashes, roles and the kill switch.

After every step the invariants of authority.md E7 hold.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import select

from actions import record
from actions.action import State
from actions.gateways.mail import Delivery, Mail
from actions.stored import intact
from actions.tables import Action, Approval, AuditRecord, SystemState
from knowledge.model import Person
from tests.fakes.firm import BODY, Firm, founded

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
        self.firm.performer.tick()
        assert not stopped or len(self.gateway.sent) == before, "stopped beats everything"

    @rule()
    def crash_while_sending(self) -> None:
        self.gateway.breaks = True
        try:
            self.firm.performer.tick()
        except ConnectionAbortedError:
            pass
        finally:
            self.gateway.breaks = False

    @rule(who=PEOPLE, roles=st.sampled_from([["rep"], ["manager"], ["director"], []]), active=st.booleans())
    def roles_change(self, who: str, roles: list[str], active: bool) -> None:
        with self.firm.store.session() as session:
            person = session.get_one(Person, who)
            person.roles, person.active = roles, active
            session.add(person)

    def _system(self) -> str:
        with self.firm.store.reading() as session:
            row = session.get(SystemState, 1)
            return row.state if row else "normal"

    @precondition(lambda self: self._system() in ("normal", "stopped"))
    @rule(state=st.sampled_from(["normal", "stopped"]))
    def switch(self, state: str) -> None:
        with self.firm.store.session() as session:
            row = record.lock_system(session)
            row.state = state
            session.add(row)

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
            assert record.verify(session, self.firm.gate.head_file).problems == ()


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
