"""Whose platform account is whose: one-time codes made by an administrator, each binding in the record.

The platform vouches for the sender's id; the code vouches for the person. Several accounts are still one person, so a
second account is no second vote.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.library import doors
from knowledge.model import BindCode, Identity, Person, Role

from . import record
from .action import digest
from .gate import Gate
from .switch import Said

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
"""No two characters that look or sound alike."""

CODE_LENGTH = 8
CODE_LIVES = timedelta(hours=24)
GUESSES = 5
"""Wrong codes after which a sender is not listened to for an hour."""

GUESS_PAUSE = timedelta(hours=1)


@dataclass
class Binding:
    """Codes and accounts, written here and nowhere else."""

    gate: Gate

    def code_for(self, admin_id: str, person_id: str, channel: str = "") -> tuple[Said, str]:
        """A fresh code for this person, good once, for a day, on one channel or on any; "" when it may not be made."""
        now, code = self.gate.clock(), "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        with self.gate.store.session() as session:
            record.lock_system(session)
            admin, person = session.get(Person, admin_id), session.get(Person, person_id)
            problem = _problem(admin, person)
            if problem or admin is None or person is None:
                return problem or NOBODY, ""
            session.add(
                BindCode(
                    code_hash=doors.code_hash(code),
                    person_id=person.id,
                    channel=channel,
                    made_by=admin.id,
                    at=now,
                    expires_at=now + CODE_LIVES,
                )
            )
            detail = {"person": person.id, "platform": channel}
            record.append(session, record.Event(name="bind_code", actor=admin.id, detail=detail), now)
            name = person.name
        self.gate.after()
        return Said(
            f"给{name}的绑定码: {code}(24 小时内有效,只能用一次)。请本人在聊天里发送: 绑定 {code}",
            f"Code for {name}: {code} (24 h, once). They send in the chat: bind {code}",
        ), code

    def take(self, code: str, channel: str, sender: str) -> Said:
        """The sender of this platform account shows a code. Guessing stops after five wrong ones an hour."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            row = doors.stranger(session, channel, sender)
            if row.guesses >= GUESSES and row.guess_at is not None and row.guess_at + GUESS_PAUSE > now:
                return SILENT
            found = doors.take_code(session, code, channel, now)
            person = session.get(Person, found.person_id) if found else None
            if found is None or person is None or not person.active:
                fresh = row.guess_at is None or row.guess_at + GUESS_PAUSE <= now
                row.guesses, row.guess_at = (1 if fresh else row.guesses + 1), now
                session.add(row)
                return WRONG_CODE
            if doors.bind(session, channel, sender, person.id) is None:
                return TAKEN
            session.delete(row)
            self._write("bound", session, person.id, channel, sender, found.made_by, now)
            name, en = person.name, person.language == "en"
        self.gate.after()
        hello = (
            f"已绑定,你好,{name}。发 /help 看看我能做什么。",
            f"Bound. Hello {name}; /help says what I can do.",
        )
        return Said(*((hello[1], hello[1]) if en else hello))

    def load(self, admin_id: str, rows: Iterable[tuple[str, str, str]]) -> tuple[Said, int]:
        """A verified list of (person id, platform, account id), all or nothing; returns how many were new."""
        now, count = self.gate.clock(), 0
        with self.gate.store.session() as session:
            record.lock_system(session)
            admin = session.get(Person, admin_id)
            for line, (person_id, channel, sender) in enumerate(rows, 1):
                person = session.get(Person, person_id)
                problem = _problem(admin, person)
                if problem or person is None:
                    session.rollback()
                    said = problem or NOBODY
                    return Said(f"第 {line} 行: {said.zh}", f"line {line}: {said.en}", done=False), 0
                known = doors.person_of(session, channel, sender)
                if doors.bind(session, channel, sender, person.id) is None:
                    session.rollback()
                    return Said(f"第 {line} 行: {TAKEN.zh}", f"line {line}: {TAKEN.en}", done=False), 0
                if known is None:
                    count += 1
                    self._write("bound", session, person.id, channel, sender, admin_id, now)
        self.gate.after()
        return Said(f"已绑定 {count} 个账号", f"{count} accounts bound"), count

    def unbind(self, admin_id: str, channel: str, sender: str) -> Said:
        """This account is nobody's from now on."""
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            admin, person = session.get(Person, admin_id), doors.person_of(session, channel, sender)
            problem = _problem(admin, admin)
            if problem or not doors.unbind(session, channel, sender):
                return problem or Said("没有这个绑定", "there is no such account", done=False)
            self._write("unbound", session, person.id if person else "", channel, sender, admin_id, now)
        self.gate.after()
        return Said("已解除绑定", "The account is bound to nobody any more")

    def accounts(self, person_id: str) -> list[Identity]:
        with self.gate.store.reading() as session:
            return list(doors.identities(session, person_id))

    def _write(
        self, name: str, session: Session, person_id: str, channel: str, sender: str, by: str, now: datetime
    ) -> None:
        # The account's id is personal: the chain keeps what proves it, not the id itself.
        detail = {"person": person_id, "platform": channel, "account": digest(f"{channel}\n{sender}")}
        record.append(session, record.Event(name=name, actor=by, channel=channel, detail=detail), now)


NOBODY = Said("没有这个人", "nobody is called that", done=False)
SILENT = Said("", "", done=False)
WRONG_CODE = Said(
    "这个绑定码不对或已过期,请向管理员要一个新的。",
    "This code is wrong or over; ask your administrator for a new one.",
    done=False,
)
TAKEN = Said(
    "这个账号已绑定给别的同事,请联系管理员。",
    "This account belongs to another colleague; ask your administrator.",
    done=False,
)


def _problem(admin: Person | None, person: Person | None) -> Said | None:
    if admin is None or not admin.active or Role.ADMIN not in admin.roles:
        return Said("只有管理员可以绑定账号", "only an administrator may bind accounts", done=False)
    if person is None or not person.active:
        return NOBODY
    return None
