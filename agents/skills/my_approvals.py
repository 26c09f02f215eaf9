"""Skill: what waits for the asker's decision. It lists; deciding is a command that no model can give."""

from __future__ import annotations

from pydantic import BaseModel

from actions.card import ActionCard
from agents.skill import Skill, Turn
from agents.wording import day

SHOWN = 10


class Arguments(BaseModel):
    """my_approvals takes nothing."""


def run(turn: Turn, arguments: Arguments) -> str:  # noqa: ARG001  every skill has the same shape
    """List the actions that wait for the user's own approval, with recipients, reasons and the commands to decide
    ("有什么要我审批的", "what is waiting for me"). It cannot approve: the user does that with /approve CODE."""
    cards = turn.desk.waiting()
    turn.focus.update(intent="my_approvals", listed=[card.id for card in cards[:SHOWN]])
    if not cards:
        return turn.say("现在没有等您审批的事项。", "Nothing is waiting for your approval.")
    lines = [turn.say(f"有 {len(cards)} 项等您审批:", f"{len(cards)} actions wait for you:")]
    for card in cards[:SHOWN]:
        lines += _lines(turn, card)
    lines.append(
        turn.say(
            "同意请发 /approve 编号,驳回请发 /reject 编号 原因。",
            "To agree send /approve CODE, to refuse /reject CODE reason.",
        )
    )
    turn.suggestions.extend(f"/approve {card.code}" for card in cards[:2])
    return "\n".join(lines)


def _lines(turn: Turn, card: ActionCard) -> list[str]:
    n = turn.cite(
        id=card.id, kind="action", title=card.headline, date=day(card.created_at), quote=card.headline
    )
    expiry = day(card.expires_at) if card.expires_at else ""
    head = f"{card.code} · {card.headline}"
    asked = turn.say(
        f"(由 {card.on_behalf_of} 提出,{card.deal_name})",
        f" (asked by {card.on_behalf_of}, {card.deal_name})",
    )
    lines = [f"{head}{asked} [{n}]"]
    if card.amount_line:
        lines.append(f"  - {card.amount_line} [{n}]")
    lines += [f"  - {reason} [{n}]" for reason in card.reasons]
    lines += [f"  - ⚠ {warning} [{n}]" for warning in card.warnings]
    if expiry:
        lines.append(
            turn.say(
                f"  - 有效期至 {expiry},逾期视为拒绝 [{n}]", f"  - expires {expiry}, which counts as no [{n}]"
            )
        )
    return lines


SKILL = Skill(name="my_approvals", arguments=Arguments, run=run)
