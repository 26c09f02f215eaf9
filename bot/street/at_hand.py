"""Cards at hand: what a page shows of one person's approvals, whether or not a copy was ever sent to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import select

from actions.card import ActionCard
from actions.tables import Approval
from bot.wiring import House
from knowledge.library import web
from knowledge.model import CardCopy, Person

from .card_views import status, view
from .copies import fresh_id
from .wire import address_json
from .words import Address, CardView

LOOKED_AT = 100
"""Copies that are gone through for the list of what has been settled."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A card as it stands for this person: `confirm` is what they must type at high risk ("" otherwise)."""

    view: CardView
    card: ActionCard

    @property
    def confirm(self) -> str:
        return self.card.confirm if self.view.buttons else ""


@dataclass
class AtHand:
    """Looks cards up for one channel; everything goes through the person's desk."""

    house: House
    channel: str

    def waiting(self, person: Person) -> Sequence[Shown]:
        """What waits for this person, the riskiest first; each gets a copy of its own, so that its buttons work."""
        cards = self.house.desk(person, "", self.channel, person.language).waiting()
        return [
            Shown(view=view(card, self._copy(person, card), person.language), card=card) for card in cards
        ]

    def settled(self, person: Person, limit: int = 30) -> Sequence[Shown]:
        """What this person was asked and nobody is asked any more, with who decided and when, the newest first."""
        with self.house.store.reading() as session:
            copies = web.copies_of(session, person.id, LOOKED_AT)
        seen: dict[str, CardCopy] = {}
        for copy in copies:
            seen.setdefault(copy.action_id, copy)
        shown = (self._shown(person, copy) for copy in seen.values())
        return [one for one in shown if one is not None and not one.view.buttons][:limit]

    def one(self, person: Person, copy_id: str) -> Shown | None:
        """This person's copy as it stands now; another's is as unknown as none."""
        with self.house.store.reading() as session:
            copy = session.get(CardCopy, copy_id)
        if copy is None or copy.person_id != person.id or copy.channel != self.channel:
            return None
        return self._shown(person, copy)

    def _shown(self, person: Person, copy: CardCopy) -> Shown | None:
        card = self.house.desk(person, "", self.channel, person.language).card(copy.action_id)
        if card is None:
            return None
        shown = view(card, copy.id, person.language)
        if shown.buttons and self._answered(person, card):
            shown = replace(shown, buttons=(), footer="", status=status(card, person.language))
        return Shown(view=shown, card=card)

    def _answered(self, person: Person, card: ActionCard) -> bool:
        """It waits, but not for this person any more. A vote that stopped counting (prices changed) is asked for anew."""
        with self.house.store.reading() as session:
            query = select(Approval.id).where(Approval.action_id == card.id, Approval.person_id == person.id)
            if session.exec(query).first() is None:
                return False
        desk = self.house.desk(person, "", self.channel, person.language)
        return all(waiting.id != card.id for waiting in desk.waiting())

    def _copy(self, person: Person, card: ActionCard) -> str:
        """The id of this person's copy of exactly this payload on this channel, made now if there was none."""
        with self.house.store.session() as session:
            found = web.copy_of(session, person.id, self.channel, card.id)
            if found is not None and found.seen_hash == card.payload_hash:
                return found.id
            copy = CardCopy(
                id=fresh_id(),
                action_id=card.id,
                person_id=person.id,
                channel=self.channel,
                address=address_json(Address(channel=self.channel, to=person.id)),
                seen_hash=card.payload_hash,
                at=self.house.clock(),
            )
            session.add(copy)
            return copy.id
