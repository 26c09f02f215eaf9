"""A card as text, for every channel that has no buttons: authority.md E7's order, in either language."""

from __future__ import annotations

from actions.card import ActionCard, Explanation
from actions.confusables import visible
from actions.wording import local_moment, state_name

OF_THE_HOUSE = frozenset({"change_rule", "erase_data"})
"""Verbs that are about no deal."""


def card_text(card: ActionCard, language: str = "zh") -> str:
    """One card. Untrusted spans of the body are marked ⟦…⟧."""
    en = language == "en"
    mark = {"high": "🔴 高风险" if not en else "🔴 high risk", "low": ""}.get(card.risk, "")
    lines = [
        f"[{card.code}] {card.headline} {mark}".rstrip(),
        _line(en, "状态", "State", state_name(card.state, language)),
        _line(en, "代表", "On behalf of", card.on_behalf_of),
        _line(en, "起草", "Drafted by", card.asked_by),
        _line(en, *_about(card), f"{card.deal_name} ({card.deal_id})"),
        *(
            _line(en, "收件人", "Recipient", f"{r.name} <{r.address}> [{r.badge}]".strip())
            for r in card.recipients
        ),
    ]
    lines += _content(card, en)
    lines += [_line(en, "原因", "Reason", reason) for reason in card.reasons]
    lines += [_line(en, "⚠ 注意", "⚠ Warning", warning) for warning in card.warnings]
    lines.append(_line(en, "依据", "Evidence", ", ".join(card.evidence)))
    if card.needs:
        lines.append(_line(en, "还需", "Still needed", ", ".join(card.needs)))
    lines += [f"  {seat}" for seat in card.chain]
    lines += [_line(en, "已表态", "Decided", vote) for vote in card.approvals]
    if card.expires_at:
        lines.append(_line(en, "过期(视为拒绝)", "Expires into no", local_moment(card.expires_at)))
    lines.append(_line(en, "指纹", "Hash", card.payload_hash[:16]))
    if card.needs:
        confirm = f" {card.confirm}" if card.confirm else ""
        lines.append(
            f"/approve {card.code}{confirm} · /reject {card.code} {'reason' if en else '原因'} · "
            f"/edit {card.code} … · /why {card.code}"
        )
    return visible("\n".join(lines))


def _about(card: ActionCard) -> tuple[str, str]:
    return ("对象", "About") if card.action in OF_THE_HOUSE else ("商机", "Deal")


def _content(card: ActionCard, en: bool) -> list[str]:
    """What will be said or changed: money against authority, further facts, the text, the difference."""
    lines = []
    if card.amount_line:
        lines.append(_line(en, "金额/折扣", "Amount/discount", card.amount_line))
    if card.authority:
        lines.append(_line(en, "权限", "Authority", card.authority))
    lines += [
        _line(en, line.zh, line.en, line.value_en if en and line.value_en else line.value)
        for line in card.lines
    ]
    if card.subject:
        lines.append(_line(en, "主题", "Subject", card.subject))
    lines += [f"  | {line}" for line in marked(card).splitlines()]
    if card.difference:
        of_rules = card.action in OF_THE_HOUSE
        lines.append(
            _line(en, *(("改动", "Changes") if of_rules else ("与模板的差异", "Against the template")), "")
        )
        lines += [f"  {line}" for line in card.difference.splitlines()[2:]]
    return lines


def marked(card: ActionCard) -> str:
    """The body with what an approver should look at in ⟦ ⟧."""
    body, at, parts = card.body, 0, []
    for start, end, _kind in sorted(card.highlights):
        if start < at:
            continue
        parts += [body[at:start], "⟦", body[start:end], "⟧"]
        at = end
    return "".join([*parts, body[at:]])


def explanation_text(why: Explanation, language: str = "zh") -> str:
    """`/why`: the rules, the facts they saw, who could approve, what would allow it, what has happened."""
    en = language == "en"
    lines = [_line(en, "动作", "Action", f"{why.action} {why.action_id}: {why.state} ({why.verdict})")]
    lines += [_line(en, "规则", "Rule", f"{rule}: {reason}") for rule, reason in why.rules]
    lines.append(_line(en, "看到的事实", "Facts", "; ".join(f"{name}={value}" for name, value in why.facts)))
    if why.approvers:
        who = ", ".join(why.approvers) + (f" ({', '.join(why.eligible)})" if why.eligible else "")
        lines.append(_line(en, "可审批", "Could approve", who))
    if why.unlock:
        lines.append(_line(en, "怎样才能放行", "What would allow it", why.unlock))
    lines.append(_line(en, "策略版本", "Policy version", why.policy_version[:16]))
    lines += [f"  {line}" for line in why.history]
    return "\n".join(lines)


def _line(en: bool, zh_label: str, en_label: str, value: str) -> str:
    return f"{en_label}: {value}" if en else f"{zh_label}: {value}"
