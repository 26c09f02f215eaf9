"""Skill: ask the gate to send a draft, and say in plain words what came of it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from actions.action import ActionRequest
from agents.addressee import addressee
from agents.lookup import Unclear, not_found
from agents.mail_draft import ARGUMENTS, labels_of_request, mail_key
from agents.proposing import Wording, propose
from agents.provenance import labels_of, remember
from agents.skill import Skill, Turn
from knowledge.model import Suggestion


class Arguments(BaseModel):
    """What send_email takes."""

    draft: str | None = Field(default=None, description="draft id; omit for the last draft")
    to: str | None = Field(default=None, description="another recipient, only if the user named one now")


def run(turn: Turn, arguments: Arguments) -> str:
    """Submit a draft for sending, only when the user clearly asked to send it ("发出去", "send it"). The gate decides:
    it may be sent with time to undo, wait for somebody's approval, or be refused. Report exactly what this returns."""
    wanted = arguments.draft or str(turn.focus.get("draft_id") or "")
    if not wanted:
        return turn.say(
            "还没有可以发送的草稿。请先让我起草邮件。",
            "There is no draft to send yet. Ask me to draft one first.",
        )
    draft = first = turn.desk.draft(wanted)
    if draft is None or draft.kind != "email":
        return turn.say(f"没有找到草稿“{wanted[:40]}”。", f"I found no draft “{wanted[:40]}”.")
    if arguments.to:
        redirected = _redirected(turn, draft, arguments.to)
        if isinstance(redirected, Unclear):
            return redirected.sentence
        draft = redirected
    request = _request(turn, draft, labels_of(turn, "draft", wanted, arguments.draft), first or draft)
    remember(turn, "draft", draft.id, request.labels["draft"])
    turn.focus["intent"] = "send_email"
    return propose(turn, request, _words(draft))


def _words(draft: Suggestion) -> Wording:
    to = "、".join(one["name"] or one["address"] for one in draft.payload["to"])
    return Wording(
        noun=(f"给 {to} 的邮件", f"The e-mail to {to}"),
        verb=("发出", "go out"),
        done=("已发出", "has been sent"),
        not_done=("没有发送", "Not sent"),
        kept=(f"只保留为草稿 {draft.id}", f"it stays the draft {draft.id}"),
        title=str(draft.payload["subject"]),
    )


def _redirected(turn: Turn, draft: Suggestion, to: str) -> Suggestion | Unclear:
    """The same mail to somebody else is a new draft: what was shown must be what is sent."""
    facts = turn.desk.deal(str(draft.payload["deal_id"]))
    if facts is None:
        return not_found(turn, str(draft.payload["deal_id"]))
    other = addressee(turn, to, facts)
    if isinstance(other, Unclear):
        return other
    if [one["address"] for one in draft.payload["to"]] == [other.address]:
        return draft
    contact_id = other.contact.id if other.contact else ""
    payload: dict[str, Any] = {
        **draft.payload,
        "to": [{"name": other.name, "address": other.address, "contact_id": contact_id}],
        "in_reply_to": "",
        "labels": {
            **draft.payload.get("labels", {}),
            "recipient": sorted(other.labels),
            "contact": sorted(other.choice),
        },
        "cleared": {**draft.payload.get("cleared", {}), **turn.ledger.cleared},
    }
    return turn.desk.save_draft("email", facts.deal.id, payload)


def _request(turn: Turn, draft: Suggestion, choice: frozenset[str], first: Suggestion) -> ActionRequest:
    """The wish, with the labels that the draft has kept and `choice`, those of having picked this very draft; `first` is the
    draft as it was shown, before it went to somebody else."""
    payload = draft.payload
    return ActionRequest(
        action="send_email",
        args={name: payload[name] for name in ARGUMENTS},
        resource_id=str(payload["deal_id"]),
        on_behalf_of=turn.desk.person.id,
        labels={**labels_of_request(payload), "draft": choice},
        cleared=payload.get("cleared", {}),
        idempotency_key=mail_key(draft.id, payload),
        drafted_by=turn.drafted_by,
        suggestion_id=first.id,
        conversation_id=draft.conversation_id or "",
    )


SKILL = Skill(name="send_email", arguments=Arguments, run=run)
