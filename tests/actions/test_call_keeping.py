"""Recordings have their days: the clock removes the sound, then the words, of every version, and the record says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from actions import record
from actions.call_keeping import Kept, expire_recordings, keep_for
from actions.call_records import CallFile, Calls
from actions.call_versions import Versions
from actions.call_words import Told
from actions.call_writing import Scribe
from knowledge.model import Recording, TranscriptVersion
from speech.corrections import WORDS, Correction
from tests.fakes.hearing import ToneTranscriber
from tests.fakes.receiving import Mailroom, mailroom
from tests.fakes.sounds import record as recorded
from tests.fakes.sounds import tone


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as made:
        yield made


def written(room: Mailroom) -> str:
    path = recorded(room.folder / "a.wav", [tone(5, 400, 16_000)], codec="pcm_s16le", rate=16_000)
    found = Calls(room.desk()).add(CallFile(path=path, consent="王总同意"), "D-1")
    assert isinstance(found, Told)
    Scribe(Calls(room.desk()), ToneTranscriber()).write_down(found.call)
    Versions(room.desk()).correct(found.call, Correction(kind=WORDS, line=0, new="预算一百万"))
    return found.call


def look(room: Mailroom, kept: Kept, days: float) -> list[str]:
    room.firm.clock.pass_(days * 86400)
    return expire_recordings(room.firm.gate, kept, lambda call: room.search.add([call]))


def of(room: Mailroom, call: str) -> Recording:
    with room.firm.store.reading() as session:
        return session.get_one(Recording, call)


def test_nothing_goes_by_itself_where_nobody_said_so(room: Mailroom) -> None:
    call = written(room)
    assert look(room, Kept(), 3650) == []
    assert room.row(call).text
    assert room.kept()


def test_the_sound_goes_first_then_the_words(room: Mailroom) -> None:
    call = written(room)
    kept = Kept(sound_days=30, words_days=365)
    assert look(room, kept, 29) == []
    assert look(room, kept, 2) == [call]
    assert room.kept() == []
    assert "预算一百万" in room.row(call).text
    assert of(room, call).sound_gone_at == room.firm.clock()
    assert look(room, kept, 335) == [call]
    assert (room.row(call).text, room.row(call).segments, of(room, call).words) == ("", [], [])
    assert room.desk().recall("预算一百万") == []
    with room.firm.store.reading() as session:
        assert session.exec(select(TranscriptVersion)).all() == []
        gone = [one.detail for one in record.records(session) if one.event == "recording_expired"]
        assert gone == [{"call": call, "what": "sound"}, {"call": call, "what": "words"}]
        assert record.verify(session, None).problems == ()
    assert look(room, kept, 1) == []


def test_one_recording_has_days_of_its_own(room: Mailroom) -> None:
    call = written(room)
    assert keep_for(room.desk(), call, None, None).code == "keep_how"
    assert keep_for(room.desk("p-wu"), call, 1, 1).code == "unknown"
    told = keep_for(room.desk(), call, 0, 10)
    assert (told.code, "录音保留一直" in told.zh, "文字保留10 天" in told.zh) == ("kept", True, True)
    assert look(room, Kept(sound_days=1, words_days=1), 9) == []
    assert look(room, Kept(sound_days=1, words_days=1), 2) == [call]
    assert room.kept()
    assert of(room, call).at + timedelta(days=11) <= room.firm.clock()
