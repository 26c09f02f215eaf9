"""The judge itself: what it refuses to load, reading in batches, bad input, replay."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decision import Verdict
from policies.engine import POLICY_FOLDER, Judge, validate
from policies.entities import ACTIONS, KINDS
from policies.facts import ActionFacts, ApprovalFacts, Principal, Resource
from policies.replay import (
    facts_from_record,
    principal_from_record,
    replay,
    resource_from_record,
)
from policies.rulebook import PolicyError
from tests.fakes.policy_people import FOREIGN, LINA, OWN, ZHAOLEI, facts

JUDGE = Judge.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real policy folder, to be changed."""
    shutil.copytree(POLICY_FOLDER / "rules", tmp_path / "rules")
    shutil.copy(POLICY_FOLDER / "schema.cedarschema", tmp_path)
    return tmp_path


def swap(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("context.discount_bp > 2500", "context.discuont_bp > 2500", "discount-director-finance"),
        ('@id("discount-manager")', '@id("discount-seller")', "discount-seller"),
        ('@reason("折扣不超过 5 %，由本人确认")\n', "", "@reason"),
        ('@approvers("director,finance")', '@approvers("director,emperor")', "emperor"),
        ('@approvers("director,finance")\n', "", "discount-director-finance"),
        ('@outcome("deny")', '@outcome("allow")', "margin-below-floor"),
        ('@unlock("去掉折扣")\n', "", "discount-seller"),
        ("forbid (principal,", "forbit (principal,", "discounts.cedar"),
    ],
)
def test_a_faulty_rule_is_refused_with_file_and_rule(folder: Path, old: str, new: str, told: str) -> None:
    swap(folder, "rules/discounts.cedar", old, new)
    with pytest.raises(PolicyError, match=r"discounts\.cedar") as caught:
        Judge.load(folder)
    assert told in str(caught.value)


def test_a_faulty_or_missing_schema_and_missing_rules_are_refused(folder: Path, tmp_path: Path) -> None:
    swap(folder, "schema.cedarschema", "entity Person", "entitee Person")
    with pytest.raises(PolicyError, match=r"schema\.cedarschema"):
        Judge.load(folder)
    (folder / "schema.cedarschema").unlink()
    with pytest.raises(PolicyError, match=r"schema\.cedarschema"):
        validate(folder)
    shutil.copy(POLICY_FOLDER / "schema.cedarschema", folder)
    shutil.rmtree(folder / "rules")
    with pytest.raises(PolicyError, match="rules"):
        Judge.load(folder)


def test_the_version_changes_with_meaning_and_not_with_layout(folder: Path) -> None:
    assert Judge.load(folder).policy_version == JUDGE.policy_version
    swap(folder, "rules/discounts.cedar", "// Discount bands", "// Bands of discount")
    assert Judge.load(folder).policy_version == JUDGE.policy_version
    swap(folder, "rules/discounts.cedar", "context.discount_bp > 2500", "context.discount_bp > 2400")
    assert Judge.load(folder).policy_version != JUDGE.policy_version


def test_schema_and_python_name_the_same_actions_kinds_and_facts() -> None:
    text = (POLICY_FOLDER / "schema.cedarschema").read_text("utf-8")
    for name in (*ACTIONS, *KINDS.values()):
        assert name in text
    facts_block = text.split("type Facts = {")[1].split("};")[0]
    named = {line.split(":")[0].strip() for line in facts_block.splitlines() if ":" in line}
    assert named == {field.name for field in fields(ActionFacts)}


def test_a_whole_batch_reads_as_one_by_one() -> None:
    rows = [
        OWN,
        FOREIGN,
        OWN,
        replace(OWN),
        replace(OWN, team_id="t-x", owner_id=""),
        Resource(kind="ufo", id="1"),
    ]
    single = [JUDGE.may_read(LINA, row).verdict is Verdict.ALLOW for row in rows]
    assert JUDGE.may_read_many(LINA, rows) == single == [True, False, True, True, False, False]
    assert JUDGE.may_read_many(LINA, []) == []


@settings(max_examples=80, deadline=None)
@given(
    teams=st.frozensets(st.sampled_from(("t1", "t2", "t3"))),
    rows=st.lists(
        st.builds(
            Resource,
            kind=st.sampled_from(("deal", "contact", "passage")),
            id=st.sampled_from(("a", "b")),
            owner_id=st.sampled_from(("", "me", "you")),
            team_id=st.sampled_from(("t1", "t2", "t3")),
        ),
        max_size=8,
    ),
)
def test_reading_is_own_rows_and_teams_and_nothing_else(teams: frozenset[str], rows: list[Resource]) -> None:
    me = Principal(id="me", roles=frozenset({"rep"}), teams=teams)
    assert JUDGE.may_read_many(me, rows) == [row.owner_id == "me" or row.team_id in teams for row in rows]


@pytest.mark.parametrize(
    "name", ['"; permit(principal,action,resource);//', "a\nb", "🦄", "\x00", "\ud800", ""]
)
def test_odd_names_give_nobody_a_right(name: str) -> None:
    stranger = Principal(id=name, roles=frozenset({"rep", name}), teams=frozenset({name}))
    assert JUDGE.may_read(stranger, OWN).verdict is Verdict.DENY
    assert JUDGE.decide(stranger, "send_email", OWN, ActionFacts()).verdict is Verdict.DENY
    odd = replace(OWN, id=name, stage=name, tier=name)
    verdict = JUDGE.decide(LINA, "send_email", odd, ActionFacts(content_classes=frozenset({name}))).verdict
    assert verdict in (Verdict.APPROVE, Verdict.DENY)


@pytest.mark.parametrize("bad", [{"discount_bp": None}, {"workday": "ja"}, {"amount_fen": float("nan")}])
def test_facts_of_a_wrong_type_are_denied_as_engine_error(bad: dict[str, object]) -> None:
    decision = JUDGE.decide(LINA, "give_discount", OWN, facts_from_record(bad))
    assert decision.verdict is Verdict.DENY
    assert [hit.id for hit in decision.rules] == ["engine-error"]
    assert decision.reason("zh")
    assert decision.unlock


def test_a_rule_that_errs_at_run_time_denies(folder: Path) -> None:
    """Cedar skips a forbid that errs and would allow: an overflow is the one error the schema cannot exclude."""
    swap(folder, "rules/discounts.cedar", "context.margin_below_floor", "context.amount_fen * 4 < 0")
    decision = Judge.load(folder).decide(LINA, "give_discount", OWN, ActionFacts(amount_fen=2**62))
    assert [hit.id for hit in decision.rules] == ["engine-error"]
    assert decision.verdict is Verdict.DENY


def test_approvers_that_would_not_unlock_the_rule_are_an_error_and_not_a_wait(folder: Path) -> None:
    swap(folder, "rules/discounts.cedar", '@approvers("director,finance")', '@approvers("finance")')
    decision = Judge.load(folder).decide(LINA, "give_discount", OWN, ActionFacts(discount_bp=3000))
    assert [hit.id for hit in decision.rules] == ["engine-error"]


def test_unlock_names_who_and_what_in_both_languages() -> None:
    asked = ActionFacts(discount_bp=3000, approvals=ApprovalFacts(roles=frozenset({"director"}), count=1))
    decision = JUDGE.decide(LINA, "give_discount", OWN, asked)
    assert decision.unlock == "还需要财务批准；或者折扣降到 25 % 以内"
    assert decision.unlock_en == "still needs finance's approval; or the discount is at most 25 %"


@settings(max_examples=60, deadline=None)
@given(asked=facts())
def test_snapshots_read_back_as_they_were(asked: ActionFacts) -> None:
    assert facts_from_record(asked.as_record()) == asked
    assert principal_from_record(ZHAOLEI.as_record()) == ZHAOLEI
    assert resource_from_record(OWN.as_record()) == OWN


def test_a_snapshot_with_an_unknown_field_is_refused_and_a_short_one_has_defaults() -> None:
    with pytest.raises(ValueError, match="discuont_bp"):
        facts_from_record({"discuont_bp": 1})
    assert facts_from_record({"discount_bp": 7}) == ActionFacts(discount_bp=7)


def test_replay_finds_exactly_what_changed(folder: Path) -> None:
    parts = {"action": "give_discount", "principal": LINA.as_record(), "resource": OWN.as_record()}
    records = [{"id": f"act-{bp}", **parts, "facts": {"discount_bp": bp}} for bp in range(0, 4000, 100)]
    assert replay(JUDGE, Judge.load(folder), records).changes == ()
    swap(folder, "rules/discounts.cedar", "context.discount_bp <= 1500", "context.discount_bp <= 1200")
    swap(folder, "rules/discounts.cedar", "context.discount_bp > 1500", "context.discount_bp > 1200")
    report = replay(JUDGE, Judge.load(folder), records)
    assert report.total == len(records)
    assert [change.record.id for change in report.changes] == ["act-1300", "act-1400", "act-1500"]
    assert all(change.stricter for change in report.changes)
    assert report.count(Verdict.APPROVE, Verdict.APPROVE) == 3
    assert report.old_version != report.new_version
    told = json.loads(json.dumps(report.as_json()))
    assert (told["total"], told["changed"], told["stricter"]) == (40, 3, 3)
    assert told["changes"][0]["new"]["approvers"] == ["director"]
    text = report.as_text()
    assert "40" in text.splitlines()[0]
    assert "act-1300 give_discount: approve(manager) -> approve(director)" in text


def test_a_record_that_cannot_be_read_back_is_named() -> None:
    with pytest.raises(ValueError, match="act-9"):
        replay(JUDGE, JUDGE, [{"id": "act-9", "action": "send_email"}])
