"""Skill: prepare a contract from the lawyers' template and the records; nothing is sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Literal

from pydantic import BaseModel, Field

from actions.action import ActionRequest, Status, canonical, digest
from actions.documents.wishes import date_in
from actions.paper_view import ContractAsk, Declined, Prepared
from agents.lookup import Unclear, the_deal
from agents.paper_text import described, hand_over
from agents.proposing import Wording, propose
from agents.provenance import was_typed
from agents.skill import Skill, Turn

OFFSET_HOURS = 8


class Arguments(BaseModel):
    """What prepare_contract takes."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current deal")
    template: str | None = Field(
        default=None, max_length=40, description="template id, only if the user named one"
    )
    price_basis: Literal["last_offer"] = "last_offer"
    changes: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="each change of a clause, in the user's words: 第五条: 新文字, or 质保改成三年",
    )
    delivery_date: str | None = Field(default=None, description="ISO date, if the user gave one")


def run(turn: Turn, arguments: Arguments) -> str:
    """Prepare a contract for a deal from the lawyers' own template, filled from records at the prices of the last offer
    ("出一份合同", "draw up the contract"); with `changes` make a new version of the contract at hand ("质保改成三年").
    Nothing is sent. Report exactly what this returns, the numbers with their sources."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    deal = chosen.facts.deal
    ask = _ask(turn, arguments, deal.id)
    if isinstance(ask, Declined):
        return turn.say(ask.zh, ask.en)
    paper = turn.desk.papers.contract(deal.id, ask)
    turn.focus["intent"] = "prepare_contract"
    if isinstance(paper, Declined):
        return turn.say(paper.zh, paper.en)
    turn.focus.update(paper_id=paper.paper_id, deal_id=deal.id)
    shown = described(turn, paper)
    told = propose(turn, _request(turn, paper, deal.id, ask), _words(paper))
    if turn.outcomes[-1].status == Status.REFUSED:
        return told
    hand_over(turn, paper)
    turn.suggestions.append(turn.say("发给客户", "Send it to the customer"))
    return "\n".join(part for part in (shown, told, chosen.note) if part)


def _ask(turn: Turn, arguments: Arguments, deal_id: str) -> ContractAsk | Declined:
    changes = tuple(one.strip() for one in arguments.changes if one.strip())
    typed = all(was_typed(turn, one) for one in changes)
    delivery = (arguments.delivery_date or "").strip()
    if delivery and not _is_date(delivery):
        return Declined(
            zh=f"日期“{delivery[:20]}”看不懂，请写成 2026-12-31。",
            en=f"“{delivery[:20]}” is no date; write 2026-12-31.",
        )
    today = turn.desk.now.astimezone(timezone(timedelta(hours=OFFSET_HOURS))).date()
    return ContractAsk(
        template=(arguments.template or "").strip(),
        changes=changes,
        label="rep_input" if typed else "llm_inferred",
        delivery_date=delivery,
        date_label="rep_input" if delivery and date_in(turn.text, today) == delivery else "llm_inferred",
        based_on=_before(turn, deal_id) if changes or delivery else "",
    )


def _before(turn: Turn, deal_id: str) -> str:
    """The contract that is being changed: the one talked of, else the deal's newest draft."""
    named = turn.desk.papers.paper(str(turn.focus.get("paper_id") or "-"))
    if named is not None and named.deal_id == deal_id and named.kind == "contract":
        return named.id
    newest = turn.desk.papers.latest(deal_id, "contract")
    return newest.id if newest is not None and newest.status == "draft" else ""


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return datetime.fromisoformat(text).time().isoformat() == "00:00:00"


def _request(turn: Turn, paper: Prepared, deal_id: str, ask: ContractAsk) -> ActionRequest:
    labels = {"changes": frozenset({ask.label})} if ask.changes else {}
    if ask.delivery_date:
        labels["delivery_date"] = frozenset({ask.date_label})
    return ActionRequest(
        action=paper.action,
        args=paper.args,
        resource_id=deal_id,
        on_behalf_of=turn.desk.person.id,
        labels=labels,
        idempotency_key=f"{paper.action}:{paper.paper_id}:{digest(canonical(paper.args))}",
        drafted_by=turn.drafted_by,
    )


def _words(paper: Prepared) -> Wording:
    return Wording(
        noun=(f"合同 {paper.paper_id} ", f"The contract {paper.paper_id}"),
        verb=("生成", "be made"),
        done=("已存为草稿，没有发给任何人", "is kept as a draft and has gone to nobody"),
        not_done=("没有生成合同", "No contract was made"),
        title=paper.title,
    )


SKILL = Skill(name="prepare_contract", arguments=Arguments, run=run)
