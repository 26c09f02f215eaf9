"""Skill: why an action was decided as it was."""

from __future__ import annotations

from pydantic import BaseModel, Field

from actions.card import Explanation
from agents.skill import Skill, Turn
from agents.wording import money, percent, term

_NOTHING = frozenset({"", "0", "False", "false", "[]"})
_FACTS = {
    "amount_fen": ("金额", "amount"),
    "discount_bp": ("折扣", "discount"),
    "template_distance_bp": ("与模板的差异", "distance from the template"),
    "recipient_class": ("收件人类别", "recipient class"),
    "recipient_count": ("收件人数", "recipients"),
    "external_domains": ("外部域名数", "external domains"),
    "content_classes": ("内容类别", "content"),
    "tainted_args": ("来源不可信的部分", "untrusted parts"),
    "mails_to_contact_7d": ("7 天内给此人的邮件", "mails to this person in 7 days"),
    "mails_by_rep_today": ("今天的邮件", "mails today"),
    "unanswered": ("未获回复次数", "unanswered"),
    "local_hour": ("当地钟点", "local hour"),
    "workday": ("工作日", "workday"),
    "pilot": ("试点范围", "pilot scope"),
    "autonomy_level": ("自主级别", "autonomy level"),
    "system_state": ("系统状态", "system state"),
    "leaks_floor": ("泄露底价", "leaks the floor price"),
    "leaks_other_customer": ("提到其他客户", "names another customer"),
    "margin_below_floor": ("低于底价", "below the floor price"),
    "confusable_domain": ("域名易混淆", "confusable domain"),
    "price_matches_offer": ("价格与报价一致", "price matches the offer"),
}


class Arguments(BaseModel):
    """What explain_action takes."""

    action: str | None = Field(default=None, description="action id or short code; omit for the last action")


def run(turn: Turn, arguments: Arguments) -> str:
    """Explain why an action was allowed, kept waiting or refused: the rules, the facts they saw, who could approve,
    and what change would allow it ("为什么要审批", "why was it refused")."""
    wanted = (arguments.action or str(turn.focus.get("action_id") or "")).strip()
    if not wanted:
        return turn.say(
            "请给出动作编号,例如“为什么 A7K3 要审批”。",
            "Please give the action's code, for example “why A7K3”.",
        )
    found = turn.desk.explain(wanted)
    if found is None:
        return turn.say(f"没有找到动作“{wanted[:40]}”。", f"I found no action “{wanted[:40]}”.")
    turn.focus.update(action_id=found.action_id, intent="explain_action")
    n = turn.cite(id=found.action_id, kind="action", title=found.action, date="", quote=_quote(found))
    return "\n".join(_lines(turn, found, f"[{n}]"))


def _lines(turn: Turn, found: Explanation, mark: str) -> list[str]:
    colon, comma = turn.say(":", ": "), turn.say("、", ", ")
    lines = [
        turn.say(
            f"动作 {found.action_id}:{found.state} {mark}", f"Action {found.action_id}: {found.state} {mark}"
        )
    ]
    if found.rules:
        lines.append(turn.say("依据的规则:", "Rules that decided:"))
        lines += [f"- {rule}{colon}{reason} {mark}" for rule, reason in found.rules]
    if found.facts:
        told = [_fact(turn, name, value) for name, value in found.facts if value not in _NOTHING]
        lines.append(turn.say("当时看到的事实:", "Facts they saw: ") + comma.join(told) + f" {mark}")
    if found.approvers:
        lines.append(turn.say("需要谁同意:", "Who must say yes: ") + comma.join(found.approvers) + f" {mark}")
    if found.eligible:
        lines.append(
            turn.say("现在可以审批的人:", "People who can approve now: ")
            + comma.join(found.eligible)
            + f" {mark}"
        )
    if found.unlock:
        lines.append(turn.say("怎样才能放行:", "What would allow it: ") + f"{found.unlock} {mark}")
    return lines


def _fact(turn: Turn, name: str, value: str) -> str:
    shown = percent(int(value)) if name.endswith("_bp") and value.isdigit() else value
    if name == "amount_fen" and value.isdigit():
        shown = money(int(value))
    return f"{term(turn, _FACTS, name)}={shown}"


def _quote(found: Explanation) -> str:
    return found.history[-1] if found.history else f"{found.verdict} · {found.policy_version[:12]}"


SKILL = Skill(name="explain_action", arguments=Arguments, run=run)
