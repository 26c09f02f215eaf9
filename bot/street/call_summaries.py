"""Summaries that are due: made by one process each, told once, with the proposals that may be accepted with one tap."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmodel import Session

from agents.after_call import proposed
from agents.answer import Answer
from agents.call_basis import minutes_shown
from agents.run import make_answer
from agents.skill import Turn
from agents.skills.summarise_call import told_of
from bot.call_model import with_model
from bot.messages import Reply
from bot.wiring import House
from knowledge.library import call_follows, conversations, deliveries
from knowledge.model import CallFollow, Conversation, Interaction, Message, Person
from knowledge.model.calls import TOLD
from knowledge.model.conversations import READ

from . import call_words as say
from .ask_views import PROPOSALS
from .asks import Asks
from .footnotes import with_sources
from .port import Traits
from .post import text_row
from .splitting import split
from .wire import address_of

LOG = logging.getLogger(__name__)

TRIES, PATIENCE = 3, 10
"""How often a summary is tried, and so many times longer than a chat one may wait for a model: a call has many parts."""

CARRIED = ("call_id", "call_version", "deal_id", "labels", "intent", "contact_id")


@dataclass
class CallSummaries:
    """Makes one at a time, beside the street's clock. `alive` are the workers that live, `moved` is told the channel that
    has something to bring out."""

    house: House
    asks: Asks
    worker: str
    alive: Callable[[], set[str]]
    traits: Callable[[str], Traits | None]
    moved: Callable[[str], None]
    _busy: threading.Lock = field(default_factory=threading.Lock)
    _tries: dict[str, int] = field(default_factory=dict)

    def look(self) -> None:
        """Begin with what is due, in a thread of its own, unless one is at work already."""
        if self._due() and self._busy.acquire(blocking=False):
            threading.Thread(target=self._run, name="summaries", daemon=True).start()

    def close(self) -> None:
        """Wait for the one that is being made; what is left lies in its rows."""
        if self._busy.acquire(timeout=30):
            self._busy.release()

    def drain(self) -> int:
        """Tell all that is due, here and now; how many there were."""
        done = 0
        while (row := self._claimed()) is not None:
            self._one(row)
            done += 1
        return done

    # inside ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self.drain()
        except Exception:
            LOG.exception("summaries could not be made now; they are tried again")
        finally:
            self._busy.release()

    def _due(self) -> bool:
        with self.house.store.reading() as session:
            return call_follows.any_due(session)

    def _claimed(self) -> CallFollow | None:
        if not self._due():
            return None
        with self.house.store.session() as session:
            others = self.alive() - {self.worker}
            return call_follows.claim_summary(session, self.worker, others, self.house.clock())

    def _one(self, row: CallFollow) -> None:
        key = f"{row.interaction_id}:{row.rounds}"
        try:
            with self.house.store.reading() as session:
                person = session.get(Person, row.person_id)
                chat = session.get(Conversation, row.conversation_id) if row.conversation_id else None
            answer = self._answer(row, person, dict(chat.focus) if chat else {}) if person else None
            self._tell(row, person, answer)
        except Exception:
            LOG.exception("the summary of %s could not be made", row.interaction_id)
            self._tries[key] = self._tries.get(key, 0) + 1
            if self._tries[key] >= TRIES:
                self._give_up(row)
            else:
                with self.house.store.session() as session:
                    call_follows.moved(session, row, worker="")
            return
        self.moved(row.channel)

    def _answer(self, row: CallFollow, person: Person, focus: dict[str, object]) -> Answer | None:
        """The minutes as the skill words them, and what the call suggests kept for the asker."""
        desk = self.house.desk(person, row.conversation_id, row.channel, person.language)
        talk = desk.interaction(row.interaction_id)
        if talk is None:
            return None
        turn = Turn(desk=desk, text="", language=person.language, focus=dict(focus))
        with with_model(self.house, turn, PATIENCE):
            text = told_of(turn, talk, renew=True, listed=False)
            facts = desk.deal(talk.deal_id) if talk.deal_id else None
            proposed(turn, talk, facts, minutes_shown(turn, talk, facts)[0])
        return make_answer(turn, text, tuple(turn.sources), turn.drafted_by)

    def _tell(self, row: CallFollow, person: Person | None, answer: Answer | None) -> None:
        """One transaction: the summary in the chat's own history and on its way, the card of proposals, the step taken."""
        now = self.house.clock()
        with self.house.store.session() as session:
            if not call_follows.moved(session, row, stage=TOLD, worker="", told_at=now):
                return  # somebody asked for it anew, or took it back, while it was being made
            talk = session.get(Interaction, row.interaction_id)
            if person is None or answer is None or talk is None or not talk.segments:
                return
            self._say(session, row, answer)
            key = f"{row.interaction_id}:{row.rounds}"
            if self.asks.house.desk(person, "", row.channel, person.language).proposals(talk.id):
                self.asks.post(session, PROPOSALS, person, talk, address_of(row.address), f"proposals:{key}")
            self._remember(session, row, answer)

    def _say(self, session: Session, row: CallFollow, answer: Answer) -> None:
        traits = self.traits(row.channel) or Traits(limit=600)
        text = with_sources(Reply(text=answer.text, answer=answer))
        for number, part in enumerate(split(text, traits.limit, traits.measure)):
            key = f"call:{row.interaction_id}:summary:{row.rounds}:{number}"
            now = self.house.clock()
            deliveries.put(session, text_row(key, address_of(row.address), part, now, marked=True))

    def _remember(self, session: Session, row: CallFollow, answer: Answer) -> None:
        """The talk is about this call now, whatever was spoken of meanwhile: "what did he say about the budget" is asked of
        the summary that has just come."""
        chat = session.get(Conversation, row.conversation_id) if row.conversation_id else None
        if chat is None:
            return
        line = Message(
            conversation_id=chat.id,
            role="assistant",
            text=answer.text,
            at=self.house.clock(),
            external_id=f"call:{row.interaction_id}:{row.rounds}",
            answer=answer.as_json(),
        )
        conversations.add_message(session, line)
        carried = {name: answer.focus[name] for name in CARRIED if answer.focus.get(name)}
        read = sorted({*(chat.focus.get(READ) or ()), *(answer.focus.get(READ) or ())})
        conversations.save_focus(session, chat.id, {**chat.focus, **carried, READ: read})

    def _give_up(self, row: CallFollow) -> None:
        with self.house.store.session() as session:
            person = session.get(Person, row.person_id)
            talk = session.get(Interaction, row.interaction_id)
            if call_follows.moved(session, row, stage=TOLD, worker="", told_at=self.house.clock()):
                name = (talk.extra.get("file") or talk.subject) if talk else ""
                words = say.no_summary(name, person.language if person else "zh")
                key = f"call:{row.interaction_id}:none:{row.rounds}"
                deliveries.put(session, text_row(key, address_of(row.address), words, self.house.clock()))
        self.moved(row.channel)
