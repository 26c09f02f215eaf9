"""What a pressed button still needs to hear: the reason of a no, the changed text, the name of the one to hand it to.

The next line the person writes in that chat is it, for ten minutes; a command or 取消 ends the waiting.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from knowledge.library import doors
from knowledge.store import Store

from .words import Address

LIVES_S = 600.0
CALLED_OFF = re.compile(r"^\s*(取消|算了|cancel|never ?mind)\s*[。.!!]?\s*$", re.IGNORECASE)

ASKS = {
    "reject": (
        "请回复驳回 {code} 的原因(或发“取消”)",
        "Reply with the reason for rejecting {code} (or send: cancel)",
    ),
    "edit": (
        "请回复 {code} 要改成什么,例如: 主题: 新主题(或发“取消”)",
        "Reply with what to change in {code}, e.g. subject: New subject (or send: cancel)",
    ),
    "handover": (
        "请回复要把 {code} 转交给谁(或发“取消”)",
        "Reply with whom to hand {code} to (or send: cancel)",
    ),
}


@dataclass
class WaitingWords:
    """One thing waited for per person and chat; the last button pressed counts."""

    store: Store
    clock: Callable[[], datetime]

    def ask(self, person_id: str, address: Address, command: str, code: str, language: str) -> str:
        """Remember what is waited for; returns the sentence that asks for it."""
        with self.store.session() as session:
            value = {"command": command, "code": code}
            doors.put_note(session, _key(person_id, address), value, self.clock(), LIVES_S)
        return ASKS[command][1 if language == "en" else 0].format(code=code)

    def waits(self, person_id: str, address: Address) -> bool:
        """Whether something is waited for in this chat."""
        with self.store.reading() as session:
            return doors.note(session, _key(person_id, address), self.clock()) is not None

    def complete(self, person_id: str, address: Address, text: str) -> str:
        """The command that this line completes; the line itself when nothing was waited for or it is called off."""
        with self.store.reading() as session:
            if doors.note(session, _key(person_id, address), self.clock()) is None:
                return text
        with self.store.session() as session:
            waited = doors.take_note(session, _key(person_id, address), self.clock())
        if waited is None or text.startswith("/") or CALLED_OFF.match(text):
            return text
        return f"/{waited['command']} {waited['code']} {text.strip()}"


def _key(person_id: str, address: Address) -> str:
    return f"words:{person_id}:{address.channel}:{address.to}"
