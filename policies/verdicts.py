"""Rules that took part -> a Decision: strictness, reasons, approvers, warnings and what would change it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .decision import Decision, RuleHit, Verdict
from .rulebook import Rule
from .seats import heads, in_order, roles_in

ROLE_NAMES = {
    "requester": "本人确认",
    "manager": "经理批准",
    "director": "总监批准",
    "legal": "法务批准",
    "finance": "财务批准",
    "admin": "另一位管理员批准",
}
ROLE_NAMES_EN = {
    "requester": "your own confirmation",
    "manager": "a manager's approval",
    "director": "a director's approval",
    "legal": "legal's approval",
    "finance": "finance's approval",
    "admin": "another administrator's approval",
}
DEFAULT_DENY = RuleHit(
    id="default-deny",
    reason="没有任何规则允许此操作",
    reason_en="no rule allows this",
    verdict=Verdict.DENY,
)
ENGINE_ERROR = RuleHit(
    id="engine-error",
    reason="规则无法在这些事实上求值，按拒绝处理",
    reason_en="the rules could not be evaluated on these facts, so the answer is no",
    verdict=Verdict.DENY,
)


def allowed(rules: Sequence[Rule], version: str) -> Decision:
    """The permits that decided -> ALLOW or ALLOW_UNDO, the strictest; of several undo windows the longest."""
    verdict = max((rule.outcome for rule in rules), key=lambda outcome: outcome.strictness)
    return Decision(
        verdict=verdict,
        rules=tuple(rule.hit for rule in _sorted(rules)),
        undo_seconds=max(rule.undo_seconds for rule in rules),
        warnings=_warnings(rules),
        policy_version=version,
    )


def needs_approval(
    rules: Sequence[Rule], missing: Iterable[str], given: Iterable[str], version: str
) -> Decision:
    """The forbids that approvals would lift -> APPROVE by the seats still missing."""
    seats = in_order(missing)
    names = "、".join(seat_name(seat) for seat in seats)
    names_en = " and ".join(seat_name(seat, "en") for seat in seats)
    so_far = bool(set(given))
    return Decision(
        verdict=Verdict.APPROVE,
        rules=tuple(rule.hit for rule in _sorted(rules)),
        approvers=seats,
        turn=_turn(rules, seats),
        warnings=_warnings(rules),
        unlock=f"{'还' if so_far else ''}需要{names}" + _or("；或者", _joined(rules, "zh")),
        unlock_en=f"{'still ' if so_far else ''}needs {names_en}" + _or("; or ", _joined(rules, "en")),
        policy_version=version,
    )


def seat_name(seat: str, language: str = "zh") -> str:
    """A seat as people say it: 经理或总监批准(2 人)."""
    en = language == "en"
    names = (ROLE_NAMES_EN if en else ROLE_NAMES)[roles_in(seat)[-1]]
    others = [(ROLE_NAMES_EN if en else ROLE_NAMES)[role] for role in roles_in(seat)[:-1]]
    if en:
        text = " or ".join([*others, names])
        return f"{text} ({heads(seat)} people)" if heads(seat) > 1 else text
    text = "或".join([*(name.removesuffix("批准") for name in others), names])
    return f"{text}({heads(seat)} 人)" if heads(seat) > 1 else text


def _turn(rules: Sequence[Rule], seats: Sequence[str]) -> tuple[str, ...]:
    """The seats of the earliest step that still wants somebody. A seat belongs to the earliest rule that names its roles."""
    steps = {}
    for seat in seats:
        asking = [
            rule.step for rule in rules if any(roles_in(one) == roles_in(seat) for one in rule.approvers)
        ]
        steps[seat] = min(asking, default=1)
    first = min(steps.values())
    return tuple(seat for seat in seats if steps[seat] == first)


def barred(rules: Sequence[Rule], warned: Sequence[Rule], version: str) -> Decision:
    """The forbids that no approval lifts -> DENY or DRAFT_ONLY; `warned` are all rules whose warnings count."""
    ordered = _sorted(rules)
    return Decision(
        verdict=max((rule.outcome for rule in rules), key=lambda outcome: outcome.strictness),
        rules=tuple(rule.hit for rule in ordered),
        warnings=_warnings(warned),
        unlock=_joined(rules, "zh"),
        unlock_en=_joined(rules, "en"),
        policy_version=version,
    )


def refused(hit: RuleHit, version: str) -> Decision:
    """DENY for a reason outside the rules: nothing permits it, or it could not be evaluated."""
    return Decision(
        verdict=Verdict.DENY,
        rules=(hit,),
        unlock="需要管理员检查规则或输入后重试",
        unlock_en="an administrator must check the rules or the input",
        policy_version=version,
    )


def _sorted(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: (-rule.outcome.strictness, rule.id))


def _warnings(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.warning for rule in _sorted(rules) if rule.warning))


def _joined(rules: Iterable[Rule], language: str) -> str:
    """All that would have to change so that none of these rules applies."""
    parts = [rule.unlock if language == "zh" else rule.unlock_en for rule in _sorted(rules)]
    return ("，并且" if language == "zh" else ", and ").join(dict.fromkeys(part for part in parts if part))


def _or(joint: str, alternative: str) -> str:
    return joint + alternative if alternative else ""
