"""What stands on our cards: the variables of the approval and the answer template, strings all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.street.words import Button, CardView

from .texts import dialect, literal

PENDING, WRITING, FINISHED, BROKEN = "1", "2", "3", "5"
"""flowStatus of an AI card: working, writing, finished, failed."""

BODY_CHARACTERS = 3000
MOST_CHARACTERS = 6000
"""Longer texts are cut on the card, with a word how to see all of it: a card is read on a phone."""

CUT = "…(全文见 /why) / (all of it: /why)"


def approval_params(card: CardView) -> dict[str, str]:
    """The card as it stands. Every value is a string, every word of others is shown literally."""
    return strings(
        {
            "flowStatus": FINISHED,
            "title": literal(card.title),
            "content": approval_markdown(card),
            "status": literal(card.status),
            "btns": json.dumps([_button(one) for one in card.buttons], ensure_ascii=False),
        }
    )


def approval_markdown(card: CardView) -> str:
    """Title, facts in their order, the marked body as a quotation, then what became of it or how else to answer."""
    lines = [f"### {literal(card.title)}"]
    lines += [f"**{literal(label)}**: {literal(value)}" for label, value in card.facts]
    if card.body.strip():
        body = literal(_cut(card.body.strip(), BODY_CHARACTERS))
        lines += ["---", *(f"> {line}" for line in body.splitlines() if line.strip())]
    text = dialect(_cut("\n".join(lines), MOST_CHARACTERS))
    if card.status:
        text += f"\n\n---\n\n**{literal(card.status)}**"
    if card.footer:
        text += f"\n\n{literal(card.footer)}"
    return text


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rstrip() + CUT


def _button(button: Button) -> dict[str, Any]:
    """A button of the template's `btns`: it sends back its token and nothing else."""
    action = button.token.partition(".")[0]
    return {
        "text": button.text,
        "color": "blue" if button.tone == "primary" else "gray",
        "status": "normal",
        "event": {
            "type": "sendCardRequest",
            "params": {"actionId": action, "params": {"token": button.token}},
        },
    }


def strings(values: Mapping[str, object]) -> dict[str, str]:
    """cardParamMap takes strings only: nothing is "", everything else is JSON."""
    return {
        key: ""
        if value is None
        else value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
        for key, value in values.items()
    }


def settled_text(card: CardView) -> str:
    """The end of a card that was sent as text."""
    return f"{card.title}\n{card.status}".strip()
