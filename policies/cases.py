"""Cases beside the rules: load them, run them, and say which rule nobody tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .decision import Decision
from .engine import POLICY_FOLDER, Judge, rule_texts, validate
from .facts import Principal, Resource
from .replay import facts_from_record, principal_from_record, resource_from_record
from .rulebook import PolicyError, lint_rules, rule_files

CAST = "cast.yaml"
SUFFIX = ".cases.yaml"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One sentence and what must come of it. `expect` has verdict, and where they matter approvers, rules, undo."""

    file: str
    name: str
    principal: Principal
    action: str
    resource: Resource
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class CaseFailure:
    """A case that came out otherwise: what was expected and what the judge said."""

    file: str
    name: str
    expected: Mapping[str, Any]
    got: Mapping[str, Any]

    def __str__(self) -> str:
        wrong = "; ".join(
            f"{key}: 应为 / expected {value!r}, 得到 / got {self.got[key]!r}"
            for key, value in self.expected.items()
        )
        return f"{self.file}: {self.name}: {wrong}"


@dataclass(frozen=True, kw_only=True)
class CaseReport:
    """How many cases ran, which failed, and the ids of rules that no case names."""

    total: int
    failures: tuple[CaseFailure, ...]
    untried: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Every case came out as written and every rule was tried."""
        return not self.failures and not self.untried


def check(folder: Path | None = None) -> list[str]:
    """What is wrong with a policy folder, as sentences; empty when it can be used. Runs no case."""
    folder = folder or POLICY_FOLDER
    try:
        texts = rule_texts(folder)
        problems = [*validate(folder), *lint_rules(texts), *_unpaired(folder)]
        if not problems:
            cases = load_cases(folder)
            problems = [f"{case.file}: {case.name}: {fault}" for case in cases for fault in _odd(case)]
            names = {text.annotations["id"]: text.file for text in texts}
            problems += [
                f"{names[rule]}: {rule}: 没有用例 / no case tries it" for rule in _untried(names, cases)
            ]
    except PolicyError as fault:
        return [str(fault)]
    return problems


def run_cases(folder: Path | None = None) -> CaseReport:
    """Run every case of a policy folder. Raises PolicyError when rules or case files cannot be read."""
    folder = folder or POLICY_FOLDER
    judge = Judge.load(folder)
    cases = load_cases(folder)
    failures = [failure for case in cases if (failure := _run(judge, case))]
    untried = _untried((rule.id for rule in judge.rules), cases)
    return CaseReport(total=len(cases), failures=tuple(failures), untried=tuple(untried))


def load_cases(folder: Path | None = None) -> list[Case]:
    """Every case of a folder, in file order. Raises PolicyError naming the file and the case that is not understood."""
    rules = (folder or POLICY_FOLDER) / "rules"
    cast = _yaml(rules / CAST)
    return [case for path in sorted(rules.glob(f"*{SUFFIX}")) for case in _cases_of(path, cast)]


def _cases_of(path: Path, cast: Mapping[str, Any]) -> list[Case]:
    content = _yaml(path)
    defaults = content.get("defaults", {})
    cases = []
    for given in content.get("cases", []):
        try:
            cases.append(_case(path.name, {**defaults, **given}, {**defaults.get("facts", {})}, cast))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            name = given.get("name", given) if isinstance(given, dict) else given
            raise PolicyError(f"{path}: 用例无法理解 / case not understood: {name}: {error!r}") from error
    return cases


def _case(file: str, given: Mapping[str, Any], base: Mapping[str, Any], cast: Mapping[str, Any]) -> Case:
    facts = {**base, **given.get("facts", {})}
    if isinstance(facts.get("approvals"), list):
        facts["approvals"] = {"roles": facts["approvals"], "count": len(facts["approvals"])}
    facts_from_record(facts)
    return Case(
        file=file,
        name=str(given["name"]),
        principal=principal_from_record(cast["people"][given["principal"]]),
        action=str(given["action"]),
        resource=resource_from_record(cast["resources"][given["resource"]]),
        facts=facts,
        expect={"verdict": "", **given["expect"]},
    )


def _run(judge: Judge, case: Case) -> CaseFailure | None:
    decision = judge.decide(case.principal, case.action, case.resource, facts_from_record(case.facts))
    got = _seen(decision)
    expected = {"approvers": [], "undo": 0, **case.expect}
    if case.expect.get("verdict") == "allow_undo" and "undo" not in case.expect:
        expected["undo"] = got["undo"]
    wrong = {key: value for key, value in expected.items() if _comparable(got[key]) != _comparable(value)}
    if not wrong:
        return None
    return CaseFailure(file=case.file, name=case.name, expected=wrong, got={key: got[key] for key in wrong})


def _seen(decision: Decision) -> dict[str, Any]:
    return {
        "verdict": decision.verdict.value,
        "approvers": list(decision.approvers),
        "turn": list(decision.turn),
        "obliges": [one.rule for one in decision.obligations],
        "rules": [hit.id for hit in decision.rules],
        "undo": decision.undo_seconds,
        "warned": bool(decision.warnings),
    }


def _comparable(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _odd(case: Case) -> list[str]:
    unknown = sorted(
        set(case.expect) - {"verdict", "approvers", "turn", "rules", "obliges", "undo", "warned"}
    )
    faults = [f"expect 未知字段 / unknown field {', '.join(unknown)}"] if unknown else []
    if not case.expect.get("rules"):
        faults.append("expect.rules 缺失 / missing")
    return faults


def _untried(rules: Iterable[str], cases: Iterable[Case]) -> list[str]:
    """Rules that no case expects to take part."""
    tried = {rule for case in cases for key in ("rules", "obliges") for rule in case.expect.get(key, ())}
    return [rule for rule in rules if rule not in tried]


def _unpaired(folder: Path) -> list[str]:
    """Rule files without cases, and case files without rules."""
    topics = {path.stem for path in rule_files(folder)}
    tried = {path.name.removesuffix(SUFFIX) for path in (folder / "rules").glob(f"*{SUFFIX}")}
    lonely = [
        f"{topic}.cedar: 没有用例文件 / no {topic}{SUFFIX} beside it" for topic in sorted(topics - tried)
    ]
    stray = [
        f"{topic}{SUFFIX}: 没有规则文件 / no {topic}.cedar beside it" for topic in sorted(tried - topics)
    ]
    return lonely + stray


def _yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: 无法读取 / cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise PolicyError(f"{path}: 顶层须为映射 / the top level must be a mapping")
    return content
