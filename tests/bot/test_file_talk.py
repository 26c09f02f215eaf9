"""Files in a conversation: told once however often they are delivered, and never the person's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.inbox import Inbox
from bot.messages import Inbound
from bot.street.file_talk import BARE, FileTalk
from bot.street.files import Download
from bot.street.words import Attachment, Fetched
from bot.wiring import House
from knowledge.model import Conversation, Interaction, Message
from tests.fakes import papers
from tests.fakes.sent_files import saved


def _said(text: str, key: str) -> Inbound:
    return Inbound(channel="wecom", person_id="p-lina", thread="lina", text=text, external_id=key)


def _download(folder: Path, data: bytes, name: str) -> Download:
    path = saved(folder, data)
    return Download(
        attachment=Attachment(kind="file", ref="m", name=name), fetched=Fetched(path=str(path), name=name)
    )


def _lines(house: House) -> list[tuple[str, str]]:
    with house.store.reading() as session:
        return [(row.role, row.text) for row in session.exec(select(Message).order_by(col(Message.id)))]


def _filed(house: House) -> list[Interaction]:
    with house.store.reading() as session:
        return list(session.exec(select(Interaction).where(Interaction.provenance == "attachment")))


def _focus(house: House) -> dict[str, object]:
    with house.store.reading() as session:
        return dict(session.exec(select(Conversation).where(Conversation.thread == "lina")).one().focus)


@pytest.fixture
def talk(demo_house: House) -> FileTalk:
    return FileTalk(demo_house)


def test_a_file_is_asked_about_and_the_answer_files_it(
    demo_house: House, talk: FileTalk, tmp_path: Path
) -> None:
    before = len(_filed(demo_house))
    asked = talk.heard(_said("", "1"), [_download(tmp_path, b"no names", "evil@x.com.txt")])
    assert asked is not None
    assert "是关于哪个商机的?" in asked.text
    assert not asked.goes_on
    done = talk.heard(_said("D-001", "2"))
    assert done is not None
    assert "已记到商机 华东医疗 影像平台(PACS)一期" in done.text
    assert len(_filed(demo_house)) == before + 1
    assert _lines(demo_house) == [
        ("user", BARE),
        ("assistant", asked.text),
        ("user", "D-001"),
        ("assistant", done.text),
    ]
    assert "evil@x.com" not in "".join(text for role, text in _lines(demo_house) if role == "user")
    assert _focus(demo_house)["deal_id"] == "D-001"
    assert "attachment" in _focus(demo_house)["read"]  # type: ignore[operator]


def test_a_redelivery_is_told_the_same_and_does_nothing(
    demo_house: House, talk: FileTalk, tmp_path: Path
) -> None:
    first = talk.heard(_said("D-001", "1"), [_download(tmp_path, b"some text", "a.txt")])
    again = talk.heard(_said("D-001", "1"), [_download(tmp_path, b"some text", "a.txt")])
    assert first == again
    assert len(_lines(demo_house)) == 2
    assert not first.goes_on if first else False


def test_a_redelivered_answer_is_given_by_the_inbox(
    demo_house: House, talk: FileTalk, tmp_path: Path
) -> None:
    talk.heard(_said("", "1"), [_download(tmp_path, b"some text", "a.txt")])
    done = talk.heard(_said("D-001", "2"))
    assert talk.heard(_said("D-001", "2")) is None
    assert done is not None
    assert Inbox(demo_house).handle(_said("D-001", "2")).text == done.text


def test_a_question_beside_the_file_is_answered_as_well(
    demo_house: House, talk: FileTalk, tmp_path: Path
) -> None:
    said = _said("华东医疗发来的要求,这个单子现在什么情况?", "1")
    heard = talk.heard(said, [_download(tmp_path, papers.word("两年质保"), "要求.docx")])
    assert heard is not None
    assert heard.goes_on
    assert "已记到商机" in heard.text
    reply = Inbox(demo_house).handle(said)
    assert "华东医疗" in reply.text
    assert talk.heard(said, [_download(tmp_path, papers.word("两年质保"), "要求.docx")]) == heard


@pytest.mark.parametrize("text", ["/help", "批准 A7F3", "华东医疗现在什么情况?", "你好"])
def test_other_talk_is_the_inboxs(demo_house: House, talk: FileTalk, tmp_path: Path, text: str) -> None:
    assert talk.heard(_said(text, "0")) is None
    talk.heard(_said("", "1"), [_download(tmp_path, b"some text", "a.txt")])
    lines = len(_lines(demo_house))
    assert talk.heard(_said(text, "2")) is None
    assert len(_lines(demo_house)) == lines


def test_a_number_after_other_talk_is_not_about_the_files(
    demo_house: House, talk: FileTalk, tmp_path: Path
) -> None:
    talk.heard(_said("", "1"), [_download(tmp_path, "华东医疗".encode(), "a.txt")])
    assert talk.heard(_said("你好", "2")) is None
    assert talk.heard(_said("1", "3")) is None
    assert talk.heard(_said("刚才的文件是 D-001 的", "4")) is not None


def test_an_unknown_person_gets_nothing_in(demo_house: House, talk: FileTalk, tmp_path: Path) -> None:
    stranger = Inbound(channel="wecom", person_id="p-nobody", thread="x", text="", external_id="1")
    assert talk.heard(stranger, [_download(tmp_path, b"some text", "a.txt")]) is None
    assert not (demo_house.settings.var_dir / "received").exists()
