"""Replaying the past: unchanged rules decide as they did, changed ones are counted by step and by rule, nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from actions.ruling import replays
from actions.ruling.recorded import past
from policies.decision import Decision, Verdict
from policies.engine import Judge
from policies.facts import ActionFacts, ApprovalFacts
from policies.history import Answers, Recorded, Sieve, replay_history
from policies.replay import Record
from policies.strictness import Direction, direction, loosens
from tests.fakes.firm import Firm, founded
from tests.fakes.past import record_past
from tests.fakes.policy_people import ACTS, LINA, OWN, facts
from tests.fakes.rule_books import book, milder, stricter

JUDGE = Judge.load()
STRICTER = stricter(30, "director").judge()
QUICK = settings(max_examples=60, deadline=None)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    firm = founded(tmp_path)
    yield firm
    firm.store.close()


def test_ninety_days_under_the_same_rules_come_out_as_they_were(firm: Firm) -> None:
    """authority.md E10, 23."""
    record_past(firm, 400)
    again = Judge.load()
    with firm.store.reading() as session:
        history = replays.of_rules(session, again, firm.clock())
    assert history.total == 400
    assert history.differences == ()
    assert history.drift == 0
    assert history.unreadable == ()


def test_under_other_rules_exactly_what_they_touch_changes(firm: Firm) -> None:
    record_past(firm, 400)
    with firm.store.reading() as session:
        found = past(session, firm.clock() - timedelta(days=90))
        history = replays.of_rules(session, STRICTER, firm.clock())
    expected = {}
    for one in found.decisions:
        record = one.record
        decision = STRICTER.decide(record.principal, record.action, record.resource, record.facts)
        if (decision.verdict, decision.approvers) != (one.decision.verdict, one.decision.approvers):
            expected[one.code] = (one.decision.verdict, decision.verdict)
    assert expected, "the generated past holds such cases"
    assert {one.code: (one.old.verdict, one.new.verdict) for one in history.differences} == expected
    assert history.rules["many-mails"] == len(history.differences)
    assert sum(history.steps.values()) == len(history.differences)
    assert history.count(Direction.MILDER) == 0
    untouched = {one.code for one in found.decisions} - set(expected)
    assert all(
        "many-mails" not in {hit.id for hit in one.new.rules}
        for one in history.differences
        if one.code in untouched
    )


def test_no_past_is_said_as_such(firm: Firm) -> None:
    with firm.store.reading() as session:
        history = replays.of_rules(session, STRICTER, firm.clock())
    assert (history.total, history.differences) == (0, ())


def test_what_is_older_than_the_window_and_test_cards_are_left_out(firm: Firm) -> None:
    record_past(firm, 30)
    with firm.store.session() as session:
        session.connection().execute(text("UPDATE action SET canary_of = 'x' WHERE rowid % 2 = 0"))
        session.connection().execute(text("UPDATE action SET created_at = '2020-01-01' WHERE rowid % 3 = 0"))
    with firm.store.reading() as session:
        left = replays.of_rules(session, JUDGE, firm.clock()).total
    assert left == sum(1 for row in range(1, 31) if row % 2 and row % 3)


def test_a_record_that_cannot_be_read_is_counted_not_skipped(firm: Firm) -> None:
    record_past(firm, 5)
    with firm.store.session() as session:
        session.connection().execute(
            text("UPDATE action SET facts = replace(facts, 'discount_bp', 'discount_xx') WHERE rowid = 2")
        )
    with firm.store.reading() as session:
        history = replays.of_rules(session, JUDGE, firm.clock())
    assert (history.total, len(history.unreadable)) == (4, 1)


def test_what_other_rules_decided_is_told_as_drift(firm: Firm) -> None:
    """Decided under stricter rules, asked under the ones that ship: the change asked about is nothing new to today's."""
    firm.gate.judge = STRICTER
    record_past(firm, 300)
    with firm.store.reading() as session:
        history = replays.of_rules(session, JUDGE, firm.clock())
    assert history.differences == ()
    assert history.drift > 0


def test_examples_are_few_for_each_step_and_all_are_counted(firm: Firm) -> None:
    record_past(firm, 400)
    with firm.store.reading() as session:
        report = replays.of_rules(session, STRICTER, firm.clock()).as_json(shown=1)
    assert len(report["changes"]) == len(report["steps"])
    assert report["changed"] == report["stricter"] + report["milder"] + report["other"]


@QUICK
@given(action=st.sampled_from(ACTS), base=facts())
def test_asking_once_for_equal_questions_changes_nothing(action: str, base: ActionFacts) -> None:
    records = [
        Record(id=str(n), principal=LINA, action=action, resource=replace(OWN, id=f"D-{n}"), facts=base)
        for n in range(3)
    ]
    answers = Answers(JUDGE)
    decided = [answers.decide(record) for record in records]
    assert decided == [JUDGE.decide(LINA, action, one.resource, base) for one in records]
    assert len(answers._known) == 1


@QUICK
@given(action=st.sampled_from(ACTS), base=facts())
def test_the_same_rules_never_loosen_and_stricter_ones_never_do(action: str, base: ActionFacts) -> None:
    def ask(judge: Judge) -> object:
        return lambda asked: judge.decide(LINA, action, OWN, asked)

    assert not loosens(ask(JUDGE), ask(JUDGE), base)  # type: ignore[arg-type]
    assert not loosens(ask(JUDGE), ask(STRICTER), base)  # type: ignore[arg-type]


def test_the_other_way_round_is_found() -> None:
    facts_ = ActionFacts(mails_by_rep_today=31)

    def ask(judge: Judge) -> object:
        return lambda asked: judge.decide(LINA, "send_email", OWN, asked)

    assert loosens(ask(STRICTER), ask(JUDGE), facts_)  # type: ignore[arg-type]
    assert direction(
        STRICTER.decide(LINA, "send_email", OWN, facts_), JUDGE.decide(LINA, "send_email", OWN, facts_)
    ) is Direction.MILDER  # fmt: skip


def _decision(verdict: Verdict, *approvers: str, undo: int = 0) -> Decision:
    return Decision(verdict=verdict, approvers=approvers, undo_seconds=undo)


ALLOW, DENY, DRAFT = _decision(Verdict.ALLOW), _decision(Verdict.DENY), _decision(Verdict.DRAFT_ONLY)
MANAGER, BOTH = _decision(Verdict.APPROVE, "manager"), _decision(Verdict.APPROVE, "manager", "legal")
SHORT, LONG = (_decision(Verdict.ALLOW_UNDO, undo=seconds) for seconds in (10, 120))


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        (ALLOW, LONG, Direction.STRICTER), (LONG, ALLOW, Direction.MILDER), (SHORT, LONG, Direction.STRICTER),
        (LONG, MANAGER, Direction.STRICTER), (MANAGER, BOTH, Direction.STRICTER), (BOTH, MANAGER, Direction.MILDER),
        (MANAGER, _decision(Verdict.APPROVE, "legal"), Direction.OTHER), (MANAGER, DRAFT, Direction.STRICTER),
        (DRAFT, MANAGER, Direction.MILDER), (DRAFT, DENY, Direction.STRICTER), (DENY, DENY, Direction.SAME),
    ],
)  # fmt: skip
def test_the_directions(old: Decision, new: Decision, way: Direction) -> None:
    assert direction(old, new) is way


def test_a_draft_that_could_now_be_approved_is_looser_and_the_reverse_is_not() -> None:
    answers = {"draft": DRAFT, "manager": MANAGER, "allow": ALLOW}

    def fixed(name: str) -> object:
        def ask(asked: ActionFacts) -> Decision:
            agreed = name == "manager" and "manager" in asked.approvals.roles
            return ALLOW if agreed else answers[name]

        return ask

    def looser(old: str, new: str) -> bool:
        return loosens(fixed(old), fixed(new), ActionFacts())  # type: ignore[arg-type]

    assert looser("draft", "manager")
    assert not looser("manager", "draft")
    assert looser("manager", "allow")
    assert not looser("allow", "manager")


def test_a_shorter_way_to_the_same_yes_is_looser() -> None:
    """Legal alone instead of manager and legal: what legal alone agrees to did not happen before."""

    def old(asked: ActionFacts) -> Decision:
        return ALLOW if {"manager", "legal"} <= asked.approvals.roles else BOTH

    def new(asked: ActionFacts) -> Decision:
        return ALLOW if "legal" in asked.approvals.roles else _decision(Verdict.APPROVE, "legal")

    assert loosens(old, new, ActionFacts())
    assert not loosens(new, old, ActionFacts(approvals=ApprovalFacts()))


def test_recorded_decisions_of_the_rules_in_force_are_not_asked_again() -> None:
    class Silent(Judge):
        def __init__(self) -> None:
            self.policy_version = "v"

        def decide(self, *_: object) -> Decision:  # type: ignore[override]
            raise AssertionError("it is on record already")

    record = Record(id="1", principal=LINA, action="send_email", resource=OWN, facts=ActionFacts())
    known = Recorded(
        record=record, decision=JUDGE.decide(LINA, "send_email", OWN, ActionFacts()), version="v"
    )
    history = replay_history(Answers(Silent()), Answers(JUDGE), [known])
    assert history.differences == ()


def test_a_big_past_is_quick_once_it_was_asked(firm: Firm) -> None:
    """What a proposal replays inside its own transaction was answered before it."""
    record_past(firm, 300)
    with firm.store.reading() as session:
        replays.of_rules(session, STRICTER, firm.clock())
        before = len(replays.answers(STRICTER)._known)
        replays.of_rules(session, STRICTER, firm.clock())
    assert len(replays.answers(STRICTER)._known) == before


CHANGES = {
    "stricter": stricter(30, "director"),
    "other seat": stricter(20, "legal", id="legal-too"),
    "milder": milder(),
    "a band moved": book(
        lambda f: f.update({"discounts.cedar": f["discounts.cedar"].replace("1500", "1000")})
    ),
    "another window": book(
        lambda f: f.update({"rights.cedar": f["rights.cedar"].replace('@undo("120")', '@undo("60")')})
    ),
    "another obligation": book(
        lambda f: f.update({"obligations.cedar": f["obligations.cedar"].replace('"A"', '"B"')})
    ),
    "everything drafts": book(
        lambda f: f.update({"system.cedar": f["system.cedar"].replace("!context.pilot", "true")})
    ),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_leaving_out_what_no_changed_rule_touches_changes_nothing(firm: Firm, name: str) -> None:
    """The short cut against the long way, for every kind of change."""
    record_past(firm, 150)
    judge = CHANGES[name].judge()
    with firm.store.reading() as session:
        found = past(session, firm.clock() - timedelta(days=90))
    changed = JUDGE.changed(judge)
    assert (changed is None) == (name == "another obligation")
    sieve = Sieve(changed) if changed else None
    short = replay_history(Answers(JUDGE), Answers(judge), found.decisions, sieve=sieve)
    long = replay_history(Answers(JUDGE), Answers(judge), found.decisions)
    assert short == long
    if name in ("a band moved", "another window", "everything drafts"):
        assert long.differences


@QUICK
@given(
    action=st.sampled_from(ACTS),
    base=facts(),
    name=st.sampled_from(sorted(set(CHANGES) - {"another obligation"})),
)
def test_what_no_changed_rule_touches_is_decided_alike(action: str, base: ActionFacts, name: str) -> None:
    judge = _judge(name)
    changed = JUDGE.changed(judge)
    assert changed is not None
    if not changed.touches(LINA, action, OWN, base):
        one, other = (j.decide(LINA, action, OWN, base) for j in (JUDGE, judge))
        assert replace(one, policy_version="") == replace(other, policy_version="")


@lru_cache
def _judge(name: str) -> Judge:
    return CHANGES[name].judge()


def test_bundles_differ_by_text_and_rules_by_meaning() -> None:
    commented = book(lambda files: files.update({"mail.cedar": "// a word\n" + files["mail.cedar"]}))
    assert commented.difference(book())
    assert commented.judge().policy_version == book().judge().policy_version
    assert milder().judge().policy_version != book().judge().policy_version
