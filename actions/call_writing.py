"""Recordings that wait are written down: consent first, chunk by chunk, the words in one transaction at the end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlmodel import Session

from knowledge.library import files as file_rows
from knowledge.library import recordings as rows
from knowledge.model import Account, Deal, InboundFile, Interaction, Person, Recording
from knowledge.model.files import BOUND, TO_TRANSCRIBE
from knowledge.model.recordings import GIVEN, UNKNOWN
from speech.audio_faults import AudioError
from speech.heard import Hints, TranscriberError
from speech.listening import CHANNELS, CHUNK_S, Listened, listening
from speech.transcriber import Transcriber
from speech.transcript import Side

from .call_holding import Holding
from .call_records import Calls, speech_folder
from .call_words import Told, told
from .holding import shelf_of

DONE, FAILED = "done", "failed"
MOST_HOTWORDS = 40
CUSTOMER = "客户"

Progress = Callable[[float, float | None], None]
Writing = Generator[tuple[float, float | None], None, Told]
"""A recording on its way to words: yields seconds done and of how many after each chunk, returns what to say in the end."""


@dataclass(frozen=True)
class Scribe:
    """Writes recordings down with one engine. `calls` is bound to the person on whose behalf it is done. With `holding`, no
    other process that has one writes the same recording down meanwhile."""

    calls: Calls
    engine: Transcriber
    chunk_s: float = CHUNK_S
    holding: Holding | None = None

    def waiting(self) -> list[str]:
        """Calls that wait to be written down and may be, oldest first."""
        desk = self.calls.desk
        with desk.gate.store.reading() as session:
            found = [(file, row.id) for file, row in file_rows.to_transcribe(session)]
            ready = [call for file, call in found if allowed(session.get(Recording, call), file)]
        return [call for call in ready if desk.interaction(call) is not None]

    def write_down(self, call_id: str, progress: Progress | None = None) -> Told:
        """Hear one recording and fill its interaction. What broke off before goes on where it stopped; a failure of the
        engine leaves it waiting, a recording that cannot be decoded is told so and not tried again by itself."""
        going = self.writing(call_id)
        while True:
            try:
                done, of = next(going)
            except StopIteration as end:
                answer: Told = end.value
                return answer
            if progress:
                progress(done, of)

    def writing(self, call_id: str) -> Writing:
        """`write_down` chunk by chunk, for whoever writes several down in turn. Closed early, it lets go of the recording,
        and what is done stays for the next time."""
        ready = self._ready(call_id)
        if isinstance(ready, Told):
            return ready
        path, kept, known = ready
        if self.holding is not None and not self.holding.take(call_id):
            return told("busy", name=call_id)
        try:
            return (yield from self._heard(call_id, path, kept, known))
        finally:
            if self.holding is not None:
                self.holding.drop(call_id)

    # inside ----------------------------------------------------------------------------------------------------

    def _ready(self, call_id: str) -> Told | tuple[Path, Path, Hints]:
        """Where the bytes lie, where finished chunks are kept and what the engine should know, or why it cannot be done."""
        desk = self.calls.desk
        row = desk.interaction(call_id)
        if row is None:
            return told("unknown", name=call_id)
        with desk.gate.store.reading() as session:
            file, recording = rows.file_of(session, call_id), session.get(Recording, call_id)
            known = hints(session, row, recording)
        if file is None or not (file.transcript or recording):
            return told("no_recording", name=call_id)
        if file.transcript == DONE:
            return told("has_words", name=call_id)
        if not allowed(recording, file):
            return told("no_consent", name=call_id, before=recording.consent if recording else UNKNOWN)
        try:
            path = shelf_of(desk.gate).path(file.sha256)
        except FileNotFoundError:
            return told("gone", name=call_id)
        return path, speech_folder(desk) / f"{file.sha256}.jsonl", known

    def _heard(self, call_id: str, path: Path, kept: Path, known: Hints) -> Writing:
        try:
            going = listening(path, self.engine, known, checkpoint=kept, chunk_s=self.chunk_s)
            with closing(going):
                while True:
                    try:
                        done, of = next(going)
                    except StopIteration as end:
                        found: Listened = end.value
                        break
                    self._note(call_id, done, of)
                    yield done, of
        except AudioError as error:
            self._failed(call_id, f"{error.zh} / {error.en}", FAILED)
            return _failure(call_id, error.zh, error.en)
        except TranscriberError as error:
            self._failed(call_id, f"{error.zh} / {error.en}", TO_TRANSCRIBE)
            return _failure(call_id, error.zh, error.en)
        answer = self._kept(call_id, found)
        kept.unlink(missing_ok=True)
        self.calls.desk.searchable(call_id)
        return answer

    def _kept(self, call_id: str, found: Listened) -> Told:
        """The words, unless the consent was taken back meanwhile."""
        desk = self.calls.desk
        with desk.gate.store.session() as session:
            row, recording = session.get_one(Interaction, call_id), _recording(session, call_id)
            file = rows.file_of(session, call_id)
            if file is None or not allowed(recording, file):
                return told("no_consent", name=call_id, before=recording.consent)
            if file.transcript == DONE:  # another process was faster than we were alive
                return told("has_words", name=call_id)
            sides, names = _channels(session, row, recording)
            transcript = found.transcript(sides, names)
            row.text, row.segments = transcript.text, [asdict(one) for one in transcript.segments]
            row.extra = {**row.extra, "transcript": DONE, "seconds": f"{found.end.seconds:.0f}"}
            _note_result(recording, found)
            for one in rows.files_of(session, call_id):
                one.transcript = DONE
                session.add(one)
            session.add(row)
            session.add(recording)
        code = "written" if found.heard else "nothing_said"
        minutes = f"{found.end.seconds / 60:.1f}"
        return told(code, name=call_id, minutes=minutes, turns=len(found.heard), left=len(found.dropped))

    def _note(self, call_id: str, done: float, of: float | None) -> None:
        with self.calls.desk.gate.store.session() as session:
            recording = _recording(session, call_id)
            recording.done_s, recording.seconds = round(done, 3), round(of or recording.seconds, 3)
            session.add(recording)

    def _failed(self, call_id: str, why: str, state: str) -> None:
        with self.calls.desk.gate.store.session() as session:
            recording = _recording(session, call_id)
            recording.problem = why
            session.add(recording)
            for file in rows.files_of(session, call_id):
                if file.state == BOUND:
                    file.transcript = state
                    session.add(file)


def _failure(call_id: str, zh: str, en: str) -> Told:
    """The sentence of a failure, each language with its own words."""
    made = told("failed", name=call_id, why=zh)
    return Told(code=made.code, done=False, zh=made.zh, en=f"{call_id}: {en}", call=call_id)


def allowed(recording: Recording | None, file: InboundFile) -> bool:
    """Whether it may be written down: those on it agreed, or it is the sender's own voice message."""
    return file.sent_as == "voice" or (recording is not None and recording.consent == GIVEN)


def _recording(session: Session, call_id: str) -> Recording:
    return session.get(Recording, call_id) or Recording(interaction_id=call_id)


def _note_result(recording: Recording, found: Listened) -> None:
    recording.engine, recording.problem = found.engine, ""
    recording.seconds = recording.done_s = round(found.end.seconds, 3)
    recording.speaker_confidence = found.speaker_confidence
    recording.words = [
        [word.start, word.end, word.text, word.confidence, one.channel]
        for one in found.heard
        for word in one.words
    ]
    recording.left_out = [
        {"start": one.heard.start, "end": one.heard.end, "text": one.heard.text, "why": one.why} for one in found.dropped
    ]  # fmt: skip


def _channels(
    session: Session, row: Interaction, recording: Recording
) -> tuple[tuple[Side, Side], tuple[str, str]]:
    """Who the two channels are, where somebody said which one is the rep."""
    if recording.rep_channel not in (1, 2):
        return ("unknown", "unknown"), CHANNELS
    person = session.get(Person, row.person_id) if row.person_id else None
    people = rows.contact_names(session, row.account_id)
    rep, customer = person.name if person else "销售", people[0] if len(people) == 1 else CUSTOMER
    if recording.rep_channel == 1:
        return ("rep", "customer"), (rep, customer)
    return ("customer", "rep"), (customer, rep)


def hints(session: Session, row: Interaction, recording: Recording | None) -> Hints:
    """One language for the whole call, and the names that may be said: the customer, their people, the competitor, what
    we sell."""
    account = session.get(Account, row.account_id) if row.account_id else None
    deal = session.get(Deal, row.deal_id) if row.deal_id else None
    names = [account.name, *account.aliases] if account else []
    names += rows.contact_names(session, row.account_id)
    names += [deal.competitor] if deal and deal.competitor else []
    names += rows.product_names(session)
    words = tuple(dict.fromkeys(name for name in names if name))[:MOST_HOTWORDS]
    return Hints(language=recording.language if recording else "zh", hotwords=words)
