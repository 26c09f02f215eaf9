"""A recording from a chat, told of until its summary is there: consent is asked, progress shown, a failure said in words.

Everything is read from rows, whoever writes the recording down: any number of processes look, one of them takes each step,
and what a process leaves undone the next one finds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from actions.call_sides import own_voice, unknown_channels
from bot.wiring import House
from knowledge.library import call_follows as rows
from knowledge.library import deliveries, recordings
from knowledge.model import CallFollow, Conversation, InboundFile, Interaction, Person, Recording
from knowledge.model.calls import ASKING, ENDED, SIDES, TOLD, WRITING, WRITTEN
from knowledge.model.files import TO_TRANSCRIBE
from knowledge.model.recordings import GIVEN, REFUSED, WITHDRAWN

from . import call_words as say
from .ask_views import CONSENT, STALE
from .ask_views import SIDES as ASK_SIDES
from .asks import Asks, basis_in
from .call_progress import Heard, goes_on, turn_of
from .port import Traits
from .post import row_of, text_row
from .wire import address_json, address_of
from .words import Address, Load, Parcel

LOG = logging.getLogger(__name__)

DONE, FAILED = "done", "failed"


PATIENCE = timedelta(minutes=30)
"""How long a summary waits for somebody to say which channel is whose."""


@dataclass
class CallFollowing:
    """`traits` says what a channel can do, None for one that is not open here."""

    house: House
    asks: Asks
    traits: Callable[[str], Traits | None]

    def tick(self) -> set[str]:
        """Take the steps that are due; returns the channels that have something to bring out."""
        moved = {channel for channel in self._begun() if channel}
        with self.house.store.reading() as session:
            under_way = [row for row in rows.under_way(session) if not self._quiet(session, row)]
            corrected = rows.corrected_since_told(session)
        for row in under_way:
            if self._stepped(row):
                moved.add(row.channel)
        for row, version in corrected:
            if self._stale(row, version.number):
                moved.add(row.channel)
        return moved | self.asks.refresh()

    # inside ----------------------------------------------------------------------------------------------------

    def _begun(self) -> set[str]:
        with self.house.store.reading() as session:
            found = [(file, chat) for file, chat in rows.unfollowed(session) if self._reaches(chat.channel)]
        return {self._begin(file, chat) for file, chat in found}

    def _reaches(self, channel: str) -> bool:
        traits = self.traits(channel)
        return traits is not None and traits.push

    def _begin(self, file: InboundFile, chat: Conversation) -> str:
        """The first step: who is told, and where; whoever sent somebody else's voice is asked whether they agreed."""
        address = Address(channel=chat.channel, to=chat.thread)
        follow = CallFollow(
            interaction_id=file.interaction_id,
            person_id=file.person_id,
            channel=chat.channel,
            address=address_json(address),
            conversation_id=chat.id,
            stage=ASKING,
            at=self.house.clock(),
        )
        with self.house.store.session() as session:
            if not rows.begin(session, follow):
                return ""
            recording = recordings.recording(session, file.interaction_id)
            person, row = session.get(Person, file.person_id), session.get(Interaction, file.interaction_id)
            agreed = file.sent_as == "voice" or (recording is not None and recording.consent == GIVEN)
            if person is not None and row is not None and not agreed:
                self.asks.post(session, CONSENT, person, row, address, f"consent:{row.id}")
        return chat.channel

    @staticmethod
    def _quiet(session: Session, row: CallFollow) -> bool:
        """Whether nothing has happened since the last step: asked of each every second, and without a lock."""
        file, heard = (
            recordings.file_of(session, row.interaction_id),
            session.get(Recording, row.interaction_id),
        )
        if file is None or file.transcript != TO_TRANSCRIBE:
            return False
        if heard is None:
            return row.stage == ASKING and file.sent_as != "voice"
        if heard.consent in (REFUSED, WITHDRAWN) or (heard.problem and heard.problem != row.problem):
            return False
        if row.stage == ASKING:
            return heard.consent != GIVEN and file.sent_as != "voice"
        return heard.done_s <= row.told_s

    def _stepped(self, row: CallFollow) -> bool:
        with self.house.store.session() as session:
            talk, person = session.get(Interaction, row.interaction_id), session.get(Person, row.person_id)
            file = recordings.file_of(session, row.interaction_id)
            recording = recordings.recording(session, row.interaction_id)
            if talk is None or person is None or not person.active:
                return rows.moved(session, row, stage=ENDED)
            if recording is not None and recording.consent in (REFUSED, WITHDRAWN):
                rows.moved(session, row, stage=ENDED)
                return False
            if row.stage == SIDES:
                return self._sides_known(session, row, talk, recording)
            if file is None:  # erased, or its time is over
                rows.moved(session, row, stage=ENDED)
                return False
            return self._told(
                session, row, talk, person, file, recording or Recording(interaction_id=talk.id)
            )

    def _told(
        self,
        session: Session,
        row: CallFollow,
        talk: Interaction,
        person: Person,
        file: InboundFile,
        heard: Recording,
    ) -> bool:
        """What has happened since: it is done, it failed, it goes on."""
        name, language = file.name, person.language
        if file.transcript == DONE:
            return self._done(session, row, talk, heard, file, language)
        if file.transcript == FAILED or (heard.problem and heard.problem != row.problem):
            again = file.transcript == TO_TRANSCRIBE
            stage = WRITING if again else ENDED
            if not rows.moved(session, row, stage=stage, problem=heard.problem):
                return False
            words = say.failed(name, heard.problem, language, again=again)
            self._text(session, row, f"problem:{len(heard.problem)}:{row.rounds}:{stage}", words)
            return True
        if row.stage == ASKING:
            if file.sent_as != "voice" and heard.consent != GIVEN:
                return False
            if not rows.moved(session, row, stage=WRITING, told_at=self.house.clock()):
                return False
            self._text(session, row, "begun", say.begun(name, heard.seconds or file.seconds, language))
            return True
        return goes_on(
            session, row, Heard(heard, file), self.traits(row.channel), language, self.house.clock()
        )

    def _done(
        self,
        session: Session,
        row: CallFollow,
        talk: Interaction,
        heard: Recording,
        file: InboundFile,
        language: str,
    ) -> bool:
        """Written down: the progress ends, the summary is due. Where nobody spoke there is none."""
        silent, asked = not talk.segments, unknown_channels(talk, heard)
        stage = TOLD if silent else SIDES if asked else WRITTEN
        if not rows.moved(session, row, stage=stage, told_at=self.house.clock(), problem=""):
            return False
        traits, turn = self.traits(row.channel), turn_of(row)
        person = session.get(Person, row.person_id)
        if person is not None and file.sent_as == "voice":
            own_voice(session, talk, person)
        if person is not None and asked:
            self.asks.post(session, ASK_SIDES, person, talk, address_of(row.address), f"sides:{talk.id}")
        if silent:
            self._text(session, row, "silent", say.nothing_said(file.name, language))
        elif traits is not None and traits.edits and row.told_s:
            deliveries.drop_draft(session, f"draft:{turn}")
            parcel = Parcel(
                id=f"{turn}:end",
                load=Load.TEXT,
                address=address_of(row.address),
                text=say.ended(heard.seconds, language),
                turn=turn,
                last=True,
            )
            deliveries.put(session, row_of(f"{turn}:end", parcel, self.house.clock()))
        return True

    def _sides_known(
        self, session: Session, row: CallFollow, talk: Interaction, heard: Recording | None
    ) -> bool:
        """The summary waits for the answer, but not for ever."""
        waited = row.told_at is not None and self.house.clock() - row.told_at > PATIENCE
        if unknown_channels(talk, heard) and not waited:
            return False
        return rows.moved(session, row, stage=WRITTEN)

    def _stale(self, row: CallFollow, number: int) -> bool:
        """The words were corrected after the summary was told: a card offers to make it anew, once for each version."""
        with self.house.store.session() as session:
            talk, person = session.get(Interaction, row.interaction_id), session.get(Person, row.person_id)
            if not rows.moved(session, row, told_at=self.house.clock()) or talk is None or person is None:
                return False
            if not basis_in(session, talk).stale or not self._reaches(row.channel):
                return False
            self.asks.post(session, STALE, person, talk, address_of(row.address), f"stale:{talk.id}:{number}")
        return True

    def _text(self, session: Session, row: CallFollow, key: str, words: str) -> None:
        address = address_of(row.address)
        deliveries.put(
            session, text_row(f"call:{row.interaction_id}:{key}", address, words, self.house.clock())
        )
