"""The gate: what is allowed, what waits for whom, what is refused, and that nothing happens twice."""

from __future__ import annotations

import email
from concurrent.futures import ThreadPoolExecutor
from email.policy import default
from pathlib import Path

import pytest
from sqlmodel import select

from actions.action import State, Status, digest
from actions.claiming import claim, mark
from actions.gateways.mail import Delivery, Mail
from actions.gateways.steps import TEXT_SENT
from actions.tables import Action, SystemState
from knowledge.model import Interaction, Person
from tests.fakes.firm import BODY, Firm, founded


def _state(firm: Firm, ref: str) -> str:
    with firm.store.reading() as session:
        return session.exec(select(Action.state).where(Action.code == ref)).one()


def _stop(firm: Firm, state: str = "stopped") -> None:
    with firm.store.session() as session:
        row = session.get(SystemState, 1)
        assert row is not None
        row.state = state
        session.add(row)


def test_a_clean_follow_up_is_sent_after_its_undo_window(firm: Firm) -> None:
    outcome = firm.send()
    assert (outcome.status, outcome.state) == (Status.DONE, State.SCHEDULED)
    firm.clock.pass_(119)
    firm.performer.tick()
    assert firm.posted() == []
    firm.clock.pass_(2)
    firm.performer.tick()
    (path,) = firm.posted()
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert mail["To"].addresses[0].addr_spec == "wang@hd.example.com"
    assert mail["Message-ID"] == f"<{outcome.action_id}@us.example.cn>"
    assert _state(firm, outcome.code) == State.EXECUTED
    with firm.store.reading() as session:
        sent = session.exec(select(Interaction).where(Interaction.source == "chengdan")).one()
    assert (sent.deal_id, sent.text.strip()) == ("D-1", BODY.strip())


def test_undo_inside_the_window_means_it_never_happens(firm: Firm) -> None:
    outcome = firm.send()
    firm.clock.pass_(100)
    assert firm.approvals.undo("p-chen", outcome.code).status is Status.REFUSED
    assert firm.approvals.undo("p-lina", outcome.code).state is State.UNDONE
    firm.clock.pass_(1000)
    firm.performer.tick()
    assert firm.posted() == []


def test_undo_after_the_window_is_refused_and_the_mail_goes(firm: Firm) -> None:
    outcome = firm.send()
    firm.clock.pass_(121)
    assert firm.approvals.undo("p-lina", outcome.code).status is Status.REFUSED
    firm.performer.tick()
    assert len(firm.posted()) == 1


def test_asking_twice_is_asking_once(firm: Firm) -> None:
    first, second = firm.send("same"), firm.send("same")
    assert first.action_id == second.action_id
    firm.clock.pass_(121)
    firm.performer.tick()
    firm.performer.tick()
    assert len(firm.posted()) == 1


@pytest.mark.parametrize(
    ("changes", "approvers"),
    [
        ({"body": "给您 12% 的折扣。", "discount_bp": 1200}, {"p-zhao"}),
        ({"body": "给您打八八折。"}, {"p-zhao"}),
        ({"body": "给您八折优惠。", "discount_bp": 0}, {"p-zhou"}),
        ({"to": [{"address": "x@newco.example.org"}]}, {"p-lina"}),
    ],
    ids=["12 %", "12 % said in words only", "20 %", "unknown domain"],
)
def test_who_must_say_yes(firm: Firm, changes: dict[str, object], approvers: set[str]) -> None:
    outcome = firm.send("k", **changes)
    assert outcome.status is Status.WAITING
    assert set(outcome.approvers) == approvers
    firm.clock.pass_(3600)
    firm.performer.tick()
    assert firm.posted() == []


def test_an_unknown_domain_warns(firm: Firm) -> None:
    outcome = firm.send(to=[{"address": "x@newco.example.org"}])
    assert any("陌生域名" in warning for warning in outcome.warnings)


def test_a_confusable_domain_is_refused(firm: Firm) -> None:
    outcome = firm.send(to=[{"address": "wang@hd.examp1e.com"}])
    other = firm.send("k2", to=[{"address": "wang@hd.example.com.evil.org"}])
    assert {outcome.status, other.status} == {Status.REFUSED}


def test_a_discount_below_the_floor_is_denied_whoever_would_approve(firm: Firm) -> None:
    outcome = firm.send(body="给您六折。")
    assert outcome.state is State.DENIED
    assert firm.approvals.approve("p-zhou", outcome.code).state is State.DENIED


def test_the_floor_price_never_leaves(firm: Firm) -> None:
    assert firm.send(body="我们的底价是 100 万元。").state is State.DENIED


def test_another_customer_is_never_named(firm: Firm) -> None:
    assert firm.send(body="仁心医院上个月也买了。").state is State.DENIED


def test_another_teams_deal_sounds_like_no_deal_at_all(firm: Firm) -> None:
    foreign = firm.send("a", request={"resource_id": "D-3"})
    missing = firm.send("b", request={"resource_id": "D-999"})
    assert (foreign.reason, foreign.status) == (missing.reason, missing.status)
    assert foreign.action_id == missing.action_id == ""


def test_a_team_mates_deal_is_seen_but_not_acted_on(firm: Firm) -> None:
    assert firm.send(request={"resource_id": "D-2"}).state is State.DENIED


def test_an_unknown_action_does_not_exist(firm: Firm) -> None:
    outcome = firm.gate.submit(firm.mail(request={"action": "wire_money"}))
    assert outcome.status is Status.REFUSED
    assert outcome.action_id == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"to": []},
        {"subject": "a\nBcc: x@evil.org"},
        {"to": [{"address": "nonsense"}]},
        {"bcc": ["x@evil.org"]},
        {"body": ""},
    ],
    ids=["nobody", "header injection", "no address", "hidden copy", "empty"],
)
def test_bad_arguments_are_told_and_nothing_is_kept(firm: Firm, changes: dict[str, object]) -> None:
    outcome = firm.send(**changes)
    assert outcome.status is Status.REFUSED
    assert outcome.reason
    with firm.store.reading() as session:
        assert session.exec(select(Action)).all() == []


def test_untrusted_words_need_the_senders_own_yes(firm: Firm) -> None:
    outcome = firm.send(labels={"to": frozenset({"crm_record"}), "body": frozenset({"llm_inferred"})})
    assert (outcome.status, outcome.approvers) == (Status.WAITING, ("p-lina",))


def test_a_recipient_chosen_by_untrusted_text_needs_more_than_the_sender(firm: Firm) -> None:
    outcome = firm.send(labels={"to": frozenset({"inbound_mail"}), "body": frozenset({"approved_template"})})
    assert outcome.status is not Status.DONE
    assert "p-lina" not in outcome.approvers


def test_stopped_means_stopped_for_what_is_new_and_what_is_due(firm: Firm) -> None:
    due = firm.send("before")
    _stop(firm)
    assert firm.send("after").state is State.DENIED
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.posted() == []
    assert _state(firm, due.code) == State.SCHEDULED, "it waits; resuming gives it a new undo window"


def test_a_payload_changed_in_the_database_is_not_sent(firm: Firm) -> None:
    outcome = firm.send()
    with firm.store.session() as session:
        row = session.get_one(Action, outcome.action_id)
        row.payload = row.payload.replace("wang@hd", "eve@hd")
        session.add(row)
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.posted() == []
    assert _state(firm, outcome.code) == State.DENIED


def test_a_payload_and_its_hash_changed_together_are_not_sent_either(firm: Firm) -> None:
    outcome = firm.send()
    with firm.store.session() as session:
        row = session.get_one(Action, outcome.action_id)
        row.payload = row.payload.replace("wang@hd", "eve@hd")
        row.payload_hash = digest(row.payload)
        session.add(row)
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.posted() == []
    assert _state(firm, outcome.code) == State.DENIED


def test_another_persons_key_shows_nothing_of_their_action(firm: Firm) -> None:
    firm.send("same")
    other = firm.send("same", request={"on_behalf_of": "p-chen"})
    assert (other.action_id, other.status) == ("", Status.REFUSED)


def test_a_sender_who_left_sends_nothing_more(firm: Firm) -> None:
    outcome = firm.send()
    with firm.store.session() as session:
        person = session.get_one(Person, "p-lina")
        person.active = False
        session.add(person)
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.posted() == []
    assert _state(firm, outcome.code) == State.DENIED


@pytest.mark.parametrize("passed", [False, True])
def test_what_was_running_when_the_process_died(firm: Firm, passed: bool) -> None:
    """Before the point of no return it is tried again; after it, the outbox is asked and knows of nothing."""
    outcome = firm.send()
    firm.clock.pass_(121)
    with firm.store.session() as session:  # the crash comes when this is committed
        held = claim(firm.gate, session, outcome.action_id, "dead", firm.clock(), watched=True)
        assert held is not None
    if passed:
        mark(firm.gate, held, TEXT_SENT)
    firm.performer.tick()
    assert _state(firm, outcome.code) == State.EXECUTING
    firm.clock.pass_(301)
    firm.performer.outward = False
    firm.performer.tick()
    assert _state(firm, outcome.code) == (State.UNKNOWN if passed else State.SCHEDULED)
    firm.performer.outward = True
    for _ in range(2):
        firm.clock.pass_(1000)
        firm.performer.tick()
    assert len(firm.posted()) == 1
    assert _state(firm, outcome.code) == State.EXECUTED


class BrokenGateway:
    """A gateway with a bug in it."""

    def send(self, mail: Mail) -> Delivery:
        raise RuntimeError("bug")

    def describe(self) -> str:
        return "broken"


def test_an_effect_that_breaks_is_unknown_and_does_not_stop_the_others(tmp_path: Path) -> None:
    firm = founded(tmp_path, gateway=BrokenGateway())
    first, second = firm.send("a", subject="一"), firm.send("b", subject="二")
    firm.clock.pass_(121)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            firm.performer.tick()
    assert firm.performer.tick() == []
    assert {_state(firm, first.code), _state(firm, second.code)} == {State.UNKNOWN}
    firm.store.close()


def test_twenty_threads_send_it_once(firm: Firm) -> None:
    firm.send()
    firm.clock.pass_(121)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: firm.performer.tick(), range(20)))
    assert len(firm.posted()) == 1


def test_the_fourth_mail_in_a_week_needs_the_manager(firm: Firm) -> None:
    for number in range(3):
        assert firm.send(f"k{number}", subject=f"第 {number} 封").status is Status.DONE
        firm.clock.pass_(121)
        firm.performer.tick()
        with firm.store.session() as session:
            reply = Interaction(
                id=f"r{number}",
                kind="mail",
                at=firm.clock(),
                deal_id="D-1",
                contact_id="C-1",
                direction="in",
                text="好",
                team_id="t-1",
            )
            session.add(reply)
        firm.clock.pass_(60)
    outcome = firm.send("k4", subject="第四封")
    assert outcome.status is Status.WAITING
    assert "p-zhao" in outcome.approvers


def test_after_three_unanswered_mails_it_stays_a_draft(firm: Firm) -> None:
    for number in range(3):
        firm.send(f"k{number}", subject=f"第 {number} 封")
        firm.clock.pass_(3 * 24 * 3600)
        firm.performer.tick()
    assert firm.send("k9").state is State.DRAFT_ONLY


def test_the_same_life_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    firm = founded(tmp_path, postgres_url)
    sent = firm.send()
    waiting = firm.send("k2", body="给您 12% 的折扣。")
    firm.clock.pass_(121)
    firm.performer.tick()
    assert len(firm.posted()) == 1
    assert firm.approvals.approve("p-zhao", waiting.code).status is Status.DONE
    firm.clock.pass_(121)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: firm.performer.tick(), range(8)))
    assert len(firm.posted()) == 2
    assert _state(firm, sent.code) == State.EXECUTED
    firm.store.close()
