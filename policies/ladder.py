"""Two answers of Cedar into five outcomes: the same question under growing sets of approvals. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from . import seats, verdicts
from .decision import Decision
from .facts import ApprovalFacts
from .rulebook import Rule

# Weakest first: a confirmation or a yes that stronger voices already imply is not asked for.
IMPLIED = ("requester", "manager")
EVERYBODY = ApprovalFacts(
    roles=frozenset(seats.APPROVER_ROLES), count=99, votes=dict.fromkeys(seats.APPROVER_ROLES, 9)
)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One evaluation: did Cedar allow it, which rules decided, and did anything err?"""

    allowed: bool
    rules: tuple[Rule, ...] = ()
    error: bool = False

    @property
    def clean(self) -> bool:
        """Allowed, and nothing erred on the way."""
        return self.allowed and not self.error


Ask = Callable[[Sequence[ApprovalFacts]], list[Rung]]


def climb(ask: Ask, given: ApprovalFacts, version: str) -> Decision:
    """With what we have: allowed? With everybody's yes: still denied? Otherwise: the fewest seats still missing."""
    have = ask([given])[0]
    if have.error:
        return verdicts.refused(verdicts.ENGINE_ERROR, version)
    if have.allowed:
        return verdicts.allowed(have.rules, version)
    if not have.rules:
        return verdicts.refused(verdicts.DEFAULT_DENY, version)
    if any(not rule.approvers for rule in have.rules):
        return _top(ask, have, version)
    missing = _missing(ask, given, have.rules)
    return (
        verdicts.needs_approval(have.rules, missing, given.roles, version)
        if missing
        else _top(ask, have, version)
    )


def _top(ask: Ask, have: Rung, version: str) -> Decision:
    """What nobody's yes can lift. An approval that could not lead to the deed is never asked for."""
    top = ask([EVERYBODY])[0]
    if top.error or top.allowed:
        # Allowed at the top, yet no set of the seats named in the annotations gets there: the rule is written wrongly.
        return verdicts.refused(verdicts.ENGINE_ERROR, version)
    return (
        verdicts.barred(top.rules, have.rules, version)
        if top.rules
        else verdicts.refused(verdicts.DEFAULT_DENY, version)
    )


def _missing(ask: Ask, given: ApprovalFacts, rules: Iterable[Rule]) -> frozenset[str] | None:
    """The fewest seats that would do, whichever of their roles fills them; None when the annotations promise in vain."""
    wanted = frozenset[str]()
    for rule in rules:
        empty = frozenset(filter(None, (seats.left(seat, given) for seat in rule.approvers)))
        # All of them said yes and it still is no: one person voted in two roles, a second person is needed.
        wanted |= empty or frozenset(rule.approvers)
    candidates = [_largest(wanted)]
    for role in IMPLIED:
        candidates += [one - {role} for one in candidates if role in one and len(one) > 1]
    tried = [[given.plus(way) for way in seats.ways(seats.in_order(one))] for one in candidates]
    rungs = iter(ask([votes for ways in tried for votes in ways]))
    enough = [
        one for one, ways in zip(candidates, tried, strict=True) if all([next(rungs).clean for _ in ways])
    ]
    return min(enough, key=lambda one: (len(one), sorted(one)), default=None)


def _largest(wanted: frozenset[str]) -> frozenset[str]:
    """Of two seats for the same roles the larger one: `finance` beside `finance*2` asks for nobody further."""
    return frozenset(
        seat
        for seat in wanted
        if not any(
            seats.roles_in(seat) == seats.roles_in(other) and seats.heads(other) > seats.heads(seat)
            for other in wanted
        )
    )
