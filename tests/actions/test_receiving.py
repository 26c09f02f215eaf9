"""Files become interactions of a deal that their sender sees, untrusted and once; without a deal they wait."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from actions.action import UNTRUSTED_LABELS
from actions.files import Shelf
from actions.holding import KEPT_FOR, MOST_WAITING, expire_files
from actions.received import Became
from knowledge.library import files as rows
from knowledge.library.interactions import mails_to_contact, unanswered_count
from knowledge.model import Deal, Erased, InboundFile, Interaction, Person
from knowledge.passages import Filters
from tests.fakes import papers
from tests.fakes import sent_files as sent
from tests.fakes.receiving import Mailroom, mailroom

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as made:
        yield made


def _all(room: Mailroom) -> list[Interaction]:
    with room.firm.store.reading() as session:
        return list(session.exec(select(Interaction)))


def _files(room: Mailroom) -> list[InboundFile]:
    with room.firm.store.reading() as session:
        return list(session.exec(select(InboundFile)))


def test_a_document_becomes_one_untrusted_interaction(room: Mailroom) -> None:
    data = papers.word("招标要求:量子验收标准")
    done = room.take(data, "../../招标.docx")
    row = room.row(done.interaction_id)
    sha = hashlib.sha256(data).hexdigest()
    assert (done.became, done.name, done.deal and done.deal.id) == (Became.BOUND, "招标.docx", "D-1")
    assert (row.kind, row.deal_id, row.account_id, row.team_id, row.person_id) == (
        "note",
        "D-1",
        "A-1",
        "t-1",
        "p-lina",
    )
    assert (row.provenance, row.subject, row.text, row.language) == (
        "attachment",
        "招标.docx",
        "招标要求:量子验收标准",
        "zh",
    )
    assert row.provenance in UNTRUSTED_LABELS
    assert row.at == room.firm.clock()
    assert (row.extra["file"], row.extra["sha256"], row.extra["size"]) == ("招标.docx", sha, str(len(data)))
    assert room.kept() == [f"{sha}.docx"]
    assert Shelf(room.folder / "received").read(sha) == data


def test_it_is_found_at_once_by_those_who_see_the_deal_and_nobody_else(room: Mailroom) -> None:
    room.take(papers.word("量子验收标准"), "a.docx")
    assert [one.deal_id for one in room.desk().recall("量子验收")] == ["D-1"]
    assert room.desk("p-chen").recall("量子验收")
    assert not room.desk("p-wu").recall("量子验收")
    narrowed = room.desk().recall("量子验收", filters=Filters(deal_ids=frozenset({"D-2"})))
    assert not narrowed


def test_the_same_bytes_on_the_same_deal_are_one_interaction(room: Mailroom) -> None:
    first = room.take(b"one and the same", "a.txt")
    room.firm.clock.pass_((timedelta(days=2)).total_seconds())
    again = room.take(b"one and the same", "another name.md", who="p-chen")
    assert again.became == Became.KNOWN
    assert (again.interaction_id, again.by, again.since) == (first.interaction_id, "李娜", NOW)
    assert len(_all(room)) == len(_files(room)) == 1
    other = room.take(b"one and the same", "a.txt", deal="D-2")
    assert other.became == Became.BOUND
    assert len(_all(room)) == 2
    assert len(room.kept()) == 1


def test_many_hands_at_once_make_one_interaction(room: Mailroom) -> None:
    people = ["p-lina", "p-chen", "p-zhao"] * 2
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda who: room.take(b"the very same file", who=who), people))
    assert sorted(one.became for one in done) == [Became.BOUND, *[Became.KNOWN] * 5]
    assert len(_all(room)) == 1


@pytest.mark.parametrize("deal", ["D-3", "D-999", ""])
def test_a_deal_one_does_not_see_is_no_deal(room: Mailroom, deal: str) -> None:
    done = room.take(b"some text", deal=deal)
    assert done.became == Became.WAITING
    assert not _all(room)
    bound = room.desk().bind_file(done.file_id, deal or "D-3")
    assert bound.became == Became.NO_DEAL
    assert not _all(room)
    assert [one.id for one in room.desk().waiting_files()] == [done.file_id]


def test_what_waits_is_in_no_record_until_its_sender_says_which_deal(room: Mailroom) -> None:
    done = room.take(papers.word("给华东医疗的量子方案"), "方案.docx", deal="")
    assert [one.id for one in done.choices] == ["D-1", "D-2"]
    assert done.expires_at == NOW + KEPT_FOR
    assert not room.desk().recall("量子")
    bound = room.desk().bind_file(done.file_id, "D-1")
    assert (bound.became, bound.characters) == (Became.BOUND, len("给华东医疗的量子方案"))
    assert room.row(bound.interaction_id).provenance == "attachment"
    assert not room.desk().waiting_files()
    assert room.desk().bind_file(done.file_id, "D-1").became == Became.KNOWN
    assert room.desk().bind_file(done.file_id, "D-2").became == Became.GONE


def test_nobody_else_binds_or_drops_it(room: Mailroom) -> None:
    done = room.take(b"some text", deal="")
    assert room.desk("p-zhao").bind_file(done.file_id, "D-1").became == Became.GONE
    assert not room.desk("p-zhao").drop_file(done.file_id)
    assert room.desk("p-zhao").waiting_files() == []
    assert room.desk().bind_file("in-nothing", "D-1").became == Became.GONE


def test_candidates_are_only_those_the_sender_sees(room: Mailroom) -> None:
    data = papers.word("仁心医院 孙医生 华东医疗")
    assert {one.id for one in room.take(data, deal="", who="p-lina").choices} == {"D-1", "D-2"}
    assert {one.id for one in room.take(data, deal="", who="p-wu").choices} == {"D-3"}
    named = room.take(b"no names in here at all", "王建国发来的.txt", deal="")
    assert "D-1" in [one.id for one in named.choices]
    mail = room.take(sent.mail("hello", sender="wang@hd.example.com"), deal="")
    assert "D-1" in [one.id for one in mail.choices]


def test_the_same_bytes_wait_once_and_longer(room: Mailroom) -> None:
    first = room.take(b"some text", deal="")
    room.firm.clock.pass_((timedelta(days=3)).total_seconds())
    second = room.take(b"some text", deal="")
    assert first.file_id == second.file_id
    assert second.expires_at == NOW + timedelta(days=10)
    assert len(_files(room)) == 1


def test_sending_it_again_with_more_words_answers_the_question(room: Mailroom) -> None:
    done = room.take(b"some text", deal="")
    room.firm.clock.pass_(60)
    again = room.take(b"some text", deal="D-1")
    assert (again.became, len(_files(room))) == (Became.BOUND, 1)
    assert room.desk().waiting_files() == []
    assert room.desk().bind_file(done.file_id, "D-1").became == Became.KNOWN


def test_after_seven_days_it_is_forgotten_with_its_bytes(room: Mailroom) -> None:
    waits = room.take(b"some text", deal="")
    room.take(b"both here and there", deal="", who="p-chen")
    room.take(b"both here and there", deal="D-1")
    assert len(room.kept()) == 2
    room.firm.clock.pass_((KEPT_FOR - timedelta(minutes=1)).total_seconds())
    assert expire_files(room.firm.gate) == []
    room.firm.clock.pass_((timedelta(minutes=1)).total_seconds())
    late = room.desk().bind_file(waits.file_id, "D-1")
    assert late.became == Became.GONE
    assert len(expire_files(room.firm.gate)) == 2
    assert expire_files(room.firm.gate) == []
    assert room.kept() == [hashlib.sha256(b"both here and there").hexdigest() + ".txt"]
    assert room.desk().bind_file(waits.file_id, "D-1").reason == "expired"


def test_dropping_forgets_the_bytes(room: Mailroom) -> None:
    done = room.take(b"some text", "机密.txt", deal="")
    assert room.desk().drop_file(done.file_id)
    assert not room.desk().drop_file(done.file_id)
    assert room.kept() == []
    assert [one.name for one in _files(room)] == [""]
    assert room.desk().bind_file(done.file_id, "D-1").became == Became.GONE


def test_not_everything_may_wait(room: Mailroom) -> None:
    for number in range(MOST_WAITING):
        with room.firm.store.session() as session:
            session.add(InboundFile(id=f"in-{number}", person_id="p-lina", sha256=f"{number:064x}", name="x", form="text",
                                    expires_at=NOW + KEPT_FOR))  # fmt: skip
    done = room.take(b"one more", deal="")
    assert (done.became, done.reason) == (Became.REFUSED, "too_many")
    assert room.kept() == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (papers.pdf("x", password="s"), "encrypted"),
        (sent.macro_word(), "macro"),
        (sent.bomb_word(), "bomb"),
        (sent.nested(), "archive"),
        (b"MZ\x90\x00\x03\x00\xff\xfe" * 40, "executable"),
        (b"", "empty"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(room: Mailroom, data: bytes, why: str) -> None:
    done = room.take(data, "a.docx")
    assert (done.became, done.reason) == (Became.REFUSED, why)
    assert not _all(room)
    assert not _files(room)
    assert room.kept() == []


def test_a_download_that_is_gone_and_a_full_disk_are_said(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = room.file(b"text", "a.txt")
    file.path.unlink()
    assert room.desk().take_file(file, "D-1").reason == "missing"
    (room.folder / "received").write_text("in the way")
    assert room.take(b"text").reason == "no_room"
    assert not _all(room)


def test_a_transcript_keeps_who_speaks_and_on_which_side(room: Mailroom) -> None:
    row = room.row(room.take(sent.VTT.encode(), "会议").interaction_id)
    assert row.kind == "call"
    assert [(one["speaker"], one["side"], one["start"]) for one in row.segments] == [
        ("王建国", "customer", 1.0),
        ("李娜", "rep", 4.5),
    ]
    assert room.desk().recall("价格 太贵")[0].speaker in ("王建国", "")


def test_a_mail_keeps_its_headers_and_proves_nothing(room: Mailroom) -> None:
    """Anybody can write that the customer has answered: it must not loosen what we may send."""
    with room.firm.store.session() as session:
        for number in range(3):
            session.add(
                Interaction(id=f"I-{number}", kind="mail", at=NOW - timedelta(days=9 - number), deal_id="D-1", account_id="A-1",
                            contact_id="C-1", person_id="p-lina", team_id="t-1", direction="outbound", text="您好")
            )  # fmt: skip
    done = room.take(sent.mail("能不能分期"), "x.eml")
    row = room.row(done.interaction_id)
    assert (row.kind, row.direction, row.contact_id, row.subject) == ("mail", "inbound", "C-1", "付款方式")
    assert (row.at, row.provenance) == (datetime(2026, 11, 19, 8, 30, tzinfo=UTC), "attachment")
    assert (row.extra["from"], row.extra["message_id"]) == ("wang@hd.example.com", "<a1@hd.example.com>")
    room.take(sent.VTT.encode())
    ours = room.take(sent.mail("我们发的", sender="lina@us.example.cn", to="wang@hd.example.com"))
    assert room.row(ours.interaction_id).direction == "outbound"
    with room.firm.store.reading() as session:
        assert unanswered_count(session, "D-1") == 3
        assert mails_to_contact(session, "C-1", NOW - timedelta(days=30)) == 3


def test_a_mail_of_the_future_came_in_today(room: Mailroom) -> None:
    row = room.row(room.take(sent.mail("x", at=datetime(2099, 1, 1, tzinfo=UTC))).interaction_id)
    assert row.at == NOW
    stranger = room.row(room.take(sent.mail("y", sender="x@evil.example")).interaction_id)
    assert (stranger.direction, stranger.contact_id) == ("", None)


def test_a_picture_is_kept_without_words(room: Mailroom) -> None:
    done = room.take(sent.png(), "白板", sent_as="image")
    row = room.row(done.interaction_id)
    assert (row.kind, row.text, row.segments, done.notes) == ("note", "", [], ("no_ocr",))
    assert row.extra["size"] == str(len(sent.png()))
    assert not [one for one in room.desk().recall("白板") if one.interaction_id == row.id]


@pytest.mark.parametrize(
    ("data", "sent_as", "kind"), [(sent.wav(), "file", "call"), (sent.amr(), "voice", "note"), (sent.wav(), "video", "call")]
)  # fmt: skip
def test_a_recording_waits_to_be_written_down(room: Mailroom, data: bytes, sent_as: str, kind: str) -> None:
    done = room.desk().take_file(room.file(data, "通话", sent_as, seconds=61.5), "D-1")
    row = room.row(done.interaction_id)
    assert (row.kind, row.text, row.segments) == (kind, "", [])
    assert (row.extra["transcript"], row.extra["seconds"]) == ("waiting", "61.5")
    assert done.transcript == "waiting"
    with room.firm.store.reading() as session:
        ((file, found),) = rows.to_transcribe(session)
        assert (file.sha256, file.seconds, found.id) == (row.extra["sha256"], 61.5, row.id)
    assert Shelf(room.folder / "received").read(file.sha256) == data


def test_what_was_erased_does_not_come_back(room: Mailroom) -> None:
    done = room.take(b"personal words")
    with room.firm.store.session() as session:
        session.delete(session.get_one(InboundFile, done.file_id))
        session.add(Erased(source="interaction", row_id=done.interaction_id, at=NOW))
    again = room.take(b"personal words")
    assert (again.became, again.reason) == (Became.REFUSED, "erased")
    assert room.kept() == []
    waits = room.take(b"personal words", deal="")
    assert room.desk().bind_file(waits.file_id, "D-1").reason == "erased"
    assert room.kept() == []


def test_an_index_that_cannot_be_written_loses_no_file(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from knowledge.lexicon import IndexBusy

    class Busy:
        def add(self, ids: list[str]) -> None:
            raise IndexBusy("busy")

    desk = room.desk()
    desk.search = Busy()  # type: ignore[assignment]
    done = desk.take_file(room.file("量子文件".encode(), "a.txt"), "D-1")
    assert (done.became, done.searchable) == (Became.BOUND, False)
    room.search.reindex()
    assert room.desk().recall("量子")


def test_somebody_who_left_puts_nothing_on_a_deal(room: Mailroom) -> None:
    with room.firm.store.session() as session:
        session.get_one(Person, "p-lina").active = False
    assert room.take(b"some text").became == Became.WAITING
    assert not _all(room)


def test_a_deal_handed_over_between_the_question_and_the_answer(room: Mailroom) -> None:
    done = room.take(b"some text", deal="")
    with room.firm.store.session() as session:
        deal = session.get_one(Deal, "D-1")
        deal.owner_id, deal.team_id = "p-wu", "t-3"
    assert room.desk().bind_file(done.file_id, "D-1").became == Became.NO_DEAL


def test_bytes_that_were_lost_while_waiting_are_said(room: Mailroom) -> None:
    done = room.take(b"some text", deal="")
    Shelf(room.folder / "received").remove(hashlib.sha256(b"some text").hexdigest())
    assert room.desk().bind_file(done.file_id, "D-1").reason == "missing"


@pytest.mark.postgres
def test_on_postgres_too(tmp_path: Path, postgres_url: str) -> None:
    with mailroom(tmp_path, postgres_url) as room:
        assert room.take(b"some\x00 text").became in (Became.BOUND, Became.REFUSED)
        people = ["p-lina", "p-chen", "p-zhao"] * 2
        with ThreadPoolExecutor(6) as pool:
            done = list(pool.map(lambda who: room.take("同一份文件".encode(), who=who), people))
        assert sorted(one.became for one in done).count(Became.BOUND) == 1
        waits = room.take("另一份".encode(), deal="")
        assert room.desk().bind_file(waits.file_id, "D-1").became == Became.BOUND
