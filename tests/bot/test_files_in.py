"""Files in a chat, from the download to the sentence: bound, asked for, picked, dropped, turned away; two languages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from actions.counter import PersonDesk
from actions.received import Became, DealChoice, FileResult
from bot.inbox import Inbox
from bot.keeping import keep
from bot.messages import Inbound
from bot.street.file_answers import meant
from bot.street.file_sentences import told
from bot.street.file_words import NOTES, REFUSALS
from bot.street.files import MOST_AT_ONCE, WAITING, Download, FilesIn, download
from bot.street.words import Attachment, Fetched, Gone, TooLarge
from bot.wiring import House
from knowledge.attachments.words import NOTES as KNOWN_NOTES
from knowledge.attachments.words import REFUSALS as KNOWN_REFUSALS
from knowledge.library import conversations
from knowledge.model import Conversation, Interaction, Person
from tests.fakes import papers
from tests.fakes import sent_files as sent
from tests.fakes.receiving import Mailroom, mailroom

FILES = FilesIn()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as made:
        yield made


def _download(room: Mailroom, data: bytes, name: str, kind: str = "file") -> Download:
    file = room.file(data, name)
    fetched = Fetched(path=str(file.path), name=name, size=len(data))
    return Download(attachment=Attachment(kind=kind, ref="r", name=name), fetched=fetched)


def _take(
    room: Mailroom, desk: PersonDesk, focus: dict[str, Any], *files: tuple[bytes, str], said: str = ""
) -> str:
    return FILES.take(desk.person, desk, focus, [_download(room, *one) for one in files], said)


def _deals(room: Mailroom) -> list[str | None]:
    with room.firm.store.reading() as session:
        return [row.deal_id for row in session.exec(select(Interaction).order_by(Interaction.id))]


def test_a_file_goes_to_the_deal_the_talk_is_about(room: Mailroom) -> None:
    focus: dict[str, Any] = {"deal_id": "D-1", "labels": {"D-1": ["crm_record"]}}
    words = _take(room, room.desk(), focus, (papers.word("两年质保"), "要求.docx"))
    assert words == "✓ 「要求.docx」已记到商机 D-1 影像平台 (D-1),读出 4 字。"
    assert _deals(room) == ["D-1"]
    assert focus["read"] == ["attachment"]
    assert WAITING not in focus


def test_the_same_file_twice_is_said(room: Mailroom) -> None:
    focus: dict[str, Any] = {"deal_id": "D-1"}
    _take(room, room.desk(), focus, (b"some text", "a.txt"))
    words = _take(room, room.desk(), focus, (b"some text", "a.txt"))
    assert words == "「a.txt」已经在商机 D-1 影像平台 (D-1) 里了(2026-11-23 李娜 发来的),没有重复记录。"
    words = _take(room, room.desk(language="en"), focus, (b"some text", "a.txt"))
    assert (
        words == "“a.txt” is in D-1 影像平台 (D-1) already (sent by 李娜 on 2026-11-23); nothing was added."
    )


def test_a_deal_that_a_model_came_upon_is_offered_and_not_taken(room: Mailroom) -> None:
    focus: dict[str, Any] = {
        "deal_id": "D-2",
        "labels": {"D-2": ["crm_record", "inbound_mail", "llm_inferred"]},
    }
    words = _take(room, room.desk(), focus, (b"some text", "a.txt"))
    assert "是关于哪个商机的?" in words
    assert "1. D-2 影像平台 (D-2)" in words
    assert _deals(room) == []


def test_words_beside_a_file_come_before_the_talk(room: Mailroom) -> None:
    focus: dict[str, Any] = {"deal_id": "D-1"}
    assert "D-2 影像平台" in _take(
        room, room.desk(), focus, (b"for the other one", "a.txt"), said="这是 D-2 的纪要"
    )
    assert "D-1 影像平台" in _take(
        room, room.desk(), focus, (b"for this one", "b.txt"), said="华东医疗发来的,帮我看看"
    )
    assert sorted(map(str, _deals(room))) == ["D-1", "D-2"]


def test_without_a_deal_it_is_asked_and_a_number_answers(room: Mailroom) -> None:
    focus: dict[str, Any] = {}
    words = _take(
        room, room.desk(), focus, (papers.word("给华东医疗的方案"), "方案.docx"), (sent.png(), "白板.png")
    )
    assert words.splitlines()[0].startswith("白板.png: 只存了图片本身")
    asked = next(line for line in words.splitlines() if line.startswith("这 2 份文件是关于哪个商机的?"))
    assert "「方案.docx」" in asked
    assert "「白板.png」" in asked
    assert "  1. D-1 影像平台 (D-1)" in words
    assert "7 天后作废" in words
    assert _deals(room) == []
    answer = FILES.answer(room.desk(), focus, "第二个")
    assert answer is not None
    assert answer.count("已记到商机 D-2 影像平台") == 2
    assert "没有 OCR" in answer
    assert _deals(room) == ["D-2", "D-2"]
    assert (focus["deal_id"], focus["labels"]["D-2"]) == ("D-2", ["crm_record"])
    assert WAITING not in focus
    assert FILES.answer(room.desk(), focus, "1") is None


@pytest.mark.parametrize(
    ("line", "deal"),
    [("D-1", "D-1"), ("是D-2的", "D-2"), ("关于 D-1 那个单子", "D-1"), ("it's about D-2", "D-2"), ("2", "D-2"), ("#1", "D-1"),
     ("the second one", "D-2"), ("仁心医院", None), ("D-99", None)],
)  # fmt: skip
def test_an_answer_is_a_name_or_a_number(room: Mailroom, line: str, deal: str | None) -> None:
    focus: dict[str, Any] = {}
    _take(room, room.desk(), focus, (papers.word("给华东医疗的方案"), "方案.docx"))
    FILES.answer(room.desk(), focus, line)
    assert _deals(room) == ([deal] if deal else [])


@pytest.mark.parametrize(
    "line", ["华东医疗现在什么情况?", "给王总写封邮件,说 D-1 的方案好了", "发出去", "批准 A7F3", "你好"]
)
def test_other_talk_goes_to_the_assistant(room: Mailroom, line: str) -> None:
    focus: dict[str, Any] = {}
    _take(room, room.desk(), focus, (papers.word("给华东医疗的方案"), "方案.docx"))
    assert FILES.answer(room.desk(), focus, line) is None
    assert _deals(room) == []
    assert FILES.answer(room.desk(), focus, "2") is None, "a number may be about something else by now"
    assert FILES.answer(room.desk(), focus, "取消") is None
    late = FILES.answer(room.desk(), focus, "刚才的文件是 D-1 的")
    assert late is not None
    assert _deals(room) == ["D-1"]


def test_a_customer_with_several_deals_is_asked_about_once_more(room: Mailroom) -> None:
    focus: dict[str, Any] = {}
    _take(room, room.desk(), focus, (b"no names in it", "a.txt"))
    words = FILES.answer(room.desk(), focus, "华东医疗的")
    assert words is not None
    assert "1. D-1 影像平台 (D-1)" in words
    assert "2. D-2 影像平台 (D-2)" in words
    assert "D-1" in (FILES.answer(room.desk(), focus, "1") or "")
    assert _deals(room) == ["D-1"]


@pytest.mark.parametrize("line", ["不要了", "都不要了", "这份文件不要了", "算了", "drop it", "never mind"])
def test_what_is_not_wanted_is_dropped(room: Mailroom, line: str) -> None:
    focus: dict[str, Any] = {}
    _take(room, room.desk(), focus, (b"some text", "a.txt"))
    assert FILES.answer(room.desk(), focus, line) == "好,1 份文件已丢弃,没有留下任何记录。"
    assert room.kept() == []
    assert _deals(room) == []
    assert WAITING not in focus


def test_a_turn_that_broke_off_and_is_done_again_says_the_truth(room: Mailroom) -> None:
    """The file was bound, the reply was not stored, and the line is answered once more with the focus as it was."""
    focus: dict[str, Any] = {}
    _take(room, room.desk(), focus, (papers.word("给华东医疗的方案"), "方案.docx"))
    before = dict(focus)
    assert "已记到商机 D-1" in (FILES.answer(room.desk(), focus, "1") or "")
    again = FILES.answer(room.desk(), before, "1")
    assert again is not None
    assert "已经在商机 D-1 影像平台 (D-1) 里了" in again
    assert _deals(room) == ["D-1"]
    assert before == focus


def test_what_waits_elsewhere_is_not_spoken_of_here(room: Mailroom) -> None:
    private, group = room.desk(conversation="cv-1"), room.desk(conversation="cv-2")
    _take(room, private, {}, (b"some text", "机密.txt"))
    focus: dict[str, Any] = {}
    assert "机密" not in _take(room, group, focus, (b"other text", "公开.txt"))
    FILES.answer(group, focus, "D-1")
    assert [one.name for one in private.waiting_files()] == ["机密.txt"]


def test_a_button_picks_for_one_file(room: Mailroom) -> None:
    focus: dict[str, Any] = {}
    _take(room, room.desk(), focus, (b"one", "a.txt"), (b"two", "b.txt"))
    first, second = room.desk().waiting_files()
    assert "D-1" in FILES.pick(room.desk(), focus, [first.id], "D-1")
    assert WAITING in focus
    assert "没有找到这个商机" in FILES.pick(room.desk(), focus, [second.id], "D-3")
    assert "不在等待" in FILES.pick(room.desk("p-chen"), {}, [second.id], "D-2")
    assert _deals(room) == ["D-1"]


def test_files_that_are_not_taken_are_turned_away_one_by_one(room: Mailroom) -> None:
    focus: dict[str, Any] = {"deal_id": "D-1"}
    words = _take(
        room,
        room.desk(),
        focus,
        (papers.pdf("x", password="s"), "../合同.pdf"),
        (b"MZ\x90\x00\x03\x00\xff\xfe" * 40, "CON"),
        (b"fine", "ok\u202etxt.exe"),
    ).splitlines()
    assert words[0] == "✗ 「合同.pdf」有密码,打不开;请去掉密码后重发。"
    assert words[1] == "✗ 「_CON」是程序或脚本,不收;只发文档、图片或录音。"
    assert words[2].startswith("✓ 「oktxt.exe.txt」已记到")
    assert "扩展名与内容不符" in words[2]
    assert list((room.folder / "downloads").iterdir()) == []


def test_a_recording_says_that_it_waits(room: Mailroom) -> None:
    focus: dict[str, Any] = {"deal_id": "D-1"}
    assert "录音等待转写" in _take(room, room.desk(), focus, (sent.wav(), "通话.wav"))
    assert "waits to be transcribed" in _take(room, room.desk(language="en"), focus, (sent.amr(), "call"))
    assert "读出 2 段对话" in _take(room, room.desk(), focus, (sent.VTT.encode(), "x.vtt"))


def test_a_fault_is_said_and_the_others_go_on(room: Mailroom) -> None:
    desk = room.desk()
    takes = desk.take_file

    def broken_once(file: Any, deal_id: str = "") -> FileResult:
        if file.name == "a.txt":
            raise RuntimeError("the database is away")
        return takes(file, deal_id)

    desk.take_file = broken_once  # type: ignore[method-assign]
    words = _take(room, desk, {"deal_id": "D-1"}, (b"a", "a.txt"), (b"b", "b.txt")).splitlines()
    assert words[0] == "✗ 「a.txt」处理时出了问题,没有收;请稍后再发一次。"
    assert "已记到" in words[1]


def test_every_reason_has_its_words() -> None:
    assert set(KNOWN_REFUSALS) <= set(REFUSALS)
    assert set(KNOWN_NOTES) == set(NOTES)
    for zh, en in (*REFUSALS.values(), *NOTES.values()):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in zh)
        assert en.isascii() or set(en) - set("“”⚠") <= set(map(chr, range(128)))
    for reason in REFUSALS:
        result = FileResult(became=Became.REFUSED, name="a.pdf", reason=reason)
        assert "a.pdf" in told(result, "zh")
        assert "{" not in told(result, "en")
    gone = FileResult(became=Became.GONE, name="")
    assert "这份文件" in told(gone, "zh")
    late = FileResult(became=Became.BOUND, name="a", deal=DealChoice(id="D-1", name="x"), searchable=False)
    assert "检索索引稍后更新" in told(late, "zh")


class Platform:
    """A channel whose downloads go as told."""

    name = "fake"

    def __init__(self, *ends: bytes | Exception) -> None:
        self.ends = list(ends)
        self.asked: list[str] = []

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        self.asked.append(attachment.ref)
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        path = sent.saved(folder, end, f"{len(self.asked)}.part")
        return Fetched(path=str(path), name="from the headers.txt")


def _fetch(platform: Platform, folder: Path, *sizes: int) -> list[Download]:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    files = [Attachment(kind="file", ref=f"m{n}", size=size) for n, size in enumerate(sizes)]
    return asyncio.run(download(platform, files, folder, 50 * 1024 * 1024, sleep))  # type: ignore[arg-type]


def test_downloads_that_fail_are_problems_in_words(tmp_path: Path) -> None:
    platform = Platform(
        TooLarge(50 * 1024 * 1024), Gone("expired"), OSError("reset"), b"text", *[OSError("down")] * 3
    )
    found = _fetch(platform, tmp_path, 0, 0, 0, 0, 60 * 1024 * 1024)
    assert [one.problem for one in found] == ["over_limit", "withdrawn", "", "missing", "over_limit"]
    assert platform.asked == ["m0", "m1", "m2", "m2", "m3", "m3", "m3"]
    assert found[2].fetched is not None


def test_problems_are_told_and_a_crowd_has_an_end(room: Mailroom, tmp_path: Path) -> None:
    platform = Platform(*[b"text"] * MOST_AT_ONCE)
    found = _fetch(platform, tmp_path / "d", *[1] * (MOST_AT_ONCE + 1))
    assert [one.problem for one in found[-2:]] == ["", "crowd"]
    large = Download(
        attachment=Attachment(kind="file", ref="x", name="视频.mp4"), problem="over_limit", limit=50
    )
    words = FILES.take(room.desk().person, room.desk(), {}, [large, found[-1]])
    assert words.splitlines()[0] == "✗ 「视频.mp4」超过 50 MB,收不了;请压缩或拆成几份再发。"
    assert "一次最多 20 份" in words


def test_somebody_elses_desk_is_refused(room: Mailroom) -> None:
    with pytest.raises(ValueError, match="another person"):
        FILES.take(room.desk("p-chen").person, room.desk(), {}, [_download(room, b"x", "a.txt")])


def test_numbers_beyond_the_list_are_nothing(room: Mailroom) -> None:
    names = room.desk().names()
    assert meant("7", names, ["D-1", "D-2"]) is None
    assert meant("1", names, []) is None
    last = meant("最后一个", names, ["D-1", "D-2"])
    assert last is not None
    assert last.deals == ("D-2",)


def test_the_daily_round_forgets_what_nobody_placed(demo_house: House, tmp_path: Path) -> None:
    with demo_house.store.reading() as session:
        lina = session.get_one(Person, "p-lina")
    desk = demo_house.desk(lina, "cv", "wecom", "zh")
    focus: dict[str, Any] = {}
    path = sent.saved(tmp_path, "给华东医疗的方案".encode())
    fetched = Fetched(path=str(path), name="方案.txt")
    words = FILES.take(
        lina, desk, focus, [Download(attachment=Attachment(kind="file", ref="r"), fetched=fetched)]
    )
    assert "华东医疗 影像平台(PACS)一期" in words
    demo_house.clock.pass_(7 * 86_400)  # type: ignore[attr-defined]
    keep(demo_house)
    assert desk.waiting_files() == []
    assert not list((demo_house.settings.var_dir / "received").rglob("*.txt"))
    assert "不在等待(过期、已处理或已丢弃)" in (FILES.answer(desk, focus, "1") or "")
    assert FILES.answer(desk, focus, "1") is None


def test_what_was_filed_is_found_by_the_assistant_and_named_as_a_file(
    demo_house: House, tmp_path: Path
) -> None:
    """From the upload to the cited source, in the same conversation."""
    inbox = Inbox(demo_house)
    said = Inbound(
        channel="t", person_id="p-lina", thread="x", text="华东医疗那个单子现在什么情况?", external_id="1"
    )
    inbox.handle(said)
    with demo_house.store.reading() as session:
        lina = session.get_one(Person, "p-lina")
        room = session.exec(select(Conversation).where(Conversation.thread == "x")).one()
    focus = dict(room.focus)
    assert focus["deal_id"] == "D-001"
    path = sent.saved(tmp_path, papers.word("验收需要量子加密模块的检测报告"))
    fetched = Fetched(path=str(path), name="验收要求.docx")
    desk = demo_house.desk(lina, room.id, "t", "zh")
    words = FILES.take(
        lina, desk, focus, [Download(attachment=Attachment(kind="file", ref="r"), fetched=fetched)]
    )
    assert "已记到商机 华东医疗 影像平台(PACS)一期 (D-001)" in words
    with demo_house.store.session() as session:
        conversations.save_focus(session, room.id, focus)
    reply = inbox.handle(
        Inbound(
            channel="t", person_id="p-lina", thread="x", text="谁提过量子加密模块的检测报告?", external_id="2"
        )
    )
    assert reply.answer is not None
    source = next(one for one in reply.answer.sources if "量子加密" in one.quote)
    assert (source.title, source.provenance) == ("验收要求.docx", "attachment")
