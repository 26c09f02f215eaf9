"""Sentences about actions, in Chinese and English, made from their rows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sqlmodel import Session

from policies.seats import heads, roles_in

from .action import Outcome, State, Status
from .effect import UPDATE_UNDO
from .people import REQUESTER, asked_first
from .tables import Action

NOT_FOUND = "没有找到这个商机 / no such deal"
"""For what does not exist and what may not be seen: both sound alike."""

ROLE_NAMES = {
    REQUESTER: ("你本人", "yourself"),
    "manager": ("经理", "the manager"),
    "director": ("总监", "the director"),
    "legal": ("法务", "legal"),
    "finance": ("财务", "finance"),
    "admin": ("管理员", "an administrator"),
}

STATE_NAMES = {
    State.DENIED: ("被策略拒绝", "denied by policy"),
    State.DRAFT_ONLY: ("只保留为草稿", "kept as a draft only"),
    State.PENDING: ("等待审批", "waiting for approval"),
    State.SCHEDULED: ("即将执行,可撤销", "about to run, can be undone"),
    State.EXECUTING: ("正在执行", "running"),
    State.EXECUTED: ("已执行", "done"),
    State.FAILED: ("执行失败", "failed"),
    State.UNKNOWN: ("结果不明,请人工核实", "outcome unknown, a person must check"),
    State.UNDONE: ("已撤销", "undone"),
    State.REJECTED: ("已驳回", "rejected"),
    State.EXPIRED: ("审批超时,视为拒绝", "expired, which counts as no"),
    State.SUPERSEDED: ("已被修改后的新动作取代", "replaced by an edited action"),
    State.CANCELLED: ("已撤回", "withdrawn"),
}

_STATUS = {
    State.EXECUTED: Status.DONE,
    State.SCHEDULED: Status.DONE,
    State.PENDING: Status.WAITING,
    State.EXECUTING: Status.WAITING,
    State.FAILED: Status.FAILED,
    State.UNKNOWN: Status.UNKNOWN,
}


def state_name(state: str, language: str = "zh") -> str:
    names = STATE_NAMES.get(State(state))
    return state if names is None else names[1 if language == "en" else 0]


VERBS = {
    "send_email": ("发送邮件", "send an e-mail"),
    "prepare_contract": ("准备合同", "prepare a contract"),
    "create_draft": ("起草报价", "draft a quote"),
    "send_contract": ("发送合同", "send a contract"),
    "send_quote": ("发送报价", "send a quote"),
    "give_discount": ("给予折扣", "give a discount"),
    "update_deal": ("更新商机", "update a deal"),
    "create_task": ("新建任务", "create a task"),
    "book_meeting": ("预约会议", "book a meeting"),
    "message_customer": ("给客户发消息", "message a customer"),
    "export_data": ("导出数据", "export data"),
    "publish_blueprint": ("发布追踪词或评分卡", "publish trackers or a scorecard"),
    "change_rule": ("修改规则", "change a rule"),
    "erase_data": ("删除个人数据", "erase a person's data"),
}


def verb(action: str, language: str = "zh") -> str:
    """An action as a person would say it."""
    return VERBS.get(action, (action, action))[1 if language == "en" else 0]


def in_language(text: str, language: str) -> str:
    """One half of a sentence written `中文 / English`; a sentence with one half stays as it is."""
    zh, _, en = text.partition(" / ")
    return (en or zh) if language == "en" else zh


def role_name(role: str, language: str = "zh") -> str:
    return ROLE_NAMES.get(role, (role, role))[1 if language == "en" else 0]


def seat_name(seat: str, language: str = "zh") -> str:
    """A seat as people say it: 法务或总监, 财务 2 人."""
    en = language == "en"
    names = (" or " if en else "或").join(role_name(role, language) for role in roles_in(seat))
    return names if heads(seat) == 1 else f"{names} x{heads(seat)}" if en else f"{names} {heads(seat)} 人"


LADDER = "autonomy-confirm"
"""The rule that asks for the asker's own yes at L4: beside a rule that asks for more it would only be noise."""


def reasons_of(action: Action, language: str = "zh") -> tuple[str, ...]:
    """The reasons of the rules that decided, in order, without repetition."""
    key = "reason_en" if language == "en" else "reason"
    rules = action.decision.get("rules", [])
    asking = [rule for rule in rules if rule["id"] != LADDER] or rules
    found = [str(rule.get(key, "")) for rule in asking]
    return tuple(dict.fromkeys(reason for reason in found if reason))


def outcome_of(session: Session, action: Action) -> Outcome:
    """What the asker is told now, in both languages."""
    approvers: list[str] = []
    if action.state == State.PENDING:
        for seat in action.decision.get("turn") or action.decision.get("approvers", []):
            approvers += [p.id for p in asked_first(session, action, seat, action.created_at)]
    return Outcome(
        action_id=action.id,
        action=action.action,
        status=_STATUS.get(State(action.state), Status.REFUSED),
        state=State(action.state),
        reason=sentence(action, "zh"),
        reason_en=sentence(action, "en"),
        approvers=tuple(dict.fromkeys(approvers)),
        undo_until=action.undo_until.isoformat() if action.undo_until else "",
        warnings=tuple(action.decision.get("warnings", [])),
        code=action.code,
        at_once=bool(action.facts.get("reversible")),
        because=_because(action, "zh"),
        because_en=_because(action, "en"),
    )


def _can_undo(action: Action) -> bool:
    """Whether taking it back is still worth saying: before an outward effect, or after a change of our own rows."""
    if action.undo_until is None:
        return False
    if action.state == State.EXECUTED:
        return UPDATE_UNDO in action.result and action.undo_until > (action.finished_at or action.undo_until)
    return action.state == State.SCHEDULED


def _because(action: Action, language: str) -> tuple[str, ...]:
    """Why it is as it is: the rules' reasons and what would allow it, or what the gateway said."""
    if action.state in (State.DENIED, State.DRAFT_ONLY, State.PENDING):
        unlock = str(action.decision.get("unlock_en" if language == "en" else "unlock", ""))
        allowed = (
            (("it would be allowed if " if language == "en" else "放行条件: ") + unlock,) if unlock else ()
        )
        return reasons_of(action, language) + (allowed if action.state != State.PENDING else ())
    detail = _detail(action, language)
    return (detail,) if detail and action.state != State.SCHEDULED else ()


def _detail(action: Action, language: str) -> str:
    """What is known of the end; a person's own reason for a no is theirs and is not split."""
    detail = str(action.result.get("detail", ""))
    return detail if action.state == State.REJECTED else in_language(detail, language)


def sentence(action: Action, language: str) -> str:
    """State and reasons in one sentence."""
    en = language == "en"
    parts = [f"{action.code} {state_name(action.state, language)}"]
    if action.state == State.PENDING:
        wanted = [seat_name(seat, language) for seat in action.decision.get("approvers", [])]
        parts.append(
            ("to be confirmed by " if en else "需要")
            + (", ".join(wanted) if en else "、".join(wanted) + "确认")
        )
    if action.state in (State.SCHEDULED, State.EXECUTED) and _can_undo(action):
        clock = local_time(action.undo_until, since=action.due_at) if action.undo_until else ""
        parts.append(
            f"undo until {clock} with /undo {action.code}"
            if en
            else f"{clock} 前可用 /undo {action.code} 撤销"
        )
    detail = _detail(action, language)
    if action.state == State.SCHEDULED and action.attempts and detail:
        again = local_time(action.due_at) if action.due_at else ""
        parts.append(f"{detail}; next try {again}" if en else f"{detail},{again} 再试")
    if action.state in (State.FAILED, State.UNKNOWN, State.EXECUTED, State.REJECTED) and detail:
        parts.append(detail)
    if action.state in (State.DENIED, State.DRAFT_ONLY, State.PENDING):
        parts += reasons_of(action, language)
        unlock = str(action.decision.get("unlock_en" if en else "unlock", ""))
        if unlock and action.state != State.PENDING:
            parts.append(unlock)
    return ("; " if en else "；").join(part for part in parts if part)


def local_time(moment: datetime, utc_offset_hours: int = 8, since: datetime | None = None) -> str:
    """Hours, minutes and seconds on the working calendar's clock; with the day when `since` lies on another one."""
    zone = timezone(timedelta(hours=utc_offset_hours))
    other_day = since is not None and since.astimezone(zone).date() != moment.astimezone(zone).date()
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M" if other_day else "%H:%M:%S")


def local_moment(moment: datetime, utc_offset_hours: int = 8) -> str:
    """Day, hours and minutes on the working calendar's clock."""
    return moment.astimezone(timezone(timedelta(hours=utc_offset_hours))).strftime("%Y-%m-%d %H:%M")
