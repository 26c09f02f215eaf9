"""An approval card as a message with an inline keyboard, and the files that stand in for what a message cannot hold."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from bot.street.splitting import utf16_units
from bot.street.words import Button, CardView

from .markup import Marked, escape

LIMIT = 4096
"""UTF-16 units of a message after its marks are read."""

CAPTION = 1024
DATA_BYTES = 64
ROW = 3
STYLES = {"primary": KeyboardButtonStyle.SUCCESS, "danger": KeyboardButtonStyle.DANGER}
IN_FILE = "全文见附件 / the whole text is in the file"


@dataclass(frozen=True)
class Drawn:
    """A card as it goes out: `file` holds the whole of it when the message cannot."""

    text: Marked
    buttons: InlineKeyboardMarkup | None
    file: bytes | None = None


def draw(card: CardView, *, in_caption: bool = False) -> Drawn:
    """All of the card in one message; when that is too long, its head as the caption of a file that has all of it."""
    buttons = keyboard(card.buttons)
    without = "" if buttons or not card.footer else card.footer
    whole = _lines(card, card.facts, card.body, without)
    if utf16_units(whole.plain) <= (CAPTION if in_caption else LIMIT):
        return Drawn(whole, buttons)
    return Drawn(_head(card, without), buttons, file=(card.text or whole.plain).encode())


def keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    """Approve and reject side by side, the rest in rows of three. None also when a token would not come back whole: then
    the card's footer says how to answer by typing."""
    if not buttons or any(not 0 < len(one.token.encode()) <= DATA_BYTES for one in buttons):
        return None
    drawn = [
        InlineKeyboardButton(one.text or "·", callback_data=one.token, style=STYLES.get(one.tone))
        for one in buttons
    ]
    rows = [drawn[:2], *(drawn[at : at + ROW] for at in range(2, len(drawn), ROW))]
    return InlineKeyboardMarkup([row for row in rows if row])


def _lines(card: CardView, facts: tuple[tuple[str, str], ...], body: str, footer: str) -> Marked:
    """Nothing on a card is markup of its writer: facts and body may come from strangers."""
    html, plain = [f"<b>{escape(card.title)}</b>"] if card.title else [], [card.title] if card.title else []
    for label, value in facts:
        html.append(f"<b>{escape(label)}</b>: {escape(value)}" if label else escape(value))
        plain.append(f"{label}: {value}" if label else value)
    for text, tag in ((body, ""), (card.status, "b"), (footer, "i")):
        if text:
            html += ["", f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text)]
            plain += ["", text]
    return Marked("\n".join(html), "\n".join(plain))


def _head(card: CardView, footer: str) -> Marked:
    """Title, as many whole facts as fit, the status: at most a caption."""
    facts: list[tuple[str, str]] = []
    for fact in card.facts:
        longer = _lines(card, (*facts, fact), IN_FILE, footer)
        if utf16_units(longer.plain) <= CAPTION:
            facts.append(fact)
    head = _lines(card, tuple(facts), IN_FILE, footer)
    if utf16_units(head.plain) <= CAPTION:
        return head
    short = f"{cut(card.title, 400)}\n\n{cut(card.status, 400)}\n\n{IN_FILE}"
    return Marked(escape(short), short)


def cut(text: str, units: int) -> str:
    """At most so many UTF-16 units, with … where something is missing."""
    if utf16_units(text) <= units:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if utf16_units(text[:middle]) < units else (low, middle - 1)
    return text[:low] + "…"
