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

from bot.wiring import House
from knowledge.library import call_follows as rows
from knowledge.library import deliveries, recordings
from knowledge.model import CallFollow, Conversation, InboundFile, Interaction, Person, Recording
from knowledge.model.calls import ASKING, ENDED, TOLD, WRITING, WRITTEN
from knowledge.model.files import TO_TRANSCRIBE
from knowledge.model.recordings import GIVEN, REFUSED, WITHDRAWN

from . import call_words as say
from .ask_views import CONSENT, STALE
from .asks import Asks, basis_in
from .port import Traits
from .post import row_of, text_row
from .wire import address_json, address_of
from .words import Address, Load, Parcel

LOG = logging.getLogger(__name__)

DONE, FAILED = "done", "failed"
APART = timedelta(minutes=3)
"""Between two messages about one recording where a message cannot be changed in place."""


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
            return self._done(session, row, talk, heard, name, language)
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
        return self._goes_on(session, row, heard, file, language)

    def _goes_on(
        self, session: Session, row: CallFollow, heard: Recording, file: InboundFile, language: str
    ) -> bool:
        """How far it is: in one message that changes where the platform can, else rarely and for long ones alone."""
        traits, now = self.traits(row.channel), self.house.clock()
        of = heard.seconds or file.seconds
        if traits is None or heard.done_s <= row.told_s:
            return False
        words = say.progress(heard.done_s, of, language)
        if traits.edits:
            if rows.moved(session, row, told_s=heard.done_s, told_at=now):
                turn = f"call-{row.interaction_id}"
                parcel = Parcel(
                    id=f"draft:{turn}",
                    load=Load.DRAFT,
                    address=address_of(row.address),
                    text=words,
                    turn=turn,
                )
                deliveries.put_draft(session, row_of(f"draft:{turn}", parcel, now))
                return True
            return False
        quiet = row.told_at is not None and now - row.told_at < APART
        third = of / 3 if of else say.LONG_S
        if of < say.LONG_S or quiet or heard.done_s - row.told_s < third:
            return False
        if rows.moved(session, row, told_s=heard.done_s, told_at=now):
            self._text(session, row, f"at:{int(heard.done_s)}", words)
            return True
        return False

    def _done(
        self, session: Session, row: CallFollow, talk: Interaction, heard: Recording, name: str, language: str
    ) -> bool:
        """Written down: the progress ends, the summary is due. Where nobody spoke there is none."""
        silent = not talk.segments
        if not rows.moved(
            session, row, stage=TOLD if silent else WRITTEN, told_at=self.house.clock(), problem=""
        ):
            return False
        traits, turn = self.traits(row.channel), f"call-{row.interaction_id}"
        if silent:
            self._text(session, row, "silent", say.nothing_said(name, language))
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
