"""`/settle CODE sent|not_sent`: a person who has looked closes an unknown end."""

from __future__ import annotations

from actions.counter import PersonDesk
from actions.gate import effect_named
from actions.settling import Settling
from actions.sightings import ask
from actions.wording import in_language

from .command_keys import Both, Keys

__all__ = ["ANSWERS", "effect_named", "settle"]

ANSWERS = {
    "sent": "sent", "已发": "sent", "已发出": "sent", "发了": "sent",
    "not_sent": "not_sent", "not-sent": "not_sent", "未发": "not_sent", "没有发出": "not_sent", "没发": "not_sent",
}  # fmt: skip


def settle(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    """The outcome in both languages."""
    ref, _, word = rest.strip().partition(" ")
    answer = ANSWERS.get(word.strip().lower())
    if ref and not word.strip():
        zh, en = ask(keys.gate, desk.person.id, ref)
        return f"{zh}\n/settle {ref} sent|not_sent", f"{en}\n/settle {ref} sent|not_sent"
    if not ref or answer is None:
        return "用法: /settle 编号 sent|not_sent(已发出|没有发出)", "usage: /settle CODE sent|not_sent"
    outcome = Settling(keys.gate, effect_named).settle(desk.person.id, ref, answer, channel=desk.channel)
    return in_language(outcome.reason, "zh"), in_language(outcome.reason_en or outcome.reason, "en")
