"""Skill: ask the gate to send a draft, and say in plain words what came of it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from actions.action import ActionRequest, Outcome, State, Status, canonical, digest
from actions.wording import in_language
from agents.addressee import addressee
from agents.answer import OutcomeNote
from agents.lookup import Unclear, not_found
from agents.skill import Skill, Turn
from agents.wording import clock
from knowledge.model import Suggestion

_ARGUMENTS = (
    "to",
    "cc",
    "subject",
    "body",
    "deal_id",
    "template_text",
    "discount_bp",
    "in_reply_to",
    "language",
)
_LABELLED = {"to": "recipient", "subject": "subject", "body": "body", "discount_bp": "discount_bp"}


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
    draft = turn.desk.draft(wanted)
    if draft is None or draft.kind != "email":
        return turn.say(f"没有找到草稿“{wanted[:40]}”。", f"I found no draft “{wanted[:40]}”.")
    if arguments.to:
        redirected = _redirected(turn, draft, arguments.to)
        if isinstance(redirected, Unclear):
            return redirected.sentence
        draft = redirected
    outcome = turn.desk.submit(_request(turn, draft))
    reason = turn.say(outcome.reason, outcome.reason_en or outcome.reason)
    turn.outcomes.append(
        OutcomeNote(
            action_id=outcome.action_id,
            action=outcome.action,
            status=outcome.status.value,
            reason=reason,
            approvers=outcome.approvers,
            code=outcome.code,
        )
    )
    turn.focus.update(draft_id=draft.id, intent="send_email")
    if outcome.action_id:
        turn.focus["action_id"] = outcome.action_id
    return _told(turn, draft, outcome, reason)


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
        "labels": {**draft.payload.get("labels", {}), "recipient": sorted(other.labels)},
    }
    return turn.desk.save_draft("email", facts.deal.id, payload)


def _request(turn: Turn, draft: Suggestion) -> ActionRequest:
    payload = draft.payload
    labels = payload.get("labels", {})
    return ActionRequest(
        action="send_email",
        args={name: payload[name] for name in _ARGUMENTS},
        resource_id=str(payload["deal_id"]),
        on_behalf_of=turn.desk.person.id,
        labels={
            argument: frozenset(labels[name]) for argument, name in _LABELLED.items() if labels.get(name)
        },
        idempotency_key=f"send_email:{draft.id}:{digest(canonical(payload))}",
        drafted_by=turn.drafted_by,
        conversation_id=draft.conversation_id or "",
    )


def _told(turn: Turn, draft: Suggestion, outcome: Outcome, reason: str) -> str:
    """One or two short sentences; the code is what /undo, /approve and "why" take."""
    code = outcome.code or outcome.action_id
    to = "、".join(one["name"] or one["address"] for one in draft.payload["to"])
    mark = _mark(turn, outcome, draft, reason)
    head = _head(turn, outcome, to, code, draft)
    lines = [f"{head} {mark}".rstrip()]
    because = turn.say("；", "; ").join(outcome.because_en if turn.language == "en" else outcome.because)
    if because or not outcome.action_id:
        lines.append(turn.say("原因:", "Because: ") + f"{because or reason} {mark}".rstrip())
    lines += [f"⚠ {in_language(warning, turn.language)}" for warning in outcome.warnings]
    if outcome.status in (Status.WAITING, Status.REFUSED):
        turn.suggestions.append(turn.say("为什么?", "Why?"))
    return "\n".join(lines)


def _head(turn: Turn, outcome: Outcome, to: str, code: str, draft: Suggestion) -> str:
    mine = turn.desk.person.id in outcome.approvers
    if outcome.state is State.SCHEDULED:
        turn.suggestions.append(f"/undo {code}")
        until = clock(outcome.undo_until)
        return turn.say(
            f"给 {to} 的邮件将在 {until} 发出;在此之前要撤回请发 /undo {code}。",
            f"The e-mail to {to} goes out at {until}; until then /undo {code} takes it back.",
        )
    if outcome.status is Status.DONE:
        return turn.say(f"给 {to} 的邮件已发出。", f"The e-mail to {to} has been sent.")
    if outcome.status is Status.WAITING and mine:
        turn.suggestions.append(f"/approve {code}")
        return turn.say(
            f"还没有发送:需要您本人确认,请核对后发 /approve {code}。",
            f"Not sent yet: it needs your own confirmation. Check it, then send /approve {code}.",
        )
    if outcome.status is Status.WAITING:
        names = turn.say("、", ", ").join(_name(turn, one) for one in outcome.approvers)
        who = names or turn.say("有权限的人", "somebody entitled")
        return turn.say(
            f"还没有发送:正在等待 {who} 审批({code})。", f"Not sent yet: waiting for {who} ({code})."
        )
    if outcome.state is State.DRAFT_ONLY:
        return turn.say(f"没有发送,只保留为草稿 {draft.id}。", f"Not sent; it stays the draft {draft.id}.")
    if outcome.status is Status.REFUSED:
        return turn.say("没有发送:规则不允许。", "Not sent: the rules do not allow it.")
    if outcome.status is Status.FAILED:
        return turn.say("发送失败,客户没有收到。", "Sending failed; the customer has not received it.")
    return turn.say(
        "结果不明,请人工核实是否已发出。", "The result is unknown; please check whether it went out."
    )


def _name(turn: Turn, person_id: str) -> str:
    found = turn.desk.colleague(person_id)
    return found.name if found else person_id


def _mark(turn: Turn, outcome: Outcome, draft: Suggestion, reason: str) -> str:
    if not outcome.action_id:
        return ""
    n = turn.cite(
        id=outcome.action_id, kind="action", title=str(draft.payload["subject"]), date="", quote=reason
    )
    return f"[{n}]"


SKILL = Skill(name="send_email", arguments=Arguments, run=run)
