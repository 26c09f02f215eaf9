"""A CardView as the platform's button_interaction card, within its sizes [WX 101032 and the Node SDK's type comments]."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from bot.street.words import Button, CardView

from .texts import short

TITLE, DESC, SUB_TITLE, KEY, VALUE, FACTS, BUTTONS, BUTTON_TEXT = 26, 30, 112, 5, 26, 6, 6, 10
"""Characters and counts. They are called suggestions in the documentation; kept as if they were hard."""
_STYLE = {"primary": 1, "danger": 2, "plain": 3}
_TASK = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
ABOVE = "全文见上一条 / in full in the message above"


def task_id(card: CardView) -> str:
    """Our card's id where the platform allows it as it is, else a hash of it: the same card has the same for ever."""
    if _TASK.fullmatch(card.id):
        return card.id
    return "c_" + hashlib.sha256(card.id.encode("utf-8", "replace")).hexdigest()[:40]


def fits(card: CardView) -> bool:
    """Whether the platform's card shows everything. An approver must see all of it: what does not fit goes before, as text."""
    facts_fit = len(card.facts) <= FACTS and all(
        len(label) <= KEY and len(value) <= VALUE for label, value in card.facts
    )
    return facts_fit and len(card.title) <= TITLE and len(card.body) <= SUB_TITLE and "\n" not in card.body


def card_json(card: CardView, *, above: bool = False) -> dict[str, Any]:
    """The template_card: with buttons while it is open, a notice with its status once it is settled. `above`: the full text
    was sent before."""
    body = ABOVE if above else card.body
    shown: dict[str, Any] = {
        "card_type": "button_interaction" if card.buttons else "text_notice",
        "main_title": {"title": short(card.title, TITLE), "desc": short(f"编号 {card.code}", DESC)},
        "task_id": task_id(card),
    }
    if card.facts:
        shown["horizontal_content_list"] = [
            {"keyname": short(label, KEY), "value": short(value, VALUE)}
            for label, value in card.facts[:FACTS]
        ]
    if under := short(" ".join(filter(None, (card.status, body))), SUB_TITLE):
        shown["sub_title_text"] = under
    if card.buttons:
        shown["button_list"] = [_button(button) for button in card.buttons[:BUTTONS]]
    else:
        shown["card_action"] = {"type": 0}
    return shown


def _button(button: Button) -> dict[str, Any]:
    return {
        "text": short(button.text, BUTTON_TEXT),
        "style": _STYLE.get(button.tone, 3),
        "key": button.token,
    }


def as_text(card: CardView) -> str:
    """The whole card for a place that holds no card, or for a copy that cannot be changed any more."""
    if card.status and not card.buttons:
        return f"**{card.title}**({card.code})\n{card.status}"
    if card.text:
        return card.text
    lines = [f"**{card.title}**({card.code})", *(f"{label}: {value}" for label, value in card.facts)]
    return "\n".join(filter(None, (*lines, card.body, card.status, card.footer)))
