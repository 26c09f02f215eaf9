"""Is one decision stricter than another? What counts is what may now be done that could not be done before. Pure but for the judge.

The order is that of freedom: do it; do it, but it can be taken back for a while; do it once certain people agree; keep it as
a draft, whoever agrees; no. (Among rules that hit together authority.md E5 puts APPROVE above DRAFT_ONLY; here a draft is
stricter, because no approval turns it into a deed.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from . import seats
from .decision import Decision, Verdict
from .facts import ActionFacts

FREEDOM = (Verdict.ALLOW, Verdict.ALLOW_UNDO, Verdict.APPROVE, Verdict.DRAFT_ONLY, Verdict.DENY)
DONE = (Verdict.ALLOW, Verdict.ALLOW_UNDO)

Ask = Callable[[ActionFacts], Decision]
"""One judge's answer to a question whose facts may vary."""


class Direction(StrEnum):
    """How a decision differs from another one; OTHER asks for other people, or obliges to other things."""

    SAME = "same"
    STRICTER = "stricter"
    MILDER = "milder"
    OTHER = "other"


def direction(old: Decision, new: Decision) -> Direction:
    """From `old` to `new`, by the two decisions alone."""
    if old.verdict is not new.verdict:
        return _sign(FREEDOM.index(new.verdict) - FREEDOM.index(old.verdict))
    if old.undo_seconds != new.undo_seconds:
        return _sign(new.undo_seconds - old.undo_seconds)
    before, after = set(old.approvers), set(new.approvers)
    if before != after:
        return (
            Direction.STRICTER if before < after else Direction.MILDER if after < before else Direction.OTHER
        )
    others = (old.turn, _obliged(old)), (new.turn, _obliged(new))
    return Direction.SAME if others[0] == others[1] else Direction.OTHER


def loosens(old: Ask, new: Ask, facts: ActionFacts) -> bool:
    """Whether under the new rules something may be done, with some people's yes, that the old ones would not have let
    happen with the yes of those same people. Every way of filling the new rules' seats is tried on the old ones."""
    before, after = old(facts), new(facts)
    if after.verdict is Verdict.APPROVE:
        for way in seats.ways(after.approvers):
            agreed = replace(facts, approvals=facts.approvals.plus(way))
            if old(agreed).verdict not in DONE:
                return True
        return False
    if after.verdict not in DONE:
        return False
    return before.verdict not in DONE or direction(before, after) is Direction.MILDER


def _obliged(decision: Decision) -> tuple[str, ...]:
    return tuple(one.name for one in decision.obligations)


def _sign(number: int) -> Direction:
    return Direction.STRICTER if number > 0 else Direction.MILDER
