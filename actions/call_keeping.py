"""How long recordings are kept: the sound and the words each have their days, after which the clock removes them and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from knowledge.library import advice, call_versions, doors, judgements, recordings, suggestions
from knowledge.model import Interaction, Recording
from knowledge.model.files import BOUND, EXPIRED

from . import record
from .call_proposals import KIND, OPEN
from .call_records import speech_file
from .call_words import Told, told
from .counter import PersonDesk
from .gate import Gate
from .holding import let_go

LOOK_S = 900.0
"""How often it is looked at: days are counted, not seconds."""

LONGEST_DAYS = 36_500
SOUND, WORDS = "sound", "words"


@dataclass(frozen=True)
class Kept:
    """Days the sound and the words of recordings are kept where nobody says otherwise for one; 0: for good."""

    sound_days: int = 0
    words_days: int = 0


def keep_for(desk: PersonDesk, call_id: str, sound_days: int | None, words_days: int | None) -> Told:
    """Say how long this recording is kept, in days after it came in (0: for good; None: as it was)."""
    given = [one for one in (sound_days, words_days) if one is not None]
    if not given or any(not 0 <= one <= LONGEST_DAYS for one in given):
        return told("keep_how", name=call_id)
    with desk.gate.store.session() as session:
        row, recording = session.get(Interaction, call_id), session.get(Recording, call_id)
        if row is None or not desk.sees_call(session, row):
            return told("unknown", name=call_id)
        if recording is None:
            return told("no_recording", name=call_id)
        if sound_days is not None:
            recording.sound_days = sound_days
        if words_days is not None:
            recording.words_days = words_days
        session.add(recording)
        detail = {"call": call_id, "sound_days": recording.sound_days, "words_days": recording.words_days}
        event = record.Event(name="recording_kept", actor=desk.person.id, channel=desk.channel, detail=detail)
        record.append(session, event, desk.now)
        sound, words = (_shown(one) for one in (recording.sound_days, recording.words_days))
    desk.gate.after()
    return told("kept", name=call_id, sound=sound, words=words)


def expire_recordings(gate: Gate, kept: Kept, unlisted: Callable[[str], object]) -> list[str]:
    """Remove what is kept no longer; returns the calls of which something went. `unlisted` brings the search up to date
    for one. Looked at four times an hour by one of all processes."""
    now = gate.clock()
    with gate.store.reading() as session:
        if doors.note(session, "retention", now) is not None:
            return []
    with gate.store.session() as session:
        doors.put_note(session, "retention", {"at": now.isoformat()}, now, LOOK_S)
        due = [(row.interaction_id, what) for row in _open(session) for what in _over(row, kept, now)]
    for call_id, what in due:
        _expired(gate, call_id, what)
        if what == WORDS:
            unlisted(call_id)
    if due:
        gate.after()
    return sorted({call_id for call_id, _ in due})


def _open(session: Session) -> Sequence[Recording]:
    gone = or_(col(Recording.sound_gone_at).is_(None), col(Recording.words_gone_at).is_(None))
    return session.exec(select(Recording).where(gone).order_by(col(Recording.interaction_id))).all()


def _over(row: Recording, kept: Kept, now: datetime) -> list[str]:
    """What of it has been kept for long enough."""
    wanted = (
        (SOUND, row.sound_days, kept.sound_days, row.sound_gone_at),
        (WORDS, row.words_days, kept.words_days, row.words_gone_at),
    )
    return [
        what
        for what, own, house, gone in wanted
        if gone is None and (days := house if own is None else own) and row.at + timedelta(days=days) <= now
    ]


def _expired(gate: Gate, call_id: str, what: str) -> None:
    now = gate.clock()
    with gate.store.session() as session:
        record.lock_system(session)
        recording, row = session.get(Recording, call_id), session.get(Interaction, call_id)
        if recording is None or row is None:
            return
        gone = _silenced(session, recording, now) if what == SOUND else _emptied(session, recording, row, now)
        session.add(recording)
        detail = {"call": call_id, "what": what}
        record.append(session, record.Event(name="recording_expired", actor="system", detail=detail), now)
    for sha in gone:
        let_go(gate, sha)
        speech_file(gate, sha).unlink(missing_ok=True)


def _silenced(session: Session, recording: Recording, now: datetime) -> list[str]:
    """No file holds the sound any more; the hashes of what goes."""
    recording.sound_gone_at = now
    files = [one for one in recordings.files_of(session, recording.interaction_id) if one.state == BOUND]
    for file in files:
        file.state, file.settled_at = EXPIRED, now
        session.add(file)
    return sorted({file.sha256 for file in files})


def _emptied(session: Session, recording: Recording, row: Interaction, now: datetime) -> list[str]:
    """Nothing of what was said stays, in no version, and nothing that was made of it."""
    recording.words_gone_at = now
    recording.words, recording.left_out = [], []
    row.text, row.segments = "", []
    session.add(row)
    judgements.forget(session, row.id)
    call_versions.forget(session, row.id)
    for one in suggestions.every_of_call(session, KIND, row.id):
        one.payload = {"call": row.id, "hash": "", "n": one.payload.get("n", 0), "expired": True}
        session.add(one)
        if one.status in OPEN:
            advice.append(session, one, "expired", now, actor="system", detail={"why": "words gone"})
    return []


def _shown(days: int | None) -> tuple[str, str]:
    if days is None:
        return "按公司设置", "as the house's settings say"
    return (f"{days} 天", f"{days} days") if days else ("一直", "for good")
