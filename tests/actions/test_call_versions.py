"""Corrected transcripts: versions with authors, the second of two editors is told, the search and the record follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from actions import record
from actions.call_records import CallFile, Calls
from actions.call_versions import Versions
from actions.call_words import Told
from actions.erasing.found import find_everything
from actions.erasing.whom import find_whom
from actions.erasing.writing import write as erase
from knowledge.model import Judgement, Notice, TranscriptVersion
from knowledge.passages import Filters
from knowledge.transcripts import transcript_hash
from speech.corrections import LABEL, NAME, SPEAKER, WORDS, Correction
from tests.fakes.receiving import Mailroom, mailroom

TALK = "说话人1: 王总您好,报价您看了吗\n说话人2: 太贵了,预算一百万\n说话人1: 我周五前把新方案发给王总\n"
RENAME = Correction(kind=NAME, old="王总", new="汪总")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as made:
        yield made


def call_of(room: Mailroom) -> str:
    path = room.folder / "通话.txt"
    path.write_text(TALK, encoding="utf-8")
    found = Calls(room.desk()).add(CallFile(path=path), "D-1")
    assert isinstance(found, Told)
    return found.call


def versions(room: Mailroom, who: str = "p-lina") -> Versions:
    return Versions(room.desk(who))


def test_a_correction_is_a_version_and_the_old_one_stays_readable(room: Mailroom) -> None:
    call = call_of(room)
    before = transcript_hash(room.row(call))
    done = versions(room).correct(call, RENAME)
    assert (done.code, done.version, done.done) == ("edited", 2, True)
    row = room.row(call)
    assert "汪总您好" in row.text
    assert "王总" not in row.text
    (first, nobody), (second, author) = versions(room).history(call)
    assert (first.number, first.how, nobody, first.transcript_hash) == (1, "first", "", before)
    assert "王总您好" in first.text
    assert (second.how, author, second.what) == ("renamed", "李娜", "王总 → 汪总")
    assert second.transcript_hash == transcript_hash(row)


def test_the_search_follows(room: Mailroom) -> None:
    call = call_of(room)
    about = Filters(deal_ids=frozenset({"D-1"}))
    versions(room).correct(call, Correction(kind=WORDS, line=1, new="我们在等锐影科技的方案"))
    found = room.desk().recall("锐影科技", filters=about)
    assert [one.interaction_id for one in found] == [call]
    assert not [one for one in room.desk().recall("预算一百万", filters=about) if "一百万" in one.text]


def test_a_speaker_gets_a_name_and_a_side(room: Mailroom) -> None:
    call = call_of(room)
    versions(room).correct(call, Correction(kind=LABEL, old="说话人1", new="李娜"))
    versions(room).correct(call, Correction(kind=SPEAKER, line=1, new="王建国"))
    assert [(s["speaker"], s["side"]) for s in room.row(call).segments] == [
        ("李娜", "rep"),
        ("王建国", "customer"),
        ("李娜", "rep"),
    ]


def test_what_matches_nothing_changes_nothing(room: Mailroom) -> None:
    call = call_of(room)
    desk = versions(room)
    assert desk.correct(call, Correction(kind=NAME, old="赵总", new="汪总")).code == "edit_nothing"
    assert desk.correct(call, Correction(kind=WORDS, line=9, new="x")).code == "edit_no_line"
    assert desk.correct(call, Correction(kind=WORDS, line=0, new="  ")).code == "edit_empty"
    assert len(desk.history(call)) == 1
    with room.firm.store.reading() as session:
        assert session.exec(select(TranscriptVersion)).all() == []


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(room: Mailroom) -> None:
    call = call_of(room)
    one, other = versions(room), versions(room, "p-zhao")
    seen = one.number(call)
    assert other.correct(call, Correction(kind=WORDS, line=1, new="预算两百万"), seen).done
    late = one.correct(call, Correction(kind=WORDS, line=1, new="预算三百万"), seen)
    assert (late.code, late.done) == ("edit_beaten", False)
    for word in ("赵磊", "第 2 句", "预算两百万", "预算三百万"):
        assert word in late.zh
    elsewhere = one.correct(call, Correction(kind=WORDS, line=0, new="您好"), seen)
    assert elsewhere.version == 3, "an utterance that nobody else has touched is written"
    assert "预算两百万" in room.row(call).text


def test_restoring_makes_judgements_of_that_version_hold_again(room: Mailroom) -> None:
    call = call_of(room)
    before = transcript_hash(room.row(call))
    versions(room).correct(call, RENAME)
    back = versions(room).restore(call, 1)
    assert (back.code, back.version) == ("restored", 3)
    assert transcript_hash(room.row(call)) == before
    assert versions(room).restore(call, 1).code == "edit_same"
    assert versions(room).restore(call, 7).code == "edit_no_version"


def test_the_owner_hears_of_it_and_the_record_keeps_it(room: Mailroom) -> None:
    call = call_of(room)
    versions(room, "p-zhao").correct(call, RENAME)
    with room.firm.store.reading() as session:
        (note,) = session.exec(select(Notice).where(Notice.person_id == "p-lina")).all()
        assert "赵磊 修改了你的通话" in note.text
        (event,) = [one for one in record.records(session) if one.event == "transcript_edited"]
        assert event.actor == "p-zhao"
        assert "汪总" not in str(event.detail)
        assert record.verify(session, None).problems == ()


def test_whoever_does_not_see_the_call_edits_nothing(room: Mailroom) -> None:
    call = call_of(room)
    stranger = versions(room, "p-wu")
    assert stranger.correct(call, RENAME).code == "unknown"
    assert stranger.restore(call, 1).code == "unknown"
    assert stranger.history(call) == []


def test_erasing_somebody_clears_every_version(room: Mailroom) -> None:
    call = call_of(room)
    desk = versions(room)
    desk.correct(call, Correction(kind=SPEAKER, line=1, new="王建国"))
    desk.correct(call, Correction(kind=WORDS, line=0, new="王建国您好"))
    desk.correct(call, Correction(kind=NAME, old="王建国", new="汪先生"))
    with room.firm.store.session() as session:
        whom = find_whom(session, "contact", "C-1")
        erase(session, whom, find_everything(session, whom), "act-x", "p-lina", room.firm.clock())
    with room.firm.store.reading() as session:
        left = session.exec(select(TranscriptVersion)).all()
        assert len(left) == 4
        dump = "".join(f"{one.text}{one.segments}{one.what}" for one in left)
    assert "王建国" not in dump
    assert "预算一百万" not in left[1].text, "what they said goes with them"


def test_a_no_forgets_the_versions_too(room: Mailroom) -> None:
    from knowledge.library import call_versions

    call = call_of(room)
    versions(room).correct(call, RENAME)
    with room.firm.store.session() as session:
        call_versions.forget(session, call)
    with room.firm.store.reading() as session:
        assert session.exec(select(TranscriptVersion)).all() == []
        assert session.exec(select(Judgement)).all() == []
