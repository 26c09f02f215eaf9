"""The rules as data: what each one's annotations say, where it stands, and what is wrong with how it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import seats
from .decision import RuleHit, Verdict

FORBID_OUTCOMES = (Verdict.DENY, Verdict.APPROVE, Verdict.DRAFT_ONLY)
PERMIT_OUTCOMES = (Verdict.ALLOW, Verdict.ALLOW_UNDO)


class PolicyError(ValueError):
    """Schema or rules cannot be used; the sentence names the file and the rule and says what to mend."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule's annotations. `effect` is permit or forbid; `undo_seconds` belongs to ALLOW_UNDO permits.

    `approvers` are seats (policies.seats); `step` says when they are asked: 2 after every seat of step 1 agreed.
    """

    id: str
    file: str
    effect: str
    outcome: Verdict
    reason: str
    reason_en: str
    approvers: tuple[str, ...] = ()
    step: int = 1
    undo_seconds: int = 0
    warning: str = ""
    unlock: str = ""
    unlock_en: str = ""

    @property
    def hit(self) -> RuleHit:
        """The rule as it appears in a decision."""
        return RuleHit(
            id=self.id,
            reason=self.reason,
            reason_en=self.reason_en,
            verdict=self.outcome,
            approvers=self.approvers,
            step=self.step,
        )


@dataclass(frozen=True, kw_only=True)
class RuleText:
    """A rule as Cedar parsed it: its file, effect and annotations."""

    file: str
    effect: str
    annotations: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One rule file: its text, and its rules as Cedar parsed them, in file order."""

    file: str
    text: str
    trees: tuple[dict[str, Any], ...]

    @property
    def rules(self) -> list[RuleText]:
        return [
            RuleText(file=self.file, effect=tree["effect"], annotations=tree.get("annotations", {}))
            for tree in self.trees
        ]


def version_of(schema_text: str, trees: Iterable[str]) -> str:
    """SHA-256 over schema and rules (each as canonical JSON) without comments and layout: what decides, not how it is
    typed."""
    lines = (line.split("//")[0].strip() for line in schema_text.splitlines())
    return hashlib.sha256("\n".join([" ".join(filter(None, lines)), *sorted(trees)]).encode()).hexdigest()


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a policy folder, by name. Raises PolicyError when there are none."""
    files = sorted((folder / "rules").glob("*.cedar"))
    if not files:
        raise PolicyError(f"{folder / 'rules'}: 没有规则文件(*.cedar) / no rule files (*.cedar) here")
    return files


def read_rule(text: RuleText) -> Rule:
    """A rule from its annotations. Raises PolicyError naming file and rule when they do not make sense."""
    faults = lint_rule(text)
    if faults:
        raise PolicyError("; ".join(faults))
    notes = text.annotations
    return Rule(
        id=notes["id"],
        file=text.file,
        effect=text.effect,
        outcome=Verdict(notes["outcome"]),
        reason=notes["reason"],
        reason_en=notes["reason_en"],
        approvers=approver_list(notes),
        step=int(notes.get("step", "1")),
        undo_seconds=int(notes.get("undo", "0")),
        warning=notes.get("warning", ""),
        unlock=notes.get("unlock", ""),
        unlock_en=notes.get("unlock_en", ""),
    )


def approver_list(notes: Mapping[str, str]) -> tuple[str, ...]:
    """The seats of `@approvers("manager,legal|director,finance*2")`."""
    return tuple(role.strip() for role in notes.get("approvers", "").split(",") if role.strip())


def lint_rule(text: RuleText) -> list[str]:
    """What is wrong with one rule's annotations, as sentences that name file and rule."""
    notes = text.annotations
    where = f"{text.file}: {notes.get('id') or '(@id missing)'}"
    missing = [f"@{key}" for key in ("id", "reason", "reason_en", "outcome") if not notes.get(key)]
    if missing:
        return [f"{where}: 缺少注解 / missing annotation {', '.join(missing)}"]
    return [f"{where}: {fault}" for fault in (*_outcome_faults(text), *_text_faults(text))]


def _outcome_faults(text: RuleText) -> Iterable[str]:
    notes = text.annotations
    allowed = PERMIT_OUTCOMES if text.effect == "permit" else FORBID_OUTCOMES
    if notes["outcome"] not in allowed:
        yield f"@outcome({notes['outcome']}) 不适用于 / does not fit a {text.effect}; use {', '.join(allowed)}"
    if (notes["outcome"] == Verdict.APPROVE) != bool(approver_list(notes)):
        yield "@outcome(approve) 与 @approvers 必须同时出现 / approve and @approvers go together"
    for fault in (fault for seat in approver_list(notes) for fault in seats.faults(seat)):
        yield f"@approvers {fault}; use {', '.join(seats.APPROVER_ROLES)}"
    step = notes.get("step", "1")
    if not (step.isdecimal() and int(step) >= 1) or ("step" in notes and not approver_list(notes)):
        yield "@step 是 1 起的整数，只与 @approvers 同用 / @step is 1, 2, ... and goes with @approvers"
    undo = notes.get("undo", "0")
    if not undo.isdecimal() or (notes["outcome"] == Verdict.ALLOW_UNDO) != (int(undo) > 0):
        yield "@undo(秒/seconds) 与 @outcome(allow_undo) 必须同时出现 / go together"


def _text_faults(text: RuleText) -> Iterable[str]:
    notes = text.annotations
    if text.effect == "forbid" and not (notes.get("unlock") and notes.get("unlock_en")):
        yield "forbid 缺少 @unlock / @unlock_en (what change would allow it)"
    if "warning" in notes and " / " not in notes["warning"]:
        yield '@warning 须为 "中文 / English"'


def lint_rules(texts: Sequence[RuleText]) -> list[str]:
    """What is wrong with all rules together: every rule alone, and ids used twice."""
    faults = [fault for text in texts for fault in lint_rule(text)]
    seen: dict[str, str] = {}
    for text in texts:
        rule_id = text.annotations.get("id", "")
        if rule_id and rule_id in seen:
            faults.append(f"{text.file}: {rule_id}: 编号重复 / id already used in {seen[rule_id]}")
        seen.setdefault(rule_id, text.file)
    return faults
