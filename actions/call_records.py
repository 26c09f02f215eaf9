"""Calls of one person: a transcript or a recording comes in, somebody agrees to be written down or does not, and figures.

No consent, no transcript: a recording waits until a colleague says who agreed and how; a no, or a yes that is taken back,
removes the words and the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from knowledge.attachments import examine
from knowledge.attachments.words import RECORDING
from knowledge.library import call_versions, judgements
from knowledge.library import recordings as rows
from knowledge.model import Deal, Interaction, InteractionKind, Recording
from knowledge.model.files import DROPPED
from knowledge.model.recordings import ASKED, CONSENTS, GIVEN, REFUSED, UNKNOWN, WITHDRAWN
from speech.formats import FormatError, read_file
from speech.metrics import CallMetrics, call_metrics
from speech.sides import Participants
from speech.transcript import Segment, Transcript

from .call_rules import CallRules, rules_in_force
from .call_words import Told, told
from .counter import PersonDesk
from .gate import Gate
from .holding import let_go
from .received import Became, FileResult, SentFile

if TYPE_CHECKING:
    from collections.abc import Mapping

WAYS = {
    UNKNOWN: {ASKED, GIVEN, REFUSED},
    ASKED: {GIVEN, REFUSED},
    GIVEN: {WITHDRAWN},
    REFUSED: {GIVEN},
    WITHDRAWN: {GIVEN},
}
"""From which state of consent one comes to which."""

WRITTEN = frozenset({".vtt", ".srt", ".txt", ".md", ".json"})


@dataclass(frozen=True, kw_only=True)
class CallFile:
    """What a colleague says of a file: when the call was, who agreed to the recording and how (`consent`, "" when nobody
    was asked), which channel is the rep (1 or 2, 0 unknown), and who took part."""

    path: Path
    at: datetime | None = None
    consent: str = ""
    language: str = "zh"
    rep_channel: int = 0
    reps: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Calls:
    """Bound to a desk: whoever does not see a call gets the answer of one that does not exist."""

    desk: PersonDesk

    def add(self, file: CallFile, deal_id: str) -> Told | FileResult:
        """Take a transcript or a recording onto a deal. A FileResult says that the file itself was refused."""
        transcript, recording = None, False
        try:
            found = examine(file.path, file.path.name)
            if not found.refused and found.type:
                recording = found.type.kind == RECORDING
            if not recording and file.path.suffix.lower() in WRITTEN:
                transcript = read_file(file.path)
        except OSError:
            return told("no_file", name=file.path.name)
        except FormatError as error:
            return told("no_transcript", name=file.path.name, why=str(error))
        if found.refused:
            return FileResult(became=Became.REFUSED, name=found.name, reason=found.refused, size=found.size)
        if not recording and transcript is None:
            return told("no_call", name=found.name)
        taken = self.desk.take_file(SentFile(path=file.path, name=file.path.name), deal_id)
        if taken.became == Became.WAITING:
            self.desk.drop_file(taken.file_id)
            return told("no_deal", name=deal_id)
        if taken.became not in (Became.BOUND, Became.KNOWN):
            return taken
        return self._filled(taken, file, transcript, recording=recording)

    def consent(self, call_id: str, state: str, how: str = "", rep_channel: int = 0) -> Told:
        """Say how the consent of those on a recording stands, and perhaps which of its channels (1, 2) is the rep; a no
        removes what was written down, and the sound."""
        row = self.desk.interaction(call_id)
        if row is None:
            return told("unknown", name=call_id)
        if state not in CONSENTS or state == UNKNOWN:
            return told("no_state", name=state)
        if state == GIVEN and not how.strip():
            return told("how", name=call_id)
        with self.desk.gate.store.session() as session:
            recording = session.get(Recording, call_id)
            if recording is None:
                if rows.file_of(session, call_id) is None:
                    return told("no_recording", name=call_id)
                recording = Recording(interaction_id=call_id)
            if state not in WAYS[recording.consent]:
                return told("no_way", name=call_id, before=recording.consent, state=state)
            self._agreed(recording, state, how)
            recording.rep_channel = rep_channel or recording.rep_channel
            session.add(recording)
            gone = _forgotten(session, recording) if state in (REFUSED, WITHDRAWN) else []
        for sha in gone:
            let_go(self.desk.gate, sha)
            speech_folder(self.desk).joinpath(f"{sha}.jsonl").unlink(missing_ok=True)
        if gone:
            self.desk.searchable(call_id)
        return told(f"consent_{state}", name=call_id)

    def metrics(self, call_id: str) -> tuple[CallMetrics, CallRules] | None:
        """The metrics of a call and the rules they were made by; None for one that does not exist for this person."""
        row = self.desk.interaction(call_id)
        if row is None:
            return None
        with self.desk.gate.store.reading() as session:
            recording = session.get(Recording, call_id)
            rules = rules_in_force(session, session.get(Deal, row.deal_id) if row.deal_id else None)
        sure = recording.speaker_confidence if recording else None
        return call_metrics(segments_of(row), rules.rules, sure), rules

    def recording(self, call_id: str) -> Recording | None:
        """What is known of a call's recording."""
        if self.desk.interaction(call_id) is None:
            return None
        with self.desk.gate.store.reading() as session:
            return session.get(Recording, call_id)

    def listed(self, deal_id: str = "") -> list[tuple[Interaction, Recording | None]]:
        """Calls and meetings that this person sees, newest first."""
        with self.desk.gate.store.reading() as session:
            found = rows.calls(session, deal_id)
            known = {row.id: session.get(Recording, row.id) for row in found}
        return [(row, known[row.id]) for row in found if self.desk.interaction(row.id) is not None]

    # inside ----------------------------------------------------------------------------------------------------

    def _filled(
        self, taken: FileResult, file: CallFile, transcript: Transcript | None, *, recording: bool
    ) -> Told:
        new = taken.became == Became.BOUND
        with self.desk.gate.store.session() as session:
            row = session.get_one(Interaction, taken.interaction_id)
            if new:
                row.kind, row.at = InteractionKind.CALL, file.at or row.at
            if new and transcript is not None:
                said = self._sided(session, row, file, transcript.segments)
                row.segments = [asdict(one) for one in said]
                row.text = Transcript(segments=said, source_format=transcript.source_format).text
            session.add(row)
            kept = session.get(Recording, row.id)
            if recording:
                kept = kept or self._fresh(row.id, file)
                if file.consent.strip() and kept.consent in (UNKNOWN, ASKED):
                    self._agreed(kept, GIVEN, file.consent)
                session.add(kept)
        if new and transcript is not None:
            self.desk.searchable(taken.interaction_id)
        code = "added_recording" if recording else "added_transcript"
        if recording and kept is not None and kept.consent != GIVEN:
            code = "added_waiting"
        turns = len(transcript.segments) if transcript else 0
        deal = taken.deal.name if taken.deal else ""
        return told(
            code if new else "known", name=taken.name, call=taken.interaction_id, deal=deal, turns=turns
        )

    def _fresh(self, call_id: str, file: CallFile) -> Recording:
        made = Recording(interaction_id=call_id, language=file.language, rep_channel=file.rep_channel)
        made.at = self.desk.now
        return made

    def _agreed(self, recording: Recording, state: str, how: str) -> None:
        recording.consent, recording.consent_how = state, how.strip()
        recording.consent_by, recording.consent_at = self.desk.person.id, self.desk.now

    def _sided(
        self, session: Session, row: Interaction, file: CallFile, said: Sequence[Segment]
    ) -> tuple[Segment, ...]:
        """Sides from what the colleague said, then from who is known at this customer and here."""
        own = {str(one["speaker"]): str(one["side"]) for one in row.segments if one.get("side") != "unknown"}
        people = Participants(
            reps=(*file.reps, *(name for name, side in own.items() if side == "rep"), self.desk.person.name),
            customers=(*file.customers, *rows.contact_names(session, row.account_id)),
            named=file.named,
        )
        return people.sided(said)


def segments_of(row: Interaction) -> tuple[Segment, ...]:
    """The segments of a stored call."""
    return tuple(Segment(**_fields(one)) for one in row.segments)


def _fields(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("speaker", "text", "side", "start", "end") if name in one}


def speech_folder(desk: PersonDesk) -> Path:
    """Where unfinished transcriptions lie by the hash of their recording."""
    folder = desk.gate.hands.folder
    if folder is None:
        raise ValueError("no data folder to keep chunks in")
    return folder / "speech"


def speech_file(gate: Gate, sha256: str) -> Path:
    """The finished chunks of one recording."""
    if gate.hands.folder is None:
        raise ValueError("no data folder to keep chunks in")
    return gate.hands.folder / "speech" / f"{sha256}.jsonl"


def _forgotten(session: Session, recording: Recording) -> list[str]:
    """Nothing of what was said stays; the hashes of the bytes that go."""
    recording.words, recording.left_out, recording.done_s = [], [], 0.0
    recording.speaker_confidence, recording.engine = None, ""
    row = session.get_one(Interaction, recording.interaction_id)
    row.text, row.segments = "", []
    session.add(row)
    judgements.forget(session, recording.interaction_id)
    call_versions.forget(session, recording.interaction_id)
    files = rows.files_of(session, recording.interaction_id)
    for file in files:
        file.state, file.transcript = DROPPED, ""
        session.add(file)
    return sorted({file.sha256 for file in files})
