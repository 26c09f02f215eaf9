"""Changing the rules: two people, the replay attached, in force at the next decision, an emergency only stricter and for a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text
from sqlmodel import select

from actions import record
from actions.action import ActionRequest, Outcome, State, Status
from actions.cards import card_of
from actions.counter import PersonDesk
from actions.ruling import emergencies, published, replays
from actions.stored import payload_of
from actions.tables import Action, AuditRecord
from knowledge.blueprints import version_of
from knowledge.feeds.blueprints import ingest_blueprint
from knowledge.feeds.errors import FeedError
from knowledge.feeds.load import Scope
from knowledge.model import Notice, Person
from knowledge.store import Store
from tests.fakes.firm import BODY, Firm, founded
from tests.fakes.rule_books import agree, book, milder, propose, publish, stricter, with_admin


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    firm = with_admin(founded(tmp_path))
    yield firm
    firm.store.close()


def _row(firm: Firm, outcome: Outcome) -> Action:
    with firm.store.reading() as session:
        return session.get_one(Action, outcome.action_id)


def _version(firm: Firm) -> str:
    with firm.store.reading() as session:
        return published.in_force(session, firm.clock())


def _third_mail(firm: Firm, key: str) -> State:
    """The state of a third mail on one day, to three people so that nothing else is asked."""
    return firm.send(key, to=[{"address": "liu@hd.example.com"}]).state


def _mails(firm: Firm, count: int) -> None:
    for number in range(count):
        firm.send(
            f"m{number}", to=[{"address": "liu@hd.example.com" if number % 2 else "wang@hd.example.com"}]
        )
        firm.clock.pass_(121)
        firm.performer.tick()


def test_two_people_publish_and_the_next_decision_knows(firm: Firm) -> None:
    _mails(firm, 2)
    waiting = publish(firm, "r", stricter())
    assert waiting.state is State.PENDING
    assert set(waiting.approvers) == {"p-zhou", "p-shen"}, "any director, but nobody else"
    assert _third_mail(firm, "before") is State.SCHEDULED
    assert firm.approve("p-admin", waiting.code).status is Status.REFUSED, "not one's own"
    assert firm.approve("p-zhao", waiting.code).status is Status.REFUSED, "not a manager"
    assert agree(firm, "p-zhou", waiting.code).action_id
    assert _row(firm, waiting).state == State.EXECUTED
    assert _version(firm) == payload_of(_row(firm, waiting))["version"]
    assert _third_mail(firm, "after") is State.PENDING
    with firm.store.reading() as session:
        row = published.versions(session)[0]
        assert (row.author_id, row.reviewer_id, row.active) == ("p-admin", "p-zhou", True)
        events = list(session.exec(select(AuditRecord.event)))
        assert "rules_published" in events
        assert record.verify(session, firm.gate.head_file).ok


def test_it_is_a_high_risk_and_needs_the_code_on_the_card(firm: Firm) -> None:
    waiting = publish(firm, "r", stricter())
    refused = firm.approvals.approve("p-zhou", waiting.code)
    assert refused.status is Status.REFUSED
    assert "确认码" in refused.reason
    assert _row(firm, waiting).risk == "high"


def test_the_card_shows_the_replay_that_the_gate_made(firm: Firm) -> None:
    _mails(firm, 4)
    waiting = publish(firm, "r", stricter())
    with firm.store.reading() as session:
        card = card_of(session, session.get_one(Action, waiting.action_id))
    shown = {(line.zh, line.value) for line in card.lines}
    assert any(
        zh == "回放" and value.startswith("n=4 ") and "更严 / stricter 1" in value for zh, value in shown
    )
    assert ("变化", "allow_undo(120 s) -> approve(requester): 1") in shown
    assert ("涉及规则", "many-mails: 1") in shown
    assert "many-mails" in card.difference
    assert "@@" in card.difference


def test_nothing_to_replay_is_said(firm: Firm) -> None:
    waiting = publish(firm, "r", stricter())
    with firm.store.reading() as session:
        card = card_of(session, session.get_one(Action, waiting.action_id))
    assert any("数据不足" in line.value and "not enough data" in line.value for line in card.lines)


def test_the_proposer_cannot_bring_their_own_report(firm: Firm) -> None:
    content = stricter().as_content()
    refused = propose(firm, "r", kind="policy", content=content, replay={"total": 10_000, "changed": 0})
    assert refused.status is Status.REFUSED
    assert refused.action_id == ""


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: f.update({"mail.cedar": "permit (principal"}), "mail.cedar"),
        (lambda f: f.update({"mail.cases.yaml": "cases: []\n"}), "没有用例"),
        (lambda f: f.update({"discounts.cedar": f["discounts.cedar"].replace("<= 1500", "<= 1600")}), "折扣刚过 15% 须总监"),
        (lambda f: f.update({"../evil.cedar": "x"}), "evil"),
        (lambda f: f.update({"notes.txt": "x"}), "notes.txt"),
    ],
)  # fmt: skip
def test_broken_rules_are_refused_with_their_faults(firm: Firm, spoil: object, told: str) -> None:
    refused = publish(firm, "r", book(spoil))  # type: ignore[arg-type]
    assert refused.status is Status.REFUSED
    assert told in refused.reason
    assert _version(firm) == ""
    with firm.store.reading() as session:
        assert session.exec(select(Action)).first() is None


def test_another_schema_is_refused(firm: Firm) -> None:
    content = stricter().as_content()
    content["schema"] += "\nentity Moon;\n"
    assert "schema.cedarschema" in publish(firm, "r", content).reason
    content["schema"] = "// a comment more\n" + stricter().schema
    assert publish(firm, "s", content).state is State.PENDING, "a comment is no change"


def _alone(files: dict[str, str]) -> None:
    """Rules under which an administrator needs nobody."""
    text = files["changing.cedar"]
    begin, end = text.index('@id("rule-second-person")'), text.index('@id("erase-author")')
    files["changing.cedar"] = text[:begin] + text[end:]
    lines = files["changing.cases.yaml"].splitlines(keepends=True)
    files["changing.cases.yaml"] = "".join(line for line in lines if "rule-second-person" not in line)


def _unstoppable(files: dict[str, str]) -> None:
    text = files["system.cedar"]
    begin, end = text.index('@id("system-stopped")'), text.index('@id("system-degraded")')
    files["system.cedar"] = text[:begin] + text[end:]
    for name in [name for name in files if name.endswith(".cases.yaml")]:
        lines = files[name].splitlines(keepends=True)
        files[name] = "".join(line for line in lines if "system-stopped" not in line)


@pytest.mark.parametrize(
    ("change", "told"), [(_alone, "alone could change"), (_unstoppable, "would not stop")]
)
def test_no_rule_book_gives_up_what_keeps_it_in_hand(firm: Firm, change: object, told: str) -> None:
    assert told in publish(firm, "r", book(change)).reason  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["p-lina", "p-zhao", "p-zhou", "p-lin", "p-gao", "p-audit"])
def test_only_an_administrator_proposes_a_rule_book(firm: Firm, who: str) -> None:
    assert publish(firm, "r", stricter(), who).state is State.DENIED
    assert _version(firm) == ""


def test_going_back_is_another_change_by_two(firm: Firm) -> None:
    first = publish(firm, "r", stricter())
    agree(firm, "p-zhou", first.code)
    version = _version(firm)
    assert firm.approvals.undo("p-admin", first.code).status is Status.REFUSED, (
        "one person alone takes nothing back"
    )
    back = propose(firm, "b", kind="policy", rollback="shipped")
    assert back.state is State.PENDING
    agree(firm, "p-shen", back.code)
    assert _version(firm) == ""
    again = propose(firm, "c", kind="policy", rollback=version[:10])
    agree(firm, "p-shen", again.code)
    assert _version(firm) == version
    assert propose(firm, "e", kind="policy", rollback="zzz").status is Status.REFUSED


def test_a_yes_to_what_was_built_on_other_rules_does_not_count(firm: Firm) -> None:
    one, two = publish(firm, "r1", stricter()), publish(firm, "r2", milder())
    agree(firm, "p-zhou", one.code)
    agree(firm, "p-zhou", two.code)
    assert _row(firm, two).state == State.FAILED
    assert "重新提出" in _row(firm, two).result["detail"]


def test_an_emergency_makes_stricter_at_once_and_ends_by_itself(firm: Firm) -> None:
    _mails(firm, 2)
    done = publish(firm, "e", stricter(), "p-zhou", emergency=True, reason="投诉")
    assert _row(firm, done).state == State.EXECUTED, _row(firm, done).decision
    assert _third_mail(firm, "now") is State.PENDING
    with firm.store.reading() as session:
        assert published.regular(session) == ""
        told = session.exec(select(Notice.person_id).where(Notice.kind == "rules")).all()
    assert set(told) == {"p-admin", "p-admin2", "p-shen"}
    firm.clock.pass_(24 * 3600 - 60)
    assert _version(firm) != ""
    firm.clock.pass_(61)
    assert _version(firm) == "", "it decides nothing any more, even before the clock has looked"
    with firm.store.session() as session:
        assert emergencies.over(session, firm.clock())
        assert emergencies.end_what_is_over(session, firm.clock()) == [done.action_id]
        assert emergencies.end_what_is_over(session, firm.clock()) == []
    with firm.store.reading() as session:
        assert "emergency_ended" in list(session.exec(select(AuditRecord.event)))
        assert record.verify(session, firm.gate.head_file).ok


def test_an_emergency_cannot_loosen_anything(firm: Firm) -> None:
    denied = publish(firm, "e", milder(), "p-zhou", emergency=True)
    assert denied.state is State.DENIED
    payload = payload_of(_row(firm, denied))
    assert payload["looser"], "the cases of the old rules show it, without any record"
    assert payload["tried"] > 500
    assert _version(firm) == ""


def test_another_approver_is_no_stricter_approver(firm: Firm) -> None:
    """Legal instead of the manager: what legal alone agrees to did not happen before."""

    agree(firm, "p-zhou", publish(firm, "r", stricter(20, "manager")).code)
    denied = publish(firm, "e", stricter(20, "legal"), "p-zhou", emergency=True)
    assert denied.state is State.DENIED, denied.reason
    assert any("many-mails" in one for one in payload_of(_row(firm, denied))["looser"])
    director = publish(firm, "f", stricter(20, "manager", id="other-name"), "p-zhou", emergency=True)
    assert _row(firm, director).state == State.EXECUTED, "another name is nothing milder"


@pytest.mark.parametrize("who", ["p-lina", "p-zhao", "p-lin", "p-audit"])
def test_who_may_not_declare_an_emergency(firm: Firm, who: str) -> None:
    assert publish(firm, "e", stricter(), who, emergency=True).state is State.DENIED


def test_an_emergency_can_be_taken_back_and_gives_way_to_two_people(firm: Firm) -> None:
    done = publish(firm, "e", stricter(), "p-zhou", emergency=True)
    assert firm.approvals.undo("p-zhou", done.code).state is State.UNDONE
    assert _version(firm) == ""
    again = publish(firm, "f", stricter(4), "p-zhou", emergency=True)
    assert _row(firm, again).state == State.EXECUTED
    regular = publish(firm, "g", stricter(5))
    agree(firm, "p-shen", regular.code)
    assert _version(firm) == payload_of(_row(firm, regular))["version"]
    with firm.store.reading() as session:
        assert published.emergency(session, firm.clock()) is None


def test_rules_whose_text_was_changed_lock_the_house_but_can_be_mended(firm: Firm) -> None:
    agree(firm, "p-zhou", publish(firm, "r", stricter(6, id="six-mails")).code)
    with firm.store.session() as session:
        session.connection().execute(text("UPDATE blueprint SET content = replace(content, '49', '48')"))
    published.JUDGES._loaded.clear()
    assert firm.send("x").state is State.DENIED
    assert firm.send("y").state is State.DENIED
    back = propose(firm, "b", kind="policy", rollback="shipped")
    assert back.state is State.PENDING, back.reason
    agree(firm, "p-zhou", back.code)
    assert _version(firm) == ""
    assert firm.send("z").state is State.SCHEDULED


def test_an_older_schema_is_judged_with_the_programs_own(firm: Firm) -> None:
    agree(firm, "p-zhou", publish(firm, "r", stricter(6, id="six-mails")).code)
    with firm.store.session() as session:
        row = published.versions(session)[0]
        content = row.content | {"schema": row.content["schema"].replace("  workday: Bool,\n", "")}
        row.content, row.version = content, version_of(content)
        session.add(row)
    assert firm.send("x").state is State.SCHEDULED


def test_the_assistant_has_no_hand_on_the_rules(firm: Firm) -> None:
    with firm.store.reading() as session:
        admin = session.get_one(Person, "p-admin")
    desk = PersonDesk(gate=firm.gate, search=None, asker=admin)  # type: ignore[arg-type]
    wish = ActionRequest(
        action="change_rule",
        args={"kind": "policy", "rollback": "shipped"},
        resource_id="rules",
        on_behalf_of="p-admin",
        idempotency_key="k",
    )
    refused = desk.submit(wish)
    assert refused.status is Status.REFUSED
    assert "助手" in refused.reason
    with firm.store.reading() as session:
        assert session.exec(select(Action)).first() is None


def test_mail_is_still_mail(firm: Firm) -> None:
    assert firm.send("k", body=BODY).state is State.SCHEDULED


def test_what_was_scheduled_is_judged_by_the_new_rules_and_its_record_says_so(firm: Firm) -> None:
    """Allowed under the old rules, stopped at the last moment by the new ones: facts, decision and version agree."""
    _mails(firm, 2)
    third = firm.send("third", to=[{"address": "liu@hd.example.com"}])
    assert third.state is State.SCHEDULED
    agree(firm, "p-zhou", publish(firm, "r", stricter()).code)
    firm.clock.pass_(121)
    firm.performer.tick()
    row = _row(firm, third)
    assert row.state == State.PENDING
    with firm.store.reading() as session:
        judge = published.JUDGES.of(session, _version(firm))
        assert row.policy_version == judge.policy_version
        history = replays.of_rules(session, judge, firm.clock())
    assert history.differences == ()


def test_another_process_decides_by_them_at_once(firm: Firm, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'firm.db'}")
    gate = replace(firm.gate, store=other)
    _mails(firm, 2)
    agree(firm, "p-zhou", publish(firm, "r", stricter()).code)
    published.JUDGES._loaded.clear()  # as a process has it that has never seen them
    assert gate.submit(firm.mail("x", to=[{"address": "liu@hd.example.com"}])).state is State.PENDING
    other.close()


def test_no_import_publishes_rules(firm: Firm, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(stricter().as_content(), allow_unicode=True), "utf-8")
    with pytest.raises(FeedError, match="policy"):
        ingest_blueprint("policy", path, Scope(firm.store), firm.clock(), name="rules")
    assert _version(firm) == ""
