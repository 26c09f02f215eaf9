"""An approval card as WeCom's button_interaction, within its sizes (platforms.md 1.11); what does not fit goes ahead as text."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from bot.street.words import Button, CardView

TITLE, DESC, SUB, FACTS, LABEL, VALUE, BUTTONS, BUTTON_TEXT = 36, 44, 112, 6, 5, 30, 6, 10
"""Most characters and items. The documents call them advice; we hold them. `SUB` is the smaller of two documented."""

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
STYLES = {"primary": 1, "danger": 2}
PLAIN = 3
ABOVE = "全文见上一条消息 / full text: message above"
SETTLED = "已处理 / done"


def template_card(card: CardView) -> dict[str, Any]:
    """The card with its buttons, or, when it has none any more, with who decided and when in their place."""
    facts, _ = _fitting(card)
    shown: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {"title": _cut(_line(card.title), TITLE), "desc": _desc(card)},
        "task_id": task_id(card),
        "button_list": [_button(button) for button in card.buttons[:BUTTONS]],
    }
    if facts:
        shown["horizontal_content_list"] = [{"keyname": label, "value": value} for label, value in facts]
    if sub := _sub(card):
        shown["sub_title_text"] = sub
    if not card.buttons:
        shown["button_list"] = [
            {"text": _cut(SETTLED, BUTTON_TEXT), "style": PLAIN, "key": f"settled.{card.id}"}
        ]
        shown["replace_text"] = _cut(_verdict(card.status), BUTTON_TEXT)
    return shown


def fits(card: CardView) -> bool:
    """Whether the card holds all there is to say."""
    _, left = _fitting(card)
    return (
        not left
        and len(_line(card.title)) <= TITLE
        and len(card.body) <= SUB
        and len(card.buttons) <= BUTTONS
    )


def full_text(card: CardView) -> str:
    """The whole card as text, for what the card cannot hold and for where no card can be."""
    lines = [card.text] if card.text else [card.title, *(f"{k}: {v}" for k, v in card.facts), card.body]
    return "\n".join(line for line in (*lines, card.footer if not card.text else "") if line)


def settled_text(card: CardView) -> str:
    """What is told where the card itself can no longer be changed."""
    return "\n".join(part for part in (card.title, card.status or full_text(card)) if part)


def task_id(card: CardView) -> str:
    """WeCom wants it unique for ever and of few letters; our card's id is that already."""
    if TASK_ID.fullmatch(card.id):
        return card.id
    return hashlib.sha256(card.id.encode("utf-8", "replace")).hexdigest()[:32]


def _fitting(card: CardView) -> tuple[list[tuple[str, str]], bool]:
    """The first facts that fit, in their order, and whether any was left out."""
    fit = [
        (label, value)
        for label, value in card.facts
        if len(label) <= LABEL and len(value) <= VALUE and "\n" not in value
    ]
    return fit[:FACTS], len(fit[:FACTS]) < len(card.facts)


def _desc(card: CardView) -> str:
    if card.status:
        return _cut(_line(card.status), DESC)
    return "" if fits(card) else ABOVE


def _sub(card: CardView) -> str:
    """The untrusted text; on a settled card first who decided and when, as far as it did not fit above."""
    told = _line(card.status) if len(_line(card.status)) > DESC else ""
    return _cut("\n".join(part for part in (told, card.body) if part), SUB)


def _verdict(status: str) -> str:
    """The state alone: what stands before the votes."""
    return re.split(r" · |: ", _line(status) or SETTLED, maxsplit=1)[0]


def _button(button: Button) -> dict[str, Any]:
    style = STYLES.get(button.tone, PLAIN)
    return {"text": _cut(button.text, BUTTON_TEXT), "style": style, "key": button.token}


def _line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, most: int) -> str:
    """Cut with an ellipsis; a mark of untrusted text that is opened is closed."""
    if len(text) <= most:
        return text
    whole, closed = text[: most - 1], text[: most - 2]
    if whole.rfind("⟦") <= whole.rfind("⟧"):
        return whole + "…"
    return closed + ("…⟧" if closed.rfind("⟦") > closed.rfind("⟧") else "…")
