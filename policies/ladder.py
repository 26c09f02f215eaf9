"""Two answers of Cedar into five outcomes: the same question under growing sets of approvals. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from . import verdicts
from .decision import Decision
from .rulebook import APPROVER_ROLES, Rule

Votes = tuple[frozenset[str], int]
"""The roles that said yes, and how many distinct people."""

# Weakest first: a confirmation or a yes that stronger voices already imply is not asked for.
IMPLIED = ("requester", "manager")
EVERYBODY: Votes = (frozenset(APPROVER_ROLES), 99)


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


Ask = Callable[[Sequence[Votes]], list[Rung]]


def climb(ask: Ask, given: Votes, version: str) -> Decision:
    """With what we have: allowed? With everybody's yes: still denied? Otherwise: the fewest roles still missing."""
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
        verdicts.needs_approval(have.rules, missing, given[0], version)
        if missing
        else _top(ask, have, version)
    )


def _top(ask: Ask, have: Rung, version: str) -> Decision:
    """What nobody's yes can lift. An approval that could not lead to the deed is never asked for."""
    top = ask([EVERYBODY])[0]
    if top.error or top.allowed:
        # Allowed at the top, yet no set of the roles named in the annotations gets there: the rule is written wrongly.
        return verdicts.refused(verdicts.ENGINE_ERROR, version)
    return (
        verdicts.barred(top.rules, have.rules, version)
        if top.rules
        else verdicts.refused(verdicts.DEFAULT_DENY, version)
    )


def _missing(ask: Ask, given: Votes, rules: Iterable[Rule]) -> frozenset[str] | None:
    """The fewest roles that would do; None when what the annotations promise would not unlock it."""
    roles, count = given
    wanted = frozenset[str]()
    for rule in rules:
        asked = frozenset(rule.approvers)
        # All of them said yes and it still is no: one person voted in two roles, a second person is needed.
        wanted |= (asked - roles) or asked
    candidates = [wanted]
    for role in IMPLIED:
        candidates += [one - {role} for one in candidates if role in one and len(one) > 1]
    rungs = ask([(roles | one, count + len(one)) for one in candidates])
    enough = [one for one, rung in zip(candidates, rungs, strict=True) if rung.clean]
    return min(enough, key=lambda one: (len(one), sorted(one)), default=None)
