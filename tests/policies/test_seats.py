"""Serial, parallel, either-of and quorum: written in a rule, asked in order, filled by distinct people."""

from __future__ import annotations

import shutil
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import seats
from policies.decision import Decision, Verdict
from policies.engine import POLICY_FOLDER, Judge
from policies.facts import ActionFacts, ApprovalFacts
from policies.rulebook import PolicyError
from tests.fakes.policy_people import LINA, OWN

RULE = """
@id("export-manager")
@outcome("approve")
@approvers("{approvers}")
{step}
@reason("导出数据须批准")
@reason_en("an export needs a yes")
@unlock("不导出")
@unlock_en("it is not exported")
forbid (principal, action == Action::"export_data", resource)
unless {{ {unless} }};
"""


def judge_with(tmp_path: Path, *rules: tuple[str, str, str]) -> Judge:
    """The real rules with export's approval replaced by these (approvers, step annotation, unless)."""
    shutil.copytree(POLICY_FOLDER / "rules", tmp_path / "rules")
    shutil.copy(POLICY_FOLDER / "schema.cedarschema", tmp_path)
    path = tmp_path / "rules" / "records.cedar"
    text = path.read_text("utf-8")
    begin = text.index('@id("export-manager")')
    end = len(text)
    made = [
        RULE.format(approvers=a, step=s, unless=u).replace("export-manager", f"export-{n}")
        for n, (a, s, u) in enumerate(rules)
    ]
    path.write_text(text[:begin] + "\n".join(made) + text[end:], "utf-8")
    return Judge.load(tmp_path)


def ask(judge: Judge, *given: str) -> Decision:
    votes = {role: given.count(role) for role in given}
    facts = ActionFacts(approvals=ApprovalFacts(roles=frozenset(given), count=len(given), votes=votes))
    return judge.decide(LINA, "export_data", OWN, facts)


def test_a_quorum_counts_distinct_people(tmp_path: Path) -> None:
    judge = judge_with(tmp_path, ("finance*2", "", "context.approvals.votes.finance >= 2"))
    assert ask(judge).approvers == ("finance*2",)
    assert ask(judge, "finance").approvers == ("finance",)
    assert ask(judge, "finance", "finance").verdict is Verdict.ALLOW_UNDO
    assert ask(judge, "legal", "director").approvers == ("finance*2",)


def test_either_of_two_roles_fills_one_seat(tmp_path: Path) -> None:
    judge = judge_with(
        tmp_path, ("legal|finance", "", 'context.approvals.roles.containsAny(["legal", "finance"])')
    )
    assert ask(judge).approvers == ("legal|finance",)
    assert ask(judge, "legal").verdict is Verdict.ALLOW_UNDO
    assert ask(judge, "finance").verdict is Verdict.ALLOW_UNDO
    assert "或" in ask(judge).unlock


def test_a_seat_that_one_of_its_roles_does_not_open_is_written_wrongly(tmp_path: Path) -> None:
    judge = judge_with(tmp_path, ("legal|finance", "", 'context.approvals.roles.contains("legal")'))
    assert ask(judge).verdict is Verdict.DENY
    assert ask(judge).rules[0].id == "engine-error"


def test_a_later_step_waits_for_the_earlier_one(tmp_path: Path) -> None:
    judge = judge_with(
        tmp_path,
        ("manager", "", 'context.approvals.roles.contains("manager")'),
        ("legal,finance", '@step("2")', 'context.approvals.roles.containsAll(["legal", "finance"])'),
        ("director", '@step("3")', 'context.approvals.roles.contains("director")'),
    )
    first = ask(judge)
    assert (first.approvers, first.turn) == (("manager", "director", "legal", "finance"), ("manager",))
    assert ask(judge, "manager").turn == ("legal", "finance")
    assert ask(judge, "manager", "finance").turn == ("legal",)
    assert ask(judge, "manager", "finance", "legal").turn == ("director",)
    assert ask(judge, "manager", "finance", "legal", "director").verdict is Verdict.ALLOW_UNDO


def test_whatever_the_order_of_the_yes_the_end_is_the_same(tmp_path: Path) -> None:
    judge = judge_with(
        tmp_path,
        ("manager", "", 'context.approvals.roles.contains("manager")'),
        ("finance*2", '@step("2")', "context.approvals.votes.finance >= 2"),
    )
    for order in set(permutations(["manager", "finance", "finance"])):
        for so_far in range(3):
            assert ask(judge, *order[:so_far]).verdict is Verdict.APPROVE
        assert ask(judge, *order).verdict is Verdict.ALLOW_UNDO


@pytest.mark.parametrize(
    "seat", ["finance*0", "finance*x", "emperor", "requester|legal", "requester*2", "legal|emperor"]
)
def test_a_seat_that_makes_no_sense_is_refused_with_the_rule(tmp_path: Path, seat: str) -> None:
    with pytest.raises(PolicyError, match="export-0"):
        judge_with(tmp_path, (seat, "", "false"))


@pytest.mark.parametrize("step", ['@step("0")', '@step("two")'])
def test_a_step_is_a_number_from_one(tmp_path: Path, step: str) -> None:
    with pytest.raises(PolicyError, match="@step"):
        judge_with(tmp_path, ("legal", step, "false"))


@given(
    roles=st.lists(st.sampled_from(seats.APPROVER_ROLES[1:]), min_size=1, max_size=3, unique=True),
    n=st.integers(1, 4),
    given=st.lists(st.sampled_from(seats.APPROVER_ROLES), max_size=5),
)
def test_what_is_left_of_a_seat_and_what_was_given_make_the_seat(
    roles: list[str], n: int, given: list[str]
) -> None:
    seat = "|".join(roles) + (f"*{n}" if n > 1 else "")
    facts = ApprovalFacts().plus(given)
    rest = seats.left(seat, facts)
    filled = sum(role in roles for role in given)
    assert (seats.heads(rest) if rest else 0) == max(0, n - filled)
    for way in seats.ways([seat]):
        assert len(way) == n
        assert seats.left(seat, facts.plus(way)) == ""
