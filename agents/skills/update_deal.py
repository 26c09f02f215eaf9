"""Skill: ask for a change of one field of a deal, and say what it was before and what came of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from agents import deal_values
from agents.advising import Piece, advise
from agents.citing import cite_deal
from agents.lookup import Unclear, the_deal
from agents.proposing import Wording
from agents.skill import Skill, Turn
from agents.wishing import do, label
from knowledge.snapshot import DealFacts

FieldName = Literal[
    "stage",
    "amount",
    "expected_close",
    "next_step",
    "next_step_at",
    "owner",
    "competitor",
    "lost_reason",
    "note",
]
NAMES = {
    "stage": ("阶段", "stage"),
    "amount": ("金额", "amount"),
    "expected_close": ("预计成交日", "expected close"),
    "next_step": ("下一步", "next step"),
    "next_step_at": ("下一步时间", "date of the next step"),
    "owner": ("负责人", "owner"),
    "competitor": ("竞争对手", "competitor"),
    "lost_reason": ("丢单原因", "reason it was lost"),
    "note": ("备注", "note"),
}


class Arguments(BaseModel):
    """What update_deal takes."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current deal")
    field: FieldName
    value: str = Field(max_length=4000, description="the new value in the user's own words")
    evidence_id: str | None = Field(
        default=None,
        max_length=80,
        description="id of the interaction the value was read in, if the user did not say it",
    )
    evidence_quote: str | None = Field(
        default=None,
        max_length=500,
        description="the words of that interaction, verbatim, in which the value stands",
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Change one field of a deal (stage, amount, expected close, next step, owner, competitor, reason lost, a note), only
    when the user asked for it ("把阶段改成谈判", "push the close date to December 15"). A value you read somewhere needs
    evidence_id and evidence_quote. Simple changes are done at once and can be undone; others wait for a yes."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    new = deal_values.read(turn, arguments.field, arguments.value)
    if isinstance(new, Unclear):
        return new.sentence
    facts = chosen.facts
    cite_deal(turn, facts.deal)
    source = label(turn, new.typed)
    changes = [_with_proof(dict(one), arguments) for one in new.changes]
    told = do(
        turn,
        "update_deal",
        {"changes": changes},
        facts.deal.id,
        {str(one["field"]): source for one in new.changes},
        _words(facts, arguments.field),
        _advised(turn, facts, arguments, changes),
    )
    return "\n".join(part for part in (told, chosen.note) if part)


def _advised(turn: Turn, facts: DealFacts, arguments: Arguments, changes: list[dict[str, Any]]) -> str:
    """The suggestion this change follows, "" where the user said the value themselves: what was read somewhere is a
    proposal of the assistant's."""
    if not arguments.evidence_id:
        return ""
    piece = Piece(
        kind="crm_update",
        deal_id=facts.deal.id,
        content={"changes": changes},
        said={"field": arguments.field},
    )
    return next(iter(advise(turn, [piece])), "")


def _with_proof(change: dict[str, Any], arguments: Arguments) -> dict[str, Any]:
    if not (arguments.evidence_id and arguments.evidence_quote):
        return change
    return change | {"evidence": {"interaction_id": arguments.evidence_id, "quote": arguments.evidence_quote}}


def _words(facts: DealFacts, field: str) -> Wording:
    zh, en = NAMES[field]
    done = ("已记下", "has been added") if field == "note" else ("已更新", "has been changed")
    return Wording(
        noun=(f"{facts.deal.name} 的{zh}", f"The {en} of {facts.deal.name}"),
        verb=("更新", "be changed"),
        done=done,
        not_done=("没有修改", "Not changed"),
        kept=("没有执行", "nothing was changed"),
        title=facts.deal.name,
    )


SKILL = Skill(name="update_deal", arguments=Arguments, run=run)
