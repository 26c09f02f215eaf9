"""What the judge answers: one of five outcomes, with reasons, approvers and what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The five outcomes of authority.md E5."""

    ALLOW = "allow"
    ALLOW_UNDO = "allow_undo"
    DRAFT_ONLY = "draft_only"
    APPROVE = "approve"
    DENY = "deny"

    @property
    def strictness(self) -> int:
        """0 for ALLOW up to 4 for DENY; the most restrictive of several wins."""
        return list(Verdict).index(self)


@dataclass(frozen=True, kw_only=True)
class RuleHit:
    """One rule that took part in the decision: its @id, its Chinese and English reason, what it demands."""

    id: str
    reason: str
    reason_en: str
    verdict: Verdict
    approvers: tuple[str, ...] = ()
    step: int = 1


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """What rides along with a yes: `name` is notify_manager or sample_review, `rule` the rule that asks for it."""

    name: str
    rule: str
    reason: str
    reason_en: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The judge's answer.

    `approvers` are the seats still empty, each of which must say yes (policies.seats: a role, `legal|director` for
    either, `finance*2` for two people; `requester` means the person on whose behalf it is done); empty unless the
    verdict is APPROVE. `turn` are those of them asked now: a later step waits until an earlier one has agreed.
    `undo_seconds` is the undo window of ALLOW_UNDO. `warnings` are sentences an approver must see. `unlock` says in one
    sentence what change would allow it. `obligations` are what must follow once it is done. `policy_version` is the
    SHA-256 of schema and rules.
    """

    verdict: Verdict
    rules: tuple[RuleHit, ...] = ()
    approvers: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    undo_seconds: int = 0
    warnings: tuple[str, ...] = ()
    unlock: str = ""
    unlock_en: str = ""
    obligations: tuple[Obligation, ...] = ()
    policy_version: str = ""

    def reason(self, language: str = "zh") -> str:
        """The reasons of the deciding rules in one sentence; never empty for anything but a plain ALLOW."""
        parts = [hit.reason if language == "zh" else hit.reason_en for hit in self.rules]
        return ("；" if language == "zh" else "; ").join(part for part in parts if part)
