"""Telling people what they must be told, where they talk to us: cards to approvers, the end of a wish to its asker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from actions.action import State
from actions.tables import Action
from bot.inbox import digest_text
from bot.wiring import House
from knowledge.library import conversations, deliveries, doors
from knowledge.model import Identity, Notice, Person

from .copies import Copies
from .port import Traits
from .post import text_rows
from .wire import address_of
from .words import Address, CardView

CARDS = ("card", "nudge", "escalation")
AT_ONCE = 200
SMALL = Traits(limit=600)
"""Every platform takes parts of this size."""


@dataclass
class Push:
    """Turns notices into deliveries. `traits` says what a channel can do; None for one that is not open here."""

    house: House
    copies: Copies
    traits: Callable[[str], Traits | None]

    def tick(self) -> set[str]:
        """Queue what is due for everybody who can be reached; returns the channels that have something to bring out."""
        moved = set()
        for person_id in self._waiting():
            if (channel := self._tell(person_id)) is not None:
                moved.add(channel)
        return moved

    def _waiting(self) -> Sequence[str]:
        now = self.house.clock()
        with self.house.store.reading() as session:
            query = select(Notice.person_id).where(col(Notice.delivered_at).is_(None))
            query = query.where(or_(col(Notice.due_at).is_(None), col(Notice.due_at) <= now))
            reachable = select(Identity.person_id)
            return session.exec(
                query.where(col(Notice.person_id).in_(reachable)).distinct().limit(AT_ONCE)
            ).all()

    def _tell(self, person_id: str) -> str | None:
        with self.house.store.reading() as session:
            person = session.get(Person, person_id)
            place = self._place(session, person_id)
            rows = conversations.waiting_notices(session, person_id, self.house.clock())
        if person is None or not person.active or place is None:
            return None
        cards = {row.id: self._card(person, row, place) for row in rows if row.kind in CARDS}
        now = self.house.clock()
        with self.house.store.session() as session:
            rows = [
                row
                for row in conversations.waiting_notices(session, person_id, now)
                if row.kind not in CARDS or row.id in cards
            ]
            digest = [row for row in rows if row.due_at is not None]
            for row in rows:
                shown = cards.get(row.id)
                if shown is not None:
                    self.copies.post(session, person, row.action_id, shown, place, f"notice:{row.id}")
                elif row.due_at is None:
                    self._say(session, f"notice:{row.id}", place, f"🔔 {row.text}")
            plain = [row for row in digest if cards.get(row.id) is None]
            if plain:
                text = digest_text([row.text for row in plain])
                self._say(session, f"digest:{plain[0].id}", place, text)
            conversations.mark_delivered(session, rows, now)
        return place.channel

    def _say(self, session: Session, key: str, place: Address, text: str) -> None:
        """What is longer than a message of this platform comes in several."""
        traits = self.traits(place.channel) or SMALL
        for row in text_rows(key, place, text, self.house.clock(), traits):
            deliveries.put(session, row)

    def _card(self, person: Person, row: Notice, place: Address) -> CardView | None:
        """The card of what still waits; something decided meanwhile is told as the sentence it is."""
        with self.house.store.reading() as session:
            action = session.get(Action, row.action_id)
            if action is None or action.state != State.PENDING:
                return None
        return self.copies.show(person, row.action_id, place)

    def _place(self, session: Session, person_id: str) -> Address | None:
        """Where they last talked to us, if that chat can be written to; else any account they have on an open channel."""
        known = doors.note(session, f"at:{person_id}", self.house.clock())
        accounts = doors.identities(session, person_id)
        if known is not None:
            place = address_of(known)
            mine = {account.external_id for account in accounts if account.platform == place.channel}
            still = doors.account_key(place.channel, place.to) in mine
            if still and self._reaches(place.channel):
                return place
        for account in accounts:
            if self._reaches(account.platform):
                return Address(channel=account.platform, to=account.external_id)
        return None

    def _reaches(self, channel: str) -> bool:
        traits = self.traits(channel)
        return traits is not None and traits.push
