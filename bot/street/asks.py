"""Cards that ask about a call: posted once, answered by whoever they were sent to, showing afterwards how it stands."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from sqlmodel import Session, col, select

from actions.call_sides import name_channels
from agents.call_basis import TOLD, Basis
from bot.call_accepting import Accepting
from bot.call_talk import agreed
from bot.wiring import House
from knowledge.library import call_versions, deliveries, judgements
from knowledge.model import AskCard, CallFollow, Interaction, Person, Recording
from knowledge.model.calls import WRITTEN

from .ask_views import CONSENT, PROPOSALS, SIDES, TOKEN, consent_view, proposals_view, sides_view, stale_view
from .copies import fresh_id
from .post import row_of
from .wire import address_json, address_of
from .words import Address, Arrival, CardView, ClickAnswer, Load, Parcel

LOG = logging.getLogger(__name__)

RENEWING = ("正在重新生成,好了发给你。", "It is being made anew and will be sent to you.")
WITHOUT_SIDES = ("好,先按说话人不明生成纪要。", "The minutes are made without knowing who spoke.")
STATES = {"y": "given", "n": "refused", "w": "asked"}


@dataclass
class Asks:
    """Makes, shows and answers them."""

    house: House

    def post(
        self, session: Session, kind: str, person: Person, row: Interaction, address: Address, key: str
    ) -> None:
        """Queue a card of this kind; the same `key` again queues nothing. Its words are made when it is sent for the first
        time by `show`, within the same transaction."""
        card = AskCard(
            id=fresh_id(),
            kind=kind,
            interaction_id=row.id,
            person_id=person.id,
            channel=address.channel,
            address=address_json(address),
            at=self.house.clock(),
        )
        shown = self.view(session, card, person)
        if shown is None:
            return
        card.rendered = _print(shown)
        parcel = Parcel(id=key, load=Load.CARD, address=address, card=shown)
        if deliveries.put(session, row_of(key, parcel, self.house.clock(), card_id=card.id)):
            session.add(card)

    def view(self, session: Session, card: AskCard, person: Person) -> CardView | None:
        """The card as it stands now; None where the call is not to be seen any more."""
        desk = self.house.desk(person, "", card.channel, person.language)
        row = session.get(Interaction, card.interaction_id)
        if row is None or not desk.sees_call(session, row):
            return None
        if card.kind == CONSENT:
            return consent_view(card.id, row, session.get(Recording, row.id), person.language)
        if card.kind == SIDES:
            return sides_view(card.id, row, session.get(Recording, row.id), person.language)
        if card.kind == PROPOSALS:
            known = desk.proposals(row.id)
            return proposals_view(card.id, desk, known) if known else None
        basis = basis_in(session, row)
        what = basis.edited.what if basis.edited else ""
        return stale_view(card.id, row, basis.number, basis.newest, what, person.language)

    def card_of(self, session: Session, arrival: Arrival) -> AskCard | None:
        """The card whose button was pressed, on the platform it was sent to; None for any other press."""
        match = TOKEN.fullmatch(arrival.click.token) if arrival.click else None
        card = session.get(AskCard, match[2]) if match else None
        return card if card is not None and card.channel == arrival.channel else None

    def answer(self, person: Person, card: AskCard, token: str) -> ClickAnswer:
        """Do what was pressed; whatever is pressed again is told how it stands."""
        match = TOKEN.fullmatch(token)
        toast = self._done(person, card, match[1] if match else "")
        with self.house.store.reading() as session:
            shown = self.view(session, card, person)
        return ClickAnswer(toast=toast, card=shown)

    def refresh(self) -> set[str]:
        """Every open card whose words have changed says so; returns the channels that have something to bring out."""
        with self.house.store.reading() as session:
            found = session.exec(
                select(AskCard).where(AskCard.state == "open").order_by(col(AskCard.at), col(AskCard.id))
            )
            cards = list(found)
        return {card.channel for card in cards if self._updated(card)}

    # inside ----------------------------------------------------------------------------------------------------

    def _updated(self, card: AskCard) -> bool:
        with self.house.store.reading() as session:
            person = session.get(Person, card.person_id)
            shown = self.view(session, card, person) if person else None
        if shown is not None and _print(shown) == card.rendered:
            return False
        with self.house.store.session() as session:
            row = session.get(AskCard, card.id)
            if row is None or row.rendered != card.rendered:
                return False  # somebody else was quicker
            row.state = "open" if shown is not None and shown.buttons else "settled"
            row.rendered = _print(shown) if shown else ""
            session.add(row)
            if shown is None:
                return False
            key = f"ask:{row.id}:{row.rendered[:12]}"
            parcel = Parcel(id=key, load=Load.CARD_UPDATE, address=address_of(row.address), card=shown)
            return deliveries.put(session, row_of(key, parcel, self.house.clock(), card_id=row.id))

    def _done(self, person: Person, card: AskCard, answer: str) -> str:
        en = person.language == "en"
        desk = self.house.desk(person, self._conversation(card), card.channel, person.language)
        if card.kind == CONSENT and answer in STATES:
            told = agreed(desk, card.interaction_id, STATES[answer])
            return told.en if en else told.zh
        if card.kind == SIDES:
            named = name_channels(desk, card.interaction_id, int(answer)) if answer in ("1", "2") else None
            self._go_on(card)
            return WITHOUT_SIDES[en] if named is None else named.en if en else named.zh
        if card.kind == PROPOSALS:
            accepting = Accepting(desk, self.house.approvals)
            if answer == "x":
                return "\n".join(accepting.refuse(card.interaction_id))
            return "\n".join(
                accepting.accept(card.interaction_id, (int(answer),) if answer.isdigit() else ())
            )
        self._renew(card)
        return RENEWING[en]

    def _conversation(self, card: AskCard) -> str:
        with self.house.store.reading() as session:
            follow = session.get(CallFollow, card.interaction_id)
            return follow.conversation_id if follow and follow.person_id == card.person_id else ""

    def _go_on(self, card: AskCard) -> None:
        """The summary waits for this answer no longer, whatever it was."""
        with self.house.store.session() as session:
            follow = session.get(CallFollow, card.interaction_id)
            if follow is not None and follow.stage == SIDES:
                follow.stage = WRITTEN
                session.add(follow)

    def _renew(self, card: AskCard) -> None:
        """The summary is due once more; whoever makes summaries finds it."""
        with self.house.store.session() as session:
            follow = session.get(CallFollow, card.interaction_id)
            if follow is None:
                follow = CallFollow(
                    interaction_id=card.interaction_id,
                    person_id=card.person_id,
                    channel=card.channel,
                    address=card.address,
                    at=self.house.clock(),
                )
            if follow.stage != WRITTEN:
                follow.stage, follow.rounds, follow.worker = WRITTEN, follow.rounds + 1, ""
            session.add(follow)


def basis_in(session: Session, row: Interaction) -> Basis:
    """Which version the minutes rest on that were told last, and which stands there now."""
    known = call_versions.versions(session, row.id)
    if not known:
        return Basis()
    newest, numbers = known[-1], {one.transcript_hash: one.number for one in known}
    told = [one.transcript_hash for one in judgements.judgements(session, row.id, TOLD)]
    current = not told or newest.transcript_hash in told
    number = newest.number if current else numbers.get(told[0], newest.number)
    return Basis(number=number, newest=newest.number, edited=newest)


def _print(shown: CardView) -> str:
    """A fingerprint of all that a card shows."""
    return hashlib.sha256(
        repr((shown.title, shown.facts, shown.body, shown.buttons, shown.status)).encode()
    ).hexdigest()
