"""Calls come in as recordings or transcripts; without a consent nothing is written down, and a no takes it away again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from actions.call_records import CallFile, Calls
from actions.call_words import SAID, Told
from actions.call_writing import Scribe
from actions.erasing.found import find_everything
from actions.erasing.whom import find_whom
from actions.erasing.writing import write as erase
from knowledge import blueprints
from knowledge.library import files as file_rows
from knowledge.model import Recording
from knowledge.passages import Filters
from speech.heard import Hints
from speech.listening import listen
from tests.fakes.hearing import ToneTranscriber
from tests.fakes.receiving import Mailroom, mailroom
from tests.fakes.sounds import record, silence, tone

RATE = 16_000
AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
FEISHU = "文字记录:\n\n说话人 1 00:02\n王总您好，我明天把报价发给您。\n\n说话人 2 00:40\n好的，价格太贵了。\n\n李娜 01:30\n没问题。\n"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as made:
        yield made


def calls(room: Mailroom, who: str = "p-lina") -> Calls:
    return Calls(room.desk(who))


def sound(room: Mailroom) -> Path:
    left = np.concatenate([tone(40, 400, RATE), silence(41, RATE)])
    right = np.concatenate([silence(42, RATE), tone(39, 900, RATE)])
    return record(room.folder / "call.wav", [left, right], codec="pcm_s16le", rate=RATE)


def told(found: object) -> Told:
    assert isinstance(found, Told), found
    return found


def added(room: Mailroom, **given: object) -> Told:
    return told(calls(room).add(CallFile(path=sound(room), at=AT, **given), "D-1"))  # type: ignore[arg-type]


def words(room: Mailroom, call: str) -> list[tuple[str, str, str]]:
    return [(str(s["speaker"]), str(s["side"]), str(s["text"])) for s in room.row(call).segments]


def test_an_export_of_a_meeting_tool_becomes_a_call_with_sides(room: Mailroom) -> None:
    path = room.folder / "妙记.txt"
    path.write_text(FEISHU, encoding="utf-8")
    named = {"说话人 1": "李娜", "说话人2": "王建国"}
    found = told(calls(room).add(CallFile(path=path, at=AT, named=named), "D-1"))
    assert found.code == "added_transcript"
    row = room.row(found.call)
    assert (row.kind, row.at, row.deal_id, row.person_id) == ("call", AT, "D-1", "p-lina")
    assert [(s["speaker"], s["side"], s["start"]) for s in row.segments] == [
        ("李娜", "rep", 2.0),
        ("王建国", "customer", 40.0),
        ("李娜", "rep", 90.0),
    ]
    assert "王建国: 好的，价格太贵了。" in row.text
    assert room.desk().recall("价格太贵", filters=Filters(deal_ids=frozenset({"D-1"})))
    again = told(calls(room).add(CallFile(path=path), "D-1"))
    assert (again.code, again.call) == ("known", found.call)


def test_a_json_transcript_keeps_the_sides_it_names(room: Mailroom) -> None:
    path = room.folder / "a.json"
    path.write_text(
        '[{"speaker": "谁", "side": "customer", "text": "您好", "start": 0, "end": 70}]', encoding="utf-8"
    )
    found = told(calls(room).add(CallFile(path=path), "D-1"))
    assert words(room, found.call) == [("谁", "customer", "您好")]


def test_a_recording_without_consent_waits(room: Mailroom) -> None:
    found = added(room)
    assert found.code == "added_waiting"
    scribe = Scribe(calls(room), ToneTranscriber())
    assert scribe.waiting() == []
    refused = scribe.write_down(found.call)
    assert (refused.code, refused.done) == ("no_consent", False)
    assert scribe.engine.calls == 0  # type: ignore[attr-defined]
    assert room.row(found.call).text == ""


def test_with_consent_it_is_written_down_with_words_sides_and_metrics(room: Mailroom) -> None:
    found = added(room, consent="王建国,电话开头口头同意", rep_channel=1)
    assert found.code == "added_recording"
    engine = ToneTranscriber()
    scribe = Scribe(calls(room), engine)
    assert scribe.waiting() == [found.call]
    seen: list[tuple[float, float | None]] = []
    answer = scribe.write_down(found.call, lambda done, of: seen.append((done, of)))
    assert answer.code == "written"
    assert seen == [(0.0, 81.0), (81.0, 81.0)]
    assert words(room, found.call) == [("李娜", "rep", "400 Hz"), ("客户", "customer", "900 Hz")]
    recording = calls(room).recording(found.call)
    assert recording is not None
    assert (recording.consent, recording.consent_by, recording.engine) == ("given", "p-lina", "fake:tones")
    assert recording.words == [[0.0, 40.0, "400 Hz", 0.9, 0], [42.0, 81.0, "900 Hz", 0.9, 1]]
    assert recording.done_s == 81.0
    measured = calls(room).metrics(found.call)
    assert measured is not None
    metrics, rules = measured
    assert len(rules.version) == 64
    assert metrics["talk_ratio"].value == pytest.approx(40 / 79, abs=1e-4)
    assert metrics["patience"].reason is not None, "the rep never follows the customer"
    hints = engine.hints[0]
    assert hints.language == "zh"
    assert {"华东医疗", "王建国", "影像平台"} <= set(hints.hotwords)
    assert scribe.write_down(found.call).code == "has_words"
    assert scribe.waiting() == []
    with room.firm.store.reading() as session:
        assert file_rows.to_transcribe(session) == []
    assert not list((room.folder / "speech").glob("*"))


def test_a_recording_that_nobody_says_the_sides_of_has_no_sided_metrics(room: Mailroom) -> None:
    found = added(room, consent="王建国同意")
    Scribe(calls(room), ToneTranscriber()).write_down(found.call)
    assert {side for _, side, _ in words(room, found.call)} == {"unknown"}
    measured = calls(room).metrics(found.call)
    assert measured is not None
    metrics, _ = measured
    assert metrics["talk_ratio"].reason.code == "no_sides"  # type: ignore[union-attr]
    assert metrics["interactivity"].value is not None, "two channels are two speakers"


def test_who_the_channels_are_and_that_they_agreed_may_be_said_later(room: Mailroom) -> None:
    data = sound(room).read_bytes()
    sent = room.take(data, "通话.wav")  # as a file in a chat: nothing is known of it
    assert Scribe(calls(room), ToneTranscriber()).waiting() == []
    assert calls(room).consent(sent.interaction_id, "given", "王建国同意", rep_channel=2).done
    Scribe(calls(room), ToneTranscriber()).write_down(sent.interaction_id)
    assert [side for _, side, _ in words(room, sent.interaction_id)] == ["customer", "rep"]


def test_the_same_recording_again_with_a_consent_brings_the_consent(room: Mailroom) -> None:
    first = added(room)
    room.firm.clock.pass_(60)
    again = added(room, consent="王建国同意")
    assert (again.code, again.call) == ("known", first.call)
    assert Scribe(calls(room), ToneTranscriber()).waiting() == [first.call]


def test_what_broke_off_goes_on_and_stays_waiting_meanwhile(room: Mailroom) -> None:
    found = added(room, consent="王建国同意", rep_channel=2)
    broken = Scribe(calls(room), ToneTranscriber(breaks_at=5), chunk_s=20.0)
    answer = broken.write_down(found.call)
    assert (answer.code, answer.done, "断了" in answer.zh, "broken off" in answer.en) == (
        "failed",
        False,
        True,
        True,
    )
    recording = calls(room).recording(found.call)
    assert recording is not None
    assert "断了" in recording.problem
    assert 20 < recording.done_s < 60
    engine = ToneTranscriber()
    again = Scribe(calls(room), engine, chunk_s=20.0)
    assert again.waiting() == [found.call]
    assert again.write_down(found.call).code == "written"
    straight = ToneTranscriber()
    listen(sound(room), straight, Hints(), chunk_s=20.0)
    assert engine.calls == straight.calls - 4
    assert words(room, found.call)[0][1] == "customer"


def test_consent_taken_back_removes_words_and_sound(room: Mailroom) -> None:
    found = added(room, consent="王建国同意", rep_channel=1)
    Scribe(calls(room), ToneTranscriber()).write_down(found.call)
    assert len(room.kept()) == 1
    assert told(calls(room).consent(found.call, "withdrawn")).done
    row, recording = room.row(found.call), calls(room).recording(found.call)
    assert recording is not None
    assert (row.text, row.segments, recording.words, room.kept()) == ("", [], [], [])
    assert Scribe(calls(room), ToneTranscriber()).write_down(found.call).done is False


def test_consent_taken_back_while_it_is_heard_leaves_nothing(room: Mailroom) -> None:
    found = added(room, consent="王建国同意")

    def take_back(done: float, of: float | None) -> None:
        if done == 0.0:
            calls(room).consent(found.call, "withdrawn")

    answer = Scribe(calls(room), ToneTranscriber()).write_down(found.call, take_back)
    assert answer.code == "no_consent"
    assert room.row(found.call).segments == []


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([("given", "")], "how"),
        ([("maybe", "x")], "no_state"),
        ([("withdrawn", "")], "no_way"),
        ([("asked", ""), ("given", "他说可以")], "consent_given"),
        ([("refused", ""), ("asked", "")], "no_way"),
        ([("refused", "")], "consent_refused"),
    ],
)
def test_consent_goes_its_ways_only(room: Mailroom, steps: list[tuple[str, str]], code: str) -> None:
    call = added(room).call
    last = [calls(room).consent(call, state, how) for state, how in steps][-1]
    assert last.code == code


def test_whoever_does_not_see_the_deal_sees_no_call(room: Mailroom) -> None:
    call = added(room, consent="王建国同意").call
    other = calls(room, "p-wu")
    assert other.consent(call, "withdrawn").code == "unknown"
    assert other.metrics(call) is None
    assert other.recording(call) is None
    assert other.listed() == []
    assert Scribe(other, ToneTranscriber()).waiting() == []
    assert Scribe(other, ToneTranscriber()).write_down(call).code == "unknown"
    assert told(other.add(CallFile(path=sound(room)), "D-1")).code == "no_deal"
    assert [row.id for row, _ in calls(room).listed("D-1")] == [call]
    with room.firm.store.reading() as session:
        assert not [file for file in file_rows.waiting_files(session, "p-wu", AT)]


def test_what_is_no_call_is_answered_in_words(room: Mailroom) -> None:
    files = {
        "a.txt": ("没有人名的一段话".encode(), "no_transcript"),
        "b.vtt": (b"hello", "no_transcript"),
        "c.pdf": (b"%PDF-1.4\n", None),
        "d.csv": ("姓名,电话\n王,1\n".encode(), "no_call"),
        "e.wav": (b"", None),
    }
    for name, (data, code) in files.items():
        path = room.folder / name
        path.write_bytes(data)
        found = calls(room).add(CallFile(path=path), "D-1")
        assert (found.code if isinstance(found, Told) else None) == code, name
    assert told(calls(room).add(CallFile(path=room.folder / "nothing.wav"), "D-1")).code == "no_file"


def test_a_recording_that_cannot_be_decoded_is_said_once(room: Mailroom) -> None:
    path = room.folder / "a.amr"
    path.write_bytes(b"#!AMR\n" + b"\xff" * 500)
    found = told(calls(room).add(CallFile(path=path, consent="王建国同意"), "D-1"))
    scribe = Scribe(calls(room), ToneTranscriber())
    answer = scribe.write_down(found.call)
    assert (answer.code, answer.done) == ("failed", False)
    assert scribe.waiting() == []


def test_a_colleagues_own_voice_message_needs_no_consent(room: Mailroom) -> None:
    data = record(room.folder / "v.ogg", [tone(3, 500)], codec="libopus").read_bytes()
    done = room.take(data, "语音", sent_as="voice")
    scribe = Scribe(calls(room), ToneTranscriber())
    assert scribe.waiting() == [done.interaction_id]
    assert scribe.write_down(done.interaction_id).code == "written"
    assert room.row(done.interaction_id).kind == "note"


def test_erasing_a_customer_takes_the_single_words_along(room: Mailroom) -> None:
    found = added(room, consent="王建国同意", rep_channel=1)
    Scribe(calls(room), ToneTranscriber()).write_down(found.call)
    with room.firm.store.session() as session:
        whom = find_whom(session, "account", "A-1")
        erase(session, whom, find_everything(session, whom), "act", "p-lin", AT)
    with room.firm.store.reading() as session:
        recording = session.get_one(Recording, found.call)
        assert (recording.words, recording.left_out) == ([], [])
        assert "王建国" not in recording.consent_how


def test_a_published_rule_book_is_what_measures(room: Mailroom) -> None:
    found = added(room, consent="王建国同意", rep_channel=1)
    Scribe(calls(room), ToneTranscriber()).write_down(found.call)
    before = calls(room).metrics(found.call)
    content = blueprints.default("call_metrics")
    content["thresholds"]["min_speech_s"] = 600
    with room.firm.store.session() as session:
        blueprints.publish(session, "call_metrics", "default", content, "p-zhao", now=AT)
    after = calls(room).metrics(found.call)
    assert before is not None
    assert after is not None
    assert (before[0]["talk_ratio"].value is not None, after[0]["talk_ratio"].value) == (True, None)
    assert before[1].version != after[1].version


def test_every_sentence_exists_in_both_languages_with_the_same_facts() -> None:
    for code, (_, zh, en) in SAID.items():
        facts = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (zh, en)]
        assert facts[0] == facts[1], code
        assert code == "failed" or zh != en, code
