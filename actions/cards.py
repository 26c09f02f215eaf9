"""Cards and explanations, made from an action's canonical payload and recorded decision, never from a model's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from knowledge.model import Person

from . import record
from .action import State
from .card import ActionCard, Explanation
from .chain import authority_line, chain
from .effects import EFFECTS
from .people import eligible
from .stored import confirm_code, payload_of
from .subjects import subject_of
from .tables import Action, Approval
from .wording import in_language, local_moment, role_name, seat_name, state_name

_EVENTS = {
    "evaluated": ("评估", "evaluated"),
    "approved": ("批准", "approved"),
    "rejected": ("驳回", "rejected"),
    "executing": ("开始执行", "started"),
    "executed": ("执行完成", "executed"),
    "failed": ("执行失败", "failed"),
    "unknown": ("结果不明", "outcome unknown"),
    "undone": ("撤销", "undone"),
    "cancelled": ("撤回", "withdrawn"),
    "labels_cleared": ("来源标签被清除", "provenance labels cleared"),
    "superseded": ("被修改取代", "superseded by an edit"),
    "expired": ("超时拒绝", "expired"),
    "stopped_before_execution": ("执行前被拦下", "stopped before execution"),
    "nudged": ("提醒审批人", "approvers reminded"),
    "escalated": ("升级审批", "escalated"),
    "handed_over": ("转交", "handed over"),
    "retried": ("稍后重试", "to be tried again"),
    "text_sent": ("正文已交出", "the text was handed over"),
    "late_report": ("执行进程迟到的报告", "a late report of the worker"),
    "settled": ("人工核实", "settled by a person"),
    "rules_published": ("规则生效", "rules in force"),
    "emergency_ended": ("紧急规则结束", "the emergency ended"),
    "promoted": ("自主级别上升", "autonomy raised"),
    "demoted": ("自主级别下降", "autonomy lowered"),
    "pilot_changed": ("试点变更", "pilot changed"),
    "incident": ("报告问题", "incident reported"),
    "did_by_hand": ("本人自行完成", "done by hand"),
    "erased": ("内容已删除", "content erased"),
    "swept": ("文件与索引已清理", "files and index swept"),
    "rescheduled": ("恢复后重新排期", "given a new window after the stop"),
}


def card_of(session: Session, action: Action, language: str = "zh") -> ActionCard:
    """Everything authority.md E7 wants on a card, in its order."""
    payload = payload_of(action)
    preview = EFFECTS[action.action].preview(payload, action.facts)
    asker = session.get_one(Person, action.requester_id)
    subject = subject_of(session, action)
    pending = action.state == State.PENDING
    seats = action.decision.get("approvers", []) if pending else []
    return ActionCard(
        id=action.id,
        code=action.code,
        action=action.action,
        state=action.state,
        headline=preview.headline_en if language == "en" and preview.headline_en else preview.headline,
        asked_by=_drafter(session, action),
        on_behalf_of=asker.name,
        drafted_by=action.drafted_by,
        deal_id=subject.resource.id,
        deal_name=subject.name,
        recipients=preview.recipients,
        subject=preview.subject,
        body=preview.body,
        amount_line=preview.amount_line,
        difference=preview.difference,
        highlights=preview.highlights,
        reasons=_reasons(action, language),
        warnings=tuple(in_language(warning, language) for warning in action.decision.get("warnings", [])),
        evidence=tuple(dict.fromkeys((subject.resource.id, *preview.evidence))),
        needs=tuple(seat_name(seat, language) for seat in seats),
        approvals=_votes(session, action, language),
        payload_hash=action.payload_hash,
        created_at=action.created_at,
        expires_at=action.expires_at,
        lines=preview.lines,
        chain=chain(session, action, language) if pending else (),
        authority=authority_line(action, language),
        risk=action.risk,
        confirm=confirm_code(action) if pending and action.risk == "high" else "",
    )


def explain(session: Session, action: Action, now: datetime, language: str = "zh") -> Explanation:
    """`/why`: rules with reasons, facts, who could approve, what would allow it, and what has happened so far."""
    decision = action.decision
    en = language == "en"
    roles = tuple(decision.get("approvers", []))
    names = {p.name for role in roles for p in eligible(session, action, role, now)}
    return Explanation(
        action_id=action.id,
        action=action.action,
        state=state_name(action.state, language),
        verdict=str(decision.get("verdict", "")),
        rules=tuple(
            (rule["id"], rule.get("reason_en" if en else "reason", "")) for rule in decision.get("rules", [])
        ),
        facts=tuple(
            (name, _shown(value)) for name, value in sorted(action.facts.items()) if name != "approvals"
        ),
        approvers=tuple(seat_name(role, language) for role in roles),
        eligible=tuple(sorted(names)),
        unlock=str(decision.get("unlock_en" if en else "unlock", "")),
        policy_version=action.policy_version,
        history=tuple(_event_line(session, row, en) for row in record.history(session, action.id)),
    )


def _event_line(session: Session, row: Any, en: bool) -> str:
    actor = session.get(Person, row.actor) if row.actor else None
    who = actor.name if actor else row.actor
    name = _EVENTS.get(row.event, (row.event, row.event))[1 if en else 0]
    verdict = f" -> {row.decision}" if row.decision else ""
    return f"{row.ts_utc:%Y-%m-%d %H:%M:%S}Z {name}{verdict} ({who})"


def _reasons(action: Action, language: str) -> tuple[str, ...]:
    """Each deciding rule's reason with the rule's id, so that it can be looked up."""
    key = "reason_en" if language == "en" else "reason"
    return tuple(f"{rule.get(key, '')} ({rule['id']})" for rule in action.decision.get("rules", []))


def _drafter(session: Session, action: Action) -> str:
    """Who wrote it: a colleague, the asker themselves, the offline brain, or a model by its id."""
    if action.drafted_by == "person":
        return session.get_one(Person, action.requester_id).name
    person = session.get(Person, action.drafted_by)
    return (
        person.name
        if person
        else {"offline": "离线助手 / offline brain"}.get(action.drafted_by, action.drafted_by)
    )


def _votes(session: Session, action: Action, language: str = "zh") -> tuple[str, ...]:
    """Who decided, in which seat, how, when, and why."""
    en = language == "en"
    votes = session.exec(select(Approval).where(Approval.action_id == action.id).order_by(Approval.id))  # type: ignore[arg-type]
    lines = []
    for vote in votes:
        person = session.get(Person, vote.person_id)
        said = {"yes": ("批准", "approved"), "no": ("驳回", "rejected")}[vote.verdict][1 if en else 0]
        giver = session.get(Person, vote.delegated_from) if vote.delegated_from else None
        role = role_name(vote.role, language) + (f", {'for' if en else '代'} {giver.name}" if giver else "")
        who = f"{person.name if person else vote.person_id}({role})"
        lines.append(f"{who} {said} {local_moment(vote.at)} {vote.reason}".strip())
    return tuple(lines)


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
