"""An action's card for every platform, in the order of authority.md E7, and what stands in its buttons."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.action import State
from actions.card import ActionCard
from actions.confusables import visible
from actions.wording import local_moment, state_name
from bot.cards import card_text, marked

from .words import Button, CardView

VERBS = {
    "ok": ("批准", "Approve", "primary"),
    "no": ("驳回", "Reject", "danger"),
    "ed": ("修改", "Edit", "plain"),
    "ho": ("转交", "Hand over", "plain"),
    "ex": ("解释", "Explain", "plain"),
}
TOKEN = re.compile(r"(ok|no|ed|ho|ex)\.([a-z0-9]{16})")
"""A button says which copy was pressed and nothing else: no action, no amount, no right."""


def token(verb: str, copy_id: str) -> str:
    return f"{verb}.{copy_id}"


def view(card: ActionCard, copy_id: str, language: str) -> CardView:
    """The card as it stands: with buttons while it waits for this person, without them once it is settled."""
    en = language == "en"
    waits = card.state == State.PENDING and bool(card.needs)
    text = card_text(card, language)
    shown = CardView(
        id=copy_id,
        code=card.code,
        title=visible(f"[{card.code}] {card.headline}"),
        facts=tuple((label, visible(value)) for label, value in _facts(card, en)),
        body=visible(marked(card)),
        text=text,
        footer=_footer(card, en) if waits else "",
    )
    return (
        replace(shown, buttons=_buttons(copy_id, en))
        if waits
        else replace(shown, status=status(card, language))
    )


def status(card: ActionCard, language: str) -> str:
    """What became of it: the state, who decided, and when."""
    en = language == "en"
    votes = "; ".join(card.approvals)
    name = state_name(card.state, language)
    return f"{name}{' · ' if votes else ''}{votes}" if not en else f"{name}{': ' if votes else ''}{votes}"


def _facts(card: ActionCard, en: bool) -> list[tuple[str, str]]:
    """Label and value, in the order of authority.md E7; empty ones are left out."""
    pairs = [
        ("代表", "On behalf of", card.on_behalf_of),
        ("起草", "Drafted by", card.asked_by),
        ("商机", "Deal", f"{card.deal_name} ({card.deal_id})" if card.deal_name else ""),
        *(
            ("收件人", "To", f"{line.name} <{line.address}> [{line.badge}]".strip())
            for line in card.recipients
        ),
        ("金额", "Amount", card.amount_line),
        ("权限", "Authority", card.authority),
        *((line.zh, line.en, line.value_en if en and line.value_en else line.value) for line in card.lines),
        ("主题", "Subject", card.subject),
        ("差异", "Changes", "\n".join(card.difference.splitlines()[2:])),
        *(("原因", "Reason", reason) for reason in card.reasons),
        *(("注意", "Warning", warning) for warning in card.warnings),
        ("证据", "Evidence", ", ".join(card.evidence)),
        ("还需", "Needs", ", ".join(card.needs)),
        ("过期", "Expires", local_moment(card.expires_at) if card.expires_at else ""),
        ("风险", "Risk", {"high": "高 / high"}.get(card.risk, "")),
    ]
    return [(label_en if en else label_zh, value) for label_zh, label_en, value in pairs if value]


def _buttons(copy_id: str, en: bool) -> tuple[Button, ...]:
    return tuple(
        Button(text=words[1] if en else words[0], token=token(verb, copy_id), tone=words[2])
        for verb, words in VERBS.items()
    )


def _footer(card: ActionCard, en: bool) -> str:
    typed = f" {card.confirm}" if card.confirm else ""
    if en:
        return f"Or type: approve {card.code}{typed} · reject {card.code} REASON · /why {card.code}"
    return f"也可以打字: 批准 {card.code}{typed} · 驳回 {card.code} 原因 · /why {card.code}"
