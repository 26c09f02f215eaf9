"""Skill: ask the gate to send a prepared contract or quote to the customer, and say what came of it."""

from __future__ import annotations

import re

from pydantic import BaseModel, Field

from actions.action import ActionRequest, canonical, digest
from agents.addressee import Addressee, addressee
from agents.lookup import Unclear, not_found
from agents.paper_text import cover
from agents.proposing import Wording, propose
from agents.skill import Skill, Turn
from knowledge.model import Paper
from knowledge.snapshot import DealFacts

_THEM = re.compile(r"^(?:客户|对方|他们?|她们?|the customer|customer|client|them|him|her)$", re.I)


class Arguments(BaseModel):
    """What send_document takes."""

    document: str | None = Field(default=None, max_length=80, description="paper id; omit for the last one")
    to: str | None = Field(
        default=None, max_length=320, description="contact's name or address, only if the user named one"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Ask to send the contract or quote that was prepared to the customer by e-mail with its PDF, only when the user
    clearly asked to send it ("发给客户", "send the contract"). The gate decides who must approve. Report exactly what this
    returns."""
    paper = _paper(turn, arguments.document)
    if paper is None:
        return turn.say(
            "没有找到要发的合同或报价。请先让我出一份，或给出编号。",
            "I found no contract or quote to send. Ask me to make one first, or give its number.",
        )
    facts = turn.desk.deal(paper.deal_id)
    if facts is None:
        return not_found(turn, paper.id).sentence
    to = _addressee(turn, arguments.to, paper, facts)
    if isinstance(to, Unclear):
        return to.sentence
    turn.focus.update(paper_id=paper.id, deal_id=paper.deal_id, intent="send_document")
    return propose(turn, _request(turn, paper, facts, to), _words(paper, to))


def _paper(turn: Turn, said: str | None) -> Paper | None:
    """The paper that was named, else the one talked of, else the newest of the deal in question."""
    if said and said.strip():
        return turn.desk.papers.paper(said.strip())
    named = turn.desk.papers.paper(str(turn.focus.get("paper_id") or "-"))
    deal_id = str(turn.focus.get("deal_id") or "")
    if named is not None and (not deal_id or named.deal_id == deal_id):
        return named
    return turn.desk.papers.latest(deal_id) if deal_id else None


def _addressee(turn: Turn, said: str | None, paper: Paper, facts: DealFacts) -> Addressee | Unclear:
    """Whoever was named; else the person whose name stands on the paper."""
    named = (said or "").strip()
    if named and not _THEM.match(named):
        return addressee(turn, named, facts)
    printed = str(paper.fields.get("values", {}).get("buyer_email", ""))
    known = next((one for one in facts.contacts if one.email and one.email == printed), None)
    return addressee(turn, known.name if known else None, facts)


def _request(turn: Turn, paper: Paper, facts: DealFacts, to: Addressee) -> ActionRequest:
    subject, body = cover(turn, paper, facts, to)
    args = {
        "paper_id": paper.id,
        "to": [{"name": to.name, "address": to.address, "contact_id": to.contact.id if to.contact else ""}],
        "subject": subject,
        "body": body,
        "language": paper.language,
    }
    words = frozenset({"approved_template", "crm_record"})
    action = "send_quote" if paper.kind == "quote" else "send_contract"
    return ActionRequest(
        action=action,
        args=args,
        resource_id=paper.deal_id,
        on_behalf_of=turn.desk.person.id,
        labels={"to": frozenset(to.labels), "subject": words, "body": words},
        # By the hour: asking twice is asking once, asking again after a no or a time-out is a new wish.
        idempotency_key=f"{action}:{paper.id}:{turn.desk.now:%Y-%m-%dT%H}:{digest(canonical(args))}",
        drafted_by=turn.drafted_by,
    )


def _words(paper: Paper, to: Addressee) -> Wording:
    who = to.name or to.address
    noun = ("报价", "quote") if paper.kind == "quote" else ("合同", "contract")
    return Wording(
        noun=(f"给 {who} 的{noun[0]} {paper.id} ", f"The {noun[1]} {paper.id} to {who}"),
        verb=("发出", "go out"),
        done=("已发出", "has been sent"),
        not_done=("没有发送", "Not sent"),
        kept=(f"{paper.id} 仍是草稿", f"{paper.id} stays a draft"),
        title=paper.title,
    )


SKILL = Skill(name="send_document", arguments=Arguments, run=run)
