"""Copies of cards: one for each approver on each platform, all telling who decided once it is decided."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from actions.action import State
from actions.tables import Action, Approval
from bot.wiring import House
from knowledge.library import deliveries
from knowledge.model import CardCopy, Person

from .card_views import view
from .post import row_of
from .wire import address_json, address_of
from .words import Address, CardView, Load, Parcel


@dataclass
class Copies:
    """Makes copies, shows them anew, and settles them."""

    house: House

    def show(self, person: Person, action_id: str, address: Address) -> CardView | None:
        """A fresh copy as it would be sent; None when this person has no such card."""
        card = self.house.desk(person, "", address.channel, person.language).card(action_id)
        return None if card is None else view(card, fresh_id(), person.language)

    def post(
        self, session: Session, person: Person, action_id: str, shown: CardView, address: Address, key: str
    ) -> None:
        """Queue a copy for this person and keep what it showed; the same `key` again queues nothing."""
        now = self.house.clock()
        action = session.get(Action, action_id)
        if action is None:
            return
        parcel = Parcel(id=key, load=Load.CARD, address=address, card=shown)
        if deliveries.put(session, row_of(key, parcel, now, card_id=shown.id)):
            session.add(
                CardCopy(
                    id=shown.id,
                    action_id=action.id,
                    person_id=person.id,
                    channel=address.channel,
                    address=address_json(address),
                    seen_hash=action.payload_hash,
                    rendered=self._print(session, action),
                    at=now,
                )
            )

    def again(self, copy: CardCopy) -> CardView | None:
        """This copy as it stands now."""
        with self.house.store.reading() as session:
            person = session.get(Person, copy.person_id)
        if person is None:
            return None
        card = self.house.desk(person, "", copy.channel, person.language).card(copy.action_id)
        return None if card is None else view(card, copy.id, person.language)

    def refresh(self) -> set[str]:
        """Every copy of what has been decided says so; returns the channels that have something to bring out.

        While an action still waits only the copies of those who have answered change: a platform may give one update of a
        card and no more (WeCom's response codes), and that one must tell the end.
        """
        with self.house.store.reading() as session:
            stale = [
                copy
                for copy, action in session.exec(_MAY_HAVE_CHANGED).all()
                if action is None or self._print(session, action) != copy.rendered
            ]
        return {copy.channel for copy in stale if self._update(copy)}

    def _update(self, copy: CardCopy) -> bool:
        shown = self.again(copy)
        with self.house.store.session() as session:
            row = session.get(CardCopy, copy.id)
            action = session.get(Action, copy.action_id)
            if row is None:
                return False
            if shown is None or action is None:
                row.state = "settled"
                session.add(row)
                return False
            row.rendered = self._print(session, action)
            row.state = "open" if action.state == State.PENDING else "settled"
            session.add(row)
            key = f"card:{row.id}:{row.rendered[:12]}"
            parcel = Parcel(id=key, load=Load.CARD_UPDATE, address=address_of(row.address), card=shown)
            return deliveries.put(session, row_of(key, parcel, self.house.clock(), card_id=row.id))

    @staticmethod
    def _print(session: Session, action: Action) -> str:
        """A fingerprint of all that a card tells about who decided."""
        votes = session.exec(
            select(Approval.person_id, Approval.verdict)
            .where(Approval.action_id == action.id)
            .order_by(col(Approval.person_id), col(Approval.verdict))
        ).all()
        state = action.state if action.state in DECIDES else "decided"
        return hashlib.sha256(repr((state, [tuple(vote) for vote in votes])).encode()).hexdigest()


DECIDES = (
    State.PENDING,
    State.REJECTED,
    State.EXPIRED,
    State.SUPERSEDED,
    State.CANCELLED,
    State.UNDONE,
    State.DENIED,
)
"""States that end an approval otherwise than by going on to be done."""


_ANSWERED = select(Approval.id).where(
    Approval.action_id == CardCopy.action_id, Approval.person_id == CardCopy.person_id
)
_MAY_HAVE_CHANGED = (
    select(CardCopy, Action)
    .join(Action, col(Action.id) == col(CardCopy.action_id), isouter=True)
    .where(
        CardCopy.state == "open",
        or_(col(Action.id).is_(None), col(Action.state) != State.PENDING, _ANSWERED.exists()),
    )
    .order_by(col(CardCopy.at), col(CardCopy.id))
)
"""Open copies of what no longer waits, or waits no longer for them: what merely waits is not looked at every second."""


def fresh_id() -> str:
    """Sixteen letters and digits: 64 bits and more that nobody guesses."""
    return secrets.token_hex(8)
