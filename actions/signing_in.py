"""Signing in to the web console: a one-time code of an administrator opens it for the person it was made for.

No platform vouches for a browser, so the code alone says who it is, and the account is called after the person. Wrong codes
are counted by the address they come from and, much more widely, in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.library import doors
from knowledge.model import Person, Stranger

from . import record
from .action import digest
from .binding import GUESSES, TAKEN
from .gate import Gate
from .switch import Said

PAUSE = timedelta(hours=1)
GUESSES_IN_ALL = 1000
"""Wrong codes an hour from everywhere: of 25^8 codes that is one chance in 6 million a day with one code open."""

EVERYBODY = "everybody"
WRONG = Said(
    "登录码不对、已用过或已过期,请向管理员要一个新的。",
    "This code is wrong, used or over; ask your administrator for a new one.",
    done=False,
)
TOO_MANY = Said(
    "试错太多次了,请一小时后再试,或请管理员帮忙。",
    "Too many wrong codes: try again in an hour, or ask your administrator.",
    done=False,
)


@dataclass
class SigningIn:
    """Takes codes for one channel that has no accounts of its own."""

    gate: Gate
    channel: str = "web"

    def take(self, code: str, guesser: str) -> tuple[Said, Person | None]:
        """Use the code up. `guesser` stands for where the try came from (a hash). The person, or why not."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            limits = (self._row(session, guesser, GUESSES), self._row(session, EVERYBODY, GUESSES_IN_ALL))
            if any(_spent(row, most, now) for row, most in limits):
                return TOO_MANY, None
            found = doors.take_code(session, code, self.channel, now)
            person = session.get(Person, found.person_id) if found else None
            if found is None or person is None or not person.active:
                for row, _ in limits:
                    _count(session, row, now)
                return WRONG, None
            if doors.bind(session, self.channel, person.id, person.id) is None:
                session.rollback()
                return TAKEN, None
            account = digest(f"{self.channel}\n{person.id}")
            detail = {"person": person.id, "platform": self.channel, "account": account}
            event = record.Event(name="bound", actor=found.made_by, channel=self.channel, detail=detail)
            record.append(session, event, now)
        self.gate.after()
        return Said(f"你好,{person.name}。", f"Hello {person.name}."), person

    def person(self, account: str) -> Person | None:
        """Whose account it is now; None once it was unbound or the person has left."""
        with self.gate.store.reading() as session:
            return doors.person_of(session, self.channel, account)

    def _row(self, session: Session, guesser: str, most: int) -> tuple[Stranger, int]:
        return doors.stranger(session, self.channel, f"try:{guesser}"), most


def _spent(row: Stranger, most: int, now: datetime) -> bool:
    return row.guesses >= most and row.guess_at is not None and row.guess_at + PAUSE > now


def _count(session: Session, row: Stranger, now: datetime) -> None:
    over = row.guess_at is None or row.guess_at + PAUSE <= now
    row.guesses, row.guess_at = (1 if over else row.guesses + 1), now
    session.add(row)
