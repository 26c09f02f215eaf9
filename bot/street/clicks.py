"""A pressed button: who pressed is what the platform says, what it may do the gate decides anew. No model is asked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from actions import record
from actions.action import Outcome
from actions.tables import Action
from actions.wording import in_language
from bot.cards import explanation_text
from bot.wiring import House
from knowledge.library import arrivals, deliveries, doors
from knowledge.model import AskCard, CardCopy, Person

from .asks import Asks
from .card_views import TOKEN
from .copies import Copies
from .porter import STRANGER
from .post import text_row
from .splitting import split
from .waiting_words import WaitingWords
from .wire import address_of
from .words import Address, Arrival, CardView, ClickAnswer

LOG = logging.getLogger(__name__)

DEAD = "这个按钮已失效。/ This button does nothing any more."
FOREIGN = "这张卡片是给别人的,你不能在上面操作。/ This card is somebody else's; you cannot act on it."
ASKS = {"no": "reject", "ed": "edit", "ho": "handover"}
"""Buttons that need words besides, and the command that takes them."""

EXPLAINED = "说明发给你了。/ The explanation was sent to you."


@dataclass
class Clicks:
    """Decides clicks. `moved` is told the channel that has something to bring out."""

    house: House
    copies: Copies
    waiting: WaitingWords
    worker: str
    alive: Callable[[], set[str]]
    moved: Callable[[str], None]

    @cached_property
    def asks(self) -> Asks:
        """Cards that ask about a call."""
        return Asks(self.house)

    def decide(self, arrival_id: int, arrival: Arrival) -> ClickAnswer:
        """Decide once; a click that comes again (redelivered, pressed twice, late) is told how the card stands."""
        alive = self.alive()
        with self.house.store.session() as session:
            mine = arrivals.claim_one(session, arrival_id, self.worker, alive, self.house.clock())
            person = doors.person_of(session, arrival.channel, arrival.sender)
            copy, asked = self._copy(session, arrival), self.asks.card_of(session, arrival)
            for card in (copy, asked):
                if card is not None and arrival.click is not None:
                    card.refs = {**card.refs, **arrival.click.refs}
                    session.add(card)
        try:
            answer = (
                self._asked(arrival, person, asked)
                if asked is not None
                else self._answer(arrival, person, copy, fresh=mine is not None)
            )
        except BaseException:
            with self.house.store.session() as session:
                arrivals.put_back(session, arrival_id)
            raise
        with self.house.store.session() as session:
            arrivals.finish_arrival(session, arrival_id, "done", self.house.clock())
        for channel in self.copies.refresh() | (self.asks.refresh() if asked is not None else set()):
            self.moved(channel)
        return answer

    def _asked(self, arrival: Arrival, person: Person | None, card: AskCard) -> ClickAnswer:
        """A card about a call is its receiver's alone; what was pressed twice is told how it stands."""
        if person is None or arrival.click is None:
            return ClickAnswer(toast=STRANGER)
        if card.person_id != person.id:
            return ClickAnswer(toast=FOREIGN)
        return self.asks.answer(person, card, arrival.click.token)

    def _copy(self, session: Session, arrival: Arrival) -> CardCopy | None:
        match = TOKEN.fullmatch(arrival.click.token) if arrival.click else None
        copy = session.get(CardCopy, match[2]) if match else None
        return copy if copy is not None and copy.channel == arrival.channel else None

    def _answer(
        self, arrival: Arrival, person: Person | None, copy: CardCopy | None, *, fresh: bool
    ) -> ClickAnswer:
        if person is None:
            return ClickAnswer(toast=STRANGER)
        if copy is None or arrival.click is None:
            return ClickAnswer(toast=DEAD)
        if copy.person_id != person.id:
            self._foreign(person, copy)
            return ClickAnswer(toast=FOREIGN)
        verb = arrival.click.token.partition(".")[0]
        if fresh and verb == "ok":
            return ClickAnswer(toast=self._approve(person, copy), card=self.copies.again(copy))
        shown = self.copies.again(copy)
        if fresh:
            toast, told = self._do(verb, person, copy, shown, f"ask:{arrival.external_id}")
        else:
            toast, told = self._once_more(verb, person, copy, shown)
        return ClickAnswer(toast=toast, card=shown, told=told)

    def _approve(self, person: Person, copy: CardCopy) -> str:
        outcome = self.house.approvals.approve(
            person.id, copy.action_id, seen_hash=copy.seen_hash, channel=copy.channel
        )
        return _said(outcome, person)

    def _do(
        self, verb: str, person: Person, copy: CardCopy, shown: CardView | None, key: str
    ) -> tuple[str, bool]:
        """The sentence, and whether it was also sent as a message under `key`. `shown` is the card as it stands."""
        if verb == "ex":
            return self._explain(person, copy)
        if shown is None or not shown.buttons:
            return _stands(shown, person), False
        private = address_of(copy.address)
        ask = self.waiting.ask(person.id, private, ASKS[verb], shown.code, person.language)
        self._tell(key, private, ask)
        return ask, True

    def _once_more(
        self, verb: str, person: Person, copy: CardCopy, shown: CardView | None
    ) -> tuple[str, bool]:
        """How the card stands. But DingTalk tells no two presses of one button apart. Whoever pressed “reject”, called it off
        and presses it again is asked again, and always in a message, so that no line is ever taken for a reason that nobody
        was asked for."""
        if verb not in ASKS or self.waiting.waits(person.id, address_of(copy.address)):
            return _stands(shown, person), False
        return self._do(verb, person, copy, shown, f"ask:{copy.id}:{verb}:{self._stamp()}")

    def _stamp(self) -> str:
        return self.house.clock().strftime("%Y%m%d%H%M%S%f")

    def _explain(self, person: Person, copy: CardCopy) -> tuple[str, bool]:
        desk = self.house.desk(person, "", copy.channel, person.language)
        why = desk.explain(copy.action_id)
        if why is None:
            return DEAD, False
        text = explanation_text(why, person.language)
        stamp = self._stamp()
        for number, part in enumerate(
            split(text, 600, marked=False)
        ):  # every platform takes parts of this size
            self._tell(f"why:{copy.id}:{stamp}:{number}", address_of(copy.address), part)
        return EXPLAINED, True

    def _tell(self, key: str, address: Address, text: str) -> None:
        with self.house.store.session() as session:
            deliveries.put(session, text_row(key, address, text, self.house.clock()))
        self.moved(address.channel)

    def _foreign(self, person: Person, copy: CardCopy) -> None:
        """A card that was passed on is no right; that somebody tried is recorded."""
        LOG.warning("a card of somebody else was pressed")
        now = self.house.clock()
        with self.house.store.session() as session:
            record.lock_system(session)
            action = session.get(Action, copy.action_id)
            event = record.Event(name="foreign_click", action=action, actor=person.id, channel=copy.channel)
            record.append(session, event, now)
        self.house.gate.after()


def _stands(shown: CardView | None, person: Person) -> str:
    if shown is None:
        return DEAD
    already = "Already answered: " if person.language == "en" else "已处理: "
    return f"{already}{shown.status}" if shown.status else shown.title


def _said(outcome: Outcome, person: Person) -> str:
    text = outcome.reason_en if person.language == "en" and outcome.reason_en else outcome.reason
    return in_language(text, person.language)
