"""People's answers: who may, once, on exactly what was shown; and what changes between the click and the deed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.tables import Action, Approval, SystemState
from knowledge.model import Delegation, Notice, Person
from tests.fakes.firm import BODY, Firm

TWELVE = {"body": BODY + "可以给到 12% 的折扣。\n", "discount_bp": 1200}


@pytest.fixture
def waiting(firm: Firm) -> Outcome:
    outcome = firm.send("k", **TWELVE)
    assert outcome.state is State.PENDING
    return outcome


def _notices(firm: Firm, person: str) -> list[str]:
    with firm.store.reading() as session:
        return list(session.exec(select(Notice.text).where(Notice.person_id == person)))


def _later(firm: Firm, seconds: float = 121) -> int:
    firm.clock.pass_(seconds)
    firm.performer.tick()
    return len(firm.posted())


def test_the_manager_approves_and_the_rep_is_told(firm: Firm, waiting: Outcome) -> None:
    assert any(waiting.code in text for text in _notices(firm, "p-zhao"))
    assert firm.approve("p-zhao", waiting.code).state is State.SCHEDULED
    assert _later(firm) == 1
    assert any("批准" in text for text in _notices(firm, "p-lina"))


@pytest.mark.parametrize("who", ["p-lina", "p-chen", "p-lin", "p-audit"])
def test_who_may_not_approve(firm: Firm, waiting: Outcome, who: str) -> None:
    firm.approve(who, waiting.code)
    assert _later(firm) == 0


def test_for_another_team_there_is_no_such_action(firm: Firm, waiting: Outcome) -> None:
    foreign = firm.approve("p-qian", waiting.code)
    missing = firm.approve("p-qian", "ZZZZ")
    assert (foreign.reason, foreign.action_id) == (missing.reason, missing.action_id)


def test_a_director_of_the_region_stands_in(firm: Firm, waiting: Outcome) -> None:
    assert firm.approve("p-zhou", waiting.code).state is State.SCHEDULED


def test_reject_needs_a_reason_and_tells_it(firm: Firm, waiting: Outcome) -> None:
    assert firm.approvals.reject("p-zhao", waiting.code, " ").status is Status.REFUSED
    assert firm.approvals.reject("p-zhao", waiting.code, "折扣太高").state is State.REJECTED
    assert any("折扣太高" in text for text in _notices(firm, "p-lina"))
    assert firm.approve("p-zhou", waiting.code).state is State.REJECTED
    assert _later(firm) == 0


def test_the_hash_on_the_card_must_be_the_hash_of_the_payload(firm: Firm, waiting: Outcome) -> None:
    assert firm.approve("p-zhao", waiting.code, seen_hash="0" * 64).status is Status.REFUSED
    assert _later(firm) == 0


def test_a_payload_changed_while_it_waits_cannot_be_approved(firm: Firm, waiting: Outcome) -> None:
    with firm.store.session() as session:
        row = session.get_one(Action, waiting.action_id)
        row.payload = row.payload.replace("12%", "40%")
        session.add(row)
    assert firm.approve("p-zhao", waiting.code).status is Status.REFUSED
    assert _later(firm) == 0


def test_no_answer_is_a_no(firm: Firm, waiting: Outcome) -> None:
    firm.clock.pass_(24 * 3600 + 1)
    assert firm.approve("p-zhao", waiting.code).status is Status.REFUSED
    firm.performer.tick()
    assert firm.approve("p-zhao", waiting.code).state is State.EXPIRED
    assert _later(firm) == 0


def test_twenty_clicks_are_one_yes_and_one_mail(firm: Firm, waiting: Outcome) -> None:
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: firm.approve("p-zhao", waiting.code), range(20)))
    assert all(result.state is State.SCHEDULED for result in results)
    with firm.store.reading() as session:
        assert len(session.exec(select(Approval)).all()) == 1
    assert _later(firm) == 1


def test_a_yes_and_a_no_at_once_end_in_one_of_them(firm: Firm, waiting: Outcome) -> None:
    with ThreadPoolExecutor(2) as pool:
        yes = pool.submit(firm.approvals.approve, "p-zhao", waiting.code)
        no = pool.submit(firm.approvals.reject, "p-zhou", waiting.code, "不行")
        states = {yes.result().state, no.result().state}
    assert len(states) == 1
    assert _later(firm) == (1 if states == {State.SCHEDULED} else 0)


def test_a_role_lost_between_the_click_and_the_deed_counts(firm: Firm, waiting: Outcome) -> None:
    firm.approve("p-zhao", waiting.code)
    with firm.store.session() as session:
        person = session.get_one(Person, "p-zhao")
        person.roles = ["rep"]
        session.add(person)
    assert _later(firm) == 0


def _delegate(firm: Firm, days: float) -> None:
    with firm.store.session() as session:
        ends = firm.clock() + timedelta(days=days)
        session.add(Delegation(id="d", from_id="p-zhao", to_id="p-qian", ends_at=ends))


def test_a_delegate_of_another_team_sees_and_approves_while_it_lasts(firm: Firm, waiting: Outcome) -> None:
    _delegate(firm, 1)
    assert firm.approve("p-qian", waiting.code).state is State.SCHEDULED
    assert _later(firm) == 1


def test_a_delegation_that_ended_before_the_click_is_none(firm: Firm, waiting: Outcome) -> None:
    _delegate(firm, 0.5)
    firm.clock.pass_(13 * 3600)
    assert firm.approve("p-qian", waiting.code).status is Status.REFUSED
    assert _later(firm) == 0


def test_a_delegation_that_ended_between_click_and_deed_does_not_count(firm: Firm, waiting: Outcome) -> None:
    _delegate(firm, 1 / 24 / 60)
    assert firm.approve("p-qian", waiting.code).state is State.SCHEDULED
    assert _later(firm) == 0


def test_an_edit_is_a_new_action_judged_anew(firm: Firm, waiting: Outcome) -> None:
    edited = firm.approvals.edit("p-zhao", waiting.code, {"body": BODY + "可以给到 20% 的折扣。\n"})
    assert edited.action_id != waiting.action_id
    assert edited.approvers == ("p-zhou",)
    assert firm.approve("p-zhao", waiting.code).state is State.SUPERSEDED
    assert firm.approve("p-zhao", edited.code).status is Status.REFUSED
    assert any(edited.code in text for text in _notices(firm, "p-lina"))
    assert firm.approve("p-zhou", edited.code).state is State.SCHEDULED
    assert _later(firm) == 1


def test_an_edit_that_cannot_be_carried_out_loses_nothing(firm: Firm, waiting: Outcome) -> None:
    assert firm.approvals.edit("p-zhao", waiting.code, {"to": []}).status is Status.REFUSED
    assert firm.approve("p-zhao", waiting.code).state is State.SCHEDULED


def test_an_edit_cannot_change_the_action_itself(firm: Firm, waiting: Outcome) -> None:
    assert firm.approvals.edit("p-zhao", waiting.code, {"action": "export_data"}).status is Status.REFUSED


def test_the_rep_withdraws_what_waits(firm: Firm, waiting: Outcome) -> None:
    assert firm.approvals.undo("p-lina", waiting.code).state is State.CANCELLED
    assert firm.approve("p-zhao", waiting.code).state is State.CANCELLED
    assert _later(firm) == 0


def test_one_of_two_needed_is_not_enough(firm: Firm) -> None:
    outcome = firm.send(body=BODY + "可以给到 26% 的折扣。\n")
    assert {"p-zhou", "p-gao"} <= set(outcome.approvers)
    assert firm.approve("p-zhou", outcome.code).state is State.PENDING
    assert firm.approve("p-zhou", outcome.code).status is Status.REFUSED
    assert _later(firm) == 0
    assert firm.approve("p-gao", outcome.code).state is State.SCHEDULED
    assert _later(firm) == 1


def test_an_english_colleague_is_told_in_english(firm: Firm, waiting: Outcome) -> None:
    with firm.store.session() as session:
        person = session.get_one(Person, "p-lina")
        person.language = "en"
        session.add(person)
    firm.approvals.reject("p-zhao", waiting.code, "price / delivery first")
    assert f"{waiting.code} was rejected by 赵磊: price / delivery first" in _notices(firm, "p-lina")


def test_while_the_system_is_stopped_nobody_decides_and_the_wish_goes_on_waiting(
    firm: Firm, waiting: Outcome
) -> None:
    _switch(firm, "stopped")
    assert firm.approve("p-zhao", waiting.code).status is Status.REFUSED
    _switch(firm, "normal")
    assert firm.approve("p-zhao", waiting.code).state is State.SCHEDULED


def _switch(firm: Firm, state: str) -> None:
    with firm.store.session() as session:
        row = session.get_one(SystemState, 1)
        row.state = state
        session.add(row)


def test_whoever_wrote_an_earlier_version_may_not_approve_a_later_one(firm: Firm, waiting: Outcome) -> None:
    by_manager = firm.approvals.edit("p-zhao", waiting.code, {"subject": "经理改过"})
    by_rep = firm.approvals.edit("p-lina", by_manager.code, {"subject": "又改回来"})
    assert by_rep.approvers == ("p-zhou",)
    assert firm.approve("p-zhao", by_rep.code).status is Status.REFUSED


def test_somebody_with_two_roles_counts_where_fewest_others_can(firm: Firm) -> None:
    with firm.store.session() as session:
        person = session.get_one(Person, "p-zhou")
        person.roles = ["director", "finance"]
        session.add(person)
        session.add(Person(id="p-dir", name="另一位总监", roles=["director"], region="east"))
        gao = session.get_one(Person, "p-gao")
        gao.active = False
        session.add(gao)
    outcome = firm.send(body=BODY + "可以给到 26% 的折扣。\n")
    assert firm.approve("p-zhou", outcome.code).state is State.PENDING
    assert firm.approvals.reject("p-zhou", outcome.code, "改主意").status is Status.REFUSED
    assert firm.approve("p-dir", outcome.code).state is State.SCHEDULED
