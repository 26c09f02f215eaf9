"""Every case beside a rule is a test; a rule without a case and a case without a rule are faults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policies.cases import Case, check, load_cases, run_cases
from policies.engine import POLICY_FOLDER, Judge
from policies.replay import facts_from_record
from policies.rulebook import PolicyError

JUDGE = Judge.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real policy folder, to be broken."""
    shutil.copytree(POLICY_FOLDER / "rules", tmp_path / "rules")
    shutil.copy(POLICY_FOLDER / "schema.cedarschema", tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: f"{case.file.split('.')[0]}: {case.name}")
def test_case(case: Case) -> None:
    decision = JUDGE.decide(case.principal, case.action, case.resource, facts_from_record(case.facts))
    assert decision.verdict == case.expect["verdict"], decision
    assert sorted(hit.id for hit in decision.rules) == sorted(case.expect["rules"])
    assert sorted(decision.approvers) == sorted(case.expect.get("approvers", []))
    assert decision.undo_seconds == case.expect.get("undo", decision.undo_seconds)
    assert bool(decision.warnings) == case.expect.get("warned", bool(decision.warnings))


def test_the_real_folder_is_clean_and_every_rule_is_tried() -> None:
    assert check() == []
    report = run_cases()
    assert report.failures == ()
    assert report.untried == ()
    assert report.ok
    assert report.total >= 130


def test_names_of_cases_are_unique_within_a_file() -> None:
    names = [(case.file, case.name) for case in load_cases()]
    assert len(names) == len(set(names))


def test_a_rule_without_a_case_is_found(folder: Path) -> None:
    extra = """
@id("no-mondays") @outcome("deny") @reason("不") @reason_en("no") @unlock("改") @unlock_en("change")
forbid (principal, action == Action::"export_data", resource) when { context.local_hour == 5 };
"""
    path = folder / "rules" / "records.cedar"
    path.write_text(path.read_text("utf-8") + extra, "utf-8")
    report = run_cases(folder)
    assert report.untried == ("no-mondays",)
    assert not report.ok
    assert ["no-mondays" in problem for problem in check(folder)] == [True]


def test_a_changed_rule_fails_its_cases(folder: Path) -> None:
    path = folder / "rules" / "discounts.cedar"
    path.write_text(
        path.read_text("utf-8").replace("context.discount_bp <= 1500", "context.discount_bp <= 1600")
    )
    report = run_cases(folder)
    assert "折扣刚过 15% 须总监" in {failure.name for failure in report.failures}
    assert not report.ok
    assert all("discounts.cases.yaml" in str(failure) for failure in report.failures)


def test_a_topic_without_cases_and_cases_without_a_topic_are_found(folder: Path) -> None:
    (folder / "rules" / "discounts.cases.yaml").rename(folder / "rules" / "rebates.cases.yaml")
    problems = "\n".join(check(folder))
    assert "discounts.cedar" in problems
    assert "rebates.cases.yaml" in problems


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- {name: x, resource: nobody, expect: {verdict: deny, rules: [a]}}", "nobody"),
        ("- {name: x, facts: {discuont_bp: 1}, expect: {verdict: deny, rules: [a]}}", "discuont_bp"),
        ("- {name: x}", "expect"),
        ("- just text", "just text"),
        ("- {name: [", "discounts.cases.yaml"),
    ],
)
def test_a_case_file_that_is_not_understood_names_file_and_case(folder: Path, line: str, told: str) -> None:
    path = folder / "rules" / "discounts.cases.yaml"
    path.write_text(path.read_text("utf-8") + f"  {line}\n", "utf-8")
    with pytest.raises(PolicyError, match=r"discounts\.cases\.yaml") as caught:
        load_cases(folder)
    assert told in str(caught.value)
    assert any(told in problem for problem in check(folder))


def test_a_case_that_expects_nothing_of_rules_is_a_problem(folder: Path) -> None:
    path = folder / "rules" / "discounts.cases.yaml"
    path.write_text(
        path.read_text("utf-8") + "  - {name: 随便, expect: {verdict: deny, colour: red}}\n", "utf-8"
    )
    problems = [problem for problem in check(folder) if "随便" in problem]
    assert len(problems) == 2
