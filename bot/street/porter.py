"""Who is it? A platform account is a colleague's, or shows a code, or gets one polite sentence a day and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from actions.binding import Binding
from knowledge.library import doors
from knowledge.model import Person

from .words import Arrival, Kind

SHOWS_CODE = re.compile(r"^\s*/?(?:绑定|bind|start)[\s:]+([A-Za-z0-9]{8})\s*$", re.IGNORECASE)
TELL_AGAIN = timedelta(days=1)

STRANGER = (
    "你好,我还不认识这个账号。请向管理员要一个绑定码,然后发送: 绑定 绑定码"
    " / Hello, I do not know this account yet. Ask your administrator for a code, then send: bind CODE"
)


@dataclass(frozen=True)
class Met:
    """Who stands at the door, and what to say instead of an answer ("": nothing)."""

    person: Person | None
    say: str = ""


@dataclass
class Porter:
    """Looks up, binds, and keeps strangers out."""

    binding: Binding

    def meet(self, arrival: Arrival) -> Met:
        """The colleague who sent this. A code is taken in a private chat only: in a group everybody would read it."""
        shown = SHOWS_CODE.match(arrival.text) if arrival.kind is Kind.MESSAGE else None
        store = self.binding.gate.store
        with store.reading() as session:
            person = doors.person_of(session, arrival.channel, arrival.sender)
        if shown and not arrival.address.group:
            if person is not None:
                language = person.language == "en"
                return Met(None, "This account is bound already." if language else "这个账号已经绑定了。")
            said = self.binding.take(shown[1], arrival.channel, arrival.sender)
            return Met(None, f"{said.zh} / {said.en}" if said.zh != said.en else said.zh)
        return Met(person) if person is not None else Met(None, self._stranger(arrival))

    def _stranger(self, arrival: Arrival) -> str:
        now = self.binding.gate.clock()
        with self.binding.gate.store.session() as session:
            row = doors.stranger(session, arrival.channel, arrival.sender)
            if row.told_at is not None and row.told_at + TELL_AGAIN > now:
                return ""
            row.told_at = now
            session.add(row)
        return STRANGER
