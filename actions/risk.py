"""How much depends on one yes: low, medium or high. It decides how an approver is asked, never whether."""

from __future__ import annotations

from policies.decision import Decision, Verdict
from policies.facts import ActionFacts
from policies.seats import roles_in

LARGE_FEN = 50_000_000
"""¥500 000: the band from which finance is asked (authority.md E5)."""
DEEP_BP = 1500
"""15 % discount: the band from which a director is asked."""
WEIGHTY = frozenset({"director", "legal", "finance", "admin"})
ORDER = ("high", "medium", "low")


def risk_of(decision: Decision, facts: ActionFacts) -> str:
    """High: money or discount in the upper bands, or a director, legal, finance or admin is asked, of what cannot be
    taken back; of what can, medium. Low: it may go by itself, its own asker alone confirms it, or it is light and can be
    taken back. Else medium."""
    asked = {role for seat in decision.approvers for role in roles_in(seat)}
    heavy = facts.amount_fen >= LARGE_FEN or facts.discount_bp > DEEP_BP or bool(asked & WEIGHTY)
    if heavy:
        return "medium" if facts.reversible else "high"
    if facts.reversible or decision.verdict in (Verdict.ALLOW, Verdict.ALLOW_UNDO):
        return "low"
    return "low" if asked == {"requester"} else "medium"


def place(risk: str) -> int:
    """For sorting: the riskiest first."""
    return ORDER.index(risk) if risk in ORDER else len(ORDER)
