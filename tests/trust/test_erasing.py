"""Erasing a person: two people, no open deed, and afterwards nothing of theirs anywhere, in rows, files, index or free pages."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from actions import record
from actions.action import ActionRequest, Outcome, State, Status
from actions.files import Shelf
from actions.gateways.mail import gateway_from
from actions.incidents import Incidents
from actions.proofs import prove
from actions.received import SentFile
from actions.sweeping import Sweeper
from actions.tables import Action, AuditRecord, Sweep
from bot.channels.web import Lines
from bot.messages import Inbound
from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge import reading
from knowledge.feeds import ingest
from knowledge.model import (
    Contact,
    Deal,
    Erased,
    InboundFile,
    Interaction,
    Lead,
    Meeting,
    Message,
    Notice,
    Paper,
    Person,
    Suggestion,
    Task,
)
from tests.fakes.clock import FakeClock
from tests.fakes.sent_files import amr

NAME, ADDRESS, PHONE = "王建国", "wang.jianguo@huadongmed.example.com", "13900002001"
LETTER = "王总，您好：\n\n附上方案，请王建国副总过目。\n\n祝好\n李娜\n"
DEMO = Path(__file__).parents[2] / "examples" / "demo" / "import.yaml"


@pytest.fixture(scope="module")
def at_work(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """The folder of the demo company at work, and the time there: mails about 王建国 asked for, sent, turned down; talk,
    notices, papers, files about him."""
    folder = Path(shutil.copytree(demo_template, tmp_path_factory.mktemp("work") / "var"))
    house = _open(folder, FakeClock())
    _work(house)
    _rows(house)
    _files(house)
    house.close()
    return folder, house.clock()


@pytest.fixture
def house(at_work: tuple[Path, datetime], tmp_path: Path) -> Iterator[House]:
    """A copy of it of one's own."""
    made = _open(Path(shutil.copytree(at_work[0], tmp_path / "var")), FakeClock(at_work[1]))
    yield made
    made.close()


@pytest.fixture
def house_with_vectors(at_work: tuple[Path, datetime], tmp_path: Path) -> Iterator[House]:
    """The same, with vectors beside the lexical index."""
    folder = Path(shutil.copytree(at_work[0], tmp_path / "var"))
    made = _open(folder, FakeClock(at_work[1]), "offline")
    made.search.reindex(full=True)
    yield made
    made.close()


def _open(folder: Path, clock: FakeClock, embedding: str = "") -> House:
    settings = Settings(var_dir=folder, _env_file=None, embedding_model=embedding, canary_every=0)
    return open_house(settings, clock, gateway_from("", folder / "outbox"))


def _mail(house: House, key: str, body: str = LETTER, **more: object) -> Outcome:
    return house.gate.submit(
        ActionRequest(
            action="send_email",
            args={"to": [{"name": NAME, "address": ADDRESS}], "subject": f"致王建国 {key}", "body": body}
            | more,
            resource_id="D-001",
            on_behalf_of="p-lina",
            labels={"to": frozenset({"crm_record"}), "body": frozenset({"rep_input"})},
            idempotency_key=key,
        )
    )


def _work(house: House) -> None:
    from bot.inbox import Inbox

    sent = _mail(house, "sent")
    house.approvals.approve("p-lina", sent.code)
    priced = _mail(house, "priced", LETTER + "可以给到 12% 的折扣。\n", discount_bp=1200)
    house.approvals.reject("p-zhaolei", priced.code, "王建国那边还没答应")
    house.clock.pass_(200)  # type: ignore[attr-defined]
    house.performer.tick()
    Incidents(house.gate).report("p-zhaolei", sent.code, "wrong", "把王建国的名字写错了")
    inbox = Inbox(house)
    said = (
        "华东医疗那个单子现在什么情况?",
        "王建国最近说了什么?",
        "总结一下和华东医疗上次的电话",
        "复盘这通电话",
        "给王总写封跟进邮件",
        "他的电话是 139 0000 2001",
    )
    for number, text in enumerate(said):
        inbox.handle(
            Inbound(channel="terminal", person_id="p-lina", thread="t", text=text, external_id=f"x{number}")
        )


def _rows(house: House) -> None:
    at = house.clock()
    with house.store.session() as session:
        session.add(Lead(id="L-1", name="王建国", company="华东医疗", email=ADDRESS.upper(), phone=PHONE))
        session.add(Task(id="T-1", title="周五前给王总回电话", deal_id="D-001", owner_id="p-lina"))
        session.add(Task(id="T-2", title="给国王餐厅订位,王总监参加", deal_id="D-060", owner_id="p-wuting"))
        guests = [{"name": NAME, "address": ADDRESS, "contact_id": "C-001"}]
        guests.append({"name": "刘敏", "address": "l@x.example.com"})
        session.add(
            Meeting(
                id="M-1",
                title="与王建国视频会",
                deal_id="D-001",
                owner_id="p-lina",
                starts_at=at,
                ends_at=at,
                attendees=guests,
            )
        )
        session.add(
            Suggestion(
                id="S-1",
                kind="mail",
                person_id="p-lina",
                deal_id="D-001",
                payload={"to": NAME, "body": LETTER},
            )
        )
        deal = session.get_one(Deal, "D-001")
        deal.next_step = "与王总视频会,带数据迁移方案"
        session.add(deal)
        other = {
            "speaker": "孙医生",
            "side": "customer",
            "text": "我问过王建国,他电话 139-0000-2001",
            "start": 0.0,
            "end": 1.0,
        }
        theirs = {"speaker": NAME, "side": "customer", "text": "我们预算只有八十万", "start": 1.0, "end": 2.0}
        session.add(
            Interaction(
                id="I-X", kind="meeting", at=at, deal_id="D-060", team_id="t-south-1", subject="三方会议(王建国列席)",
                text="孙医生: 我问过王建国,他电话 139-0000-2001\n王建国: 我们预算只有八十万\n孙医生: 好", segments=[other, theirs],
            )
        )  # fmt: skip


def _files(house: House) -> None:
    folder = house.settings.var_dir
    words = "乙方联系人: 王建国 电话 139 0000 2001"
    sha = house.files.keep(_word_file(words), ".docx")
    attached = house.files.keep(_word_file(f"附件 {words}"), ".docx")
    harmless = house.files.keep(_word_file("与他无关"), ".docx")
    Shelf(folder / "pictures").keep(b"\x89PNG with a name in its pixels", ".png")
    with house.store.session() as session:
        session.add(
            Paper(
                id="P-1", kind="contract", deal_id="D-001", team_id="t-east-1", title="采购合同", docx_sha256=sha,
                fields={"contact": NAME, "phone": "139 0000 2001"}, sources=[{"field": "contact", "quote": "王总说可以"}],
            )
        )  # fmt: skip
    (folder / "rejected").mkdir(exist_ok=True)
    (folder / "rejected" / "contacts.csv").write_text(f"id,name\nC-9,{NAME}\n", "utf-8")
    (folder / "kept.txt").write_text(f"{sha} {attached} {harmless}", "utf-8")


def _word_file(words: str) -> bytes:
    import io

    from docx import Document

    document = Document()
    document.add_paragraph(words)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _ask(
    house: House,
    kind: str = "contact",
    id_: str = "C-001",
    who: str = "p-admin",
    reason: str = "本人来函要求",
    key: str = "e",
) -> Outcome:
    return house.gate.submit(
        ActionRequest(
            action="erase_data",
            args={"kind": kind, "id": id_, "reason": reason},
            resource_id="rules",
            on_behalf_of=who,
            idempotency_key=key,
        )
    )


def _agree(house: House, outcome: Outcome, who: str = "p-linfang") -> Outcome:
    from actions.stored import confirm_code

    with house.store.reading() as session:
        typed = confirm_code(session.get_one(Action, outcome.action_id))
    said = house.approvals.approve(who, outcome.code, typed=typed)
    house.performer.tick()
    return said


def _sweep(house: House) -> list[str]:
    return Sweeper(house.gate, house.search, house.settings.var_dir).tick()


def _row(house: House, outcome: Outcome) -> Action:
    with house.store.reading() as session:
        return session.get_one(Action, outcome.action_id)


def _dump(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "chengdan.db")) as database:
        return "\n".join(database.iterdump())


def _settle(house: House) -> None:
    """Nothing about him is open any more."""
    with house.store.reading() as session:
        open_ = session.exec(select(Action.code).where(Action.state == State.PENDING)).all()
    for code in open_:
        for who in ("p-lina", "p-zhaolei"):
            house.approvals.undo(who, code)


@pytest.mark.timeout(300)
def test_afterwards_nothing_of_theirs_is_left_anywhere(house_with_vectors: House) -> None:
    house = house_with_vectors
    _settle(house)
    folder = house.settings.var_dir
    before = _dump(folder)
    assert before.count(NAME) > 20
    assert "王总" in before
    waiting = _ask(house)
    assert waiting.state is State.PENDING, waiting.reason
    _agree(house, waiting)
    assert _row(house, waiting).state == State.EXECUTED, _row(house, waiting).result
    assert _sweep(house) == [waiting.action_id]
    after = _dump(folder)
    assert not (folder / "pictures").exists(), "nobody can read names off a picture: all are forgotten"
    for secret in (
        NAME,
        ADDRESS,
        ADDRESS.upper(),
        PHONE,
        "139 0000 2001",
        "139-0000-2001",
        "八十万",
        "王总说可以",
    ):
        assert secret not in after, secret
    with house.store.reading() as session:
        near = session.exec(select(Interaction.text).where(Interaction.deal_id == "D-001")).all()
        assert not [text for text in near if "王总" in text]
        assert session.get_one(Task, "T-1").title == "周五前给[已删除]回电话"
        assert session.get_one(Task, "T-2").title == "给国王餐厅订位,王总监参加", (
            "somewhere else 王总监 is another one"
        )
        assert [one["name"] for one in session.get_one(Meeting, "M-1").attendees] == ["刘敏"]
        meeting = session.get_one(Interaction, "I-X")
        assert meeting.text == "孙医生: 我问过[已删除],他电话 [已删除]\n[已删除]: [已删除]\n孙医生: 好"
        assert all(str(one["text"]) in meeting.text for one in meeting.segments), "still found in the text"
        assert session.get_one(Deal, "D-001").amount_fen > 0, "the deal itself stays"
    _no_file_bears_it(folder)


def _no_file_bears_it(folder: Path) -> None:
    raw = [
        NAME.encode(),
        ADDRESS.encode(),
        PHONE.encode(),
        b"139 0000 2001",
        "八十万".encode(),
        "王总说可以".encode(),
    ]
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        for secret in raw:
            assert secret not in data, f"{path.relative_to(folder)} holds {secret.decode()}"
        if path.suffix in (".eml", ".docx", ".pdf"):
            words = "\n".join(part.text for part in reading.read(path.name, data).parts)
            assert NAME not in words, path
    assert len(list((folder / "papers").rglob("*.docx"))) == 1, "what does not name them stays"


@pytest.mark.timeout(300)
def test_the_record_still_holds_and_tells_what_happened(house: House) -> None:
    _settle(house)
    waiting = _ask(house)
    _agree(house, waiting)
    _sweep(house)
    with house.store.reading() as session:
        proof = prove(session, house.clock(), house.head_file)
        assert proof.problems == ()
        mails = session.exec(select(Action).where(Action.action == "send_email")).all()
        assert mails
        for mail in mails:
            assert mail.erased_at is not None
            assert (mail.payload, mail.salt) == ("", "")
            history = record.history(session, mail.id)
            assert [link.event for link in history][-1] == "erased"
            assert history[0].event == "evaluated"
        assert session.get_one(Sweep, waiting.action_id).done_at is not None
        assert "swept" in list(session.exec(select(AuditRecord.event)))
    with house.store.reading() as session:
        lina = session.get_one(Person, "p-lina")
    desk = house.desk(lina, "c", "terminal", "zh")
    assert desk.card(mails[0].code) is None
    why = desk.explain(mails[0].code)
    assert why is not None
    assert any("删除" in line for line in why.history)
    assert house.search.recall("王建国 预算", groups=None) == [] or all(
        NAME not in passage.text for passage in house.search.recall("王建国 预算", groups=None)
    )


def test_what_an_import_brings_again_stays_erased(house: House) -> None:
    _settle(house)
    _agree(house, _ask(house))
    with house.store.reading() as session:
        gone = {(row.source, row.row_id) for row in session.exec(select(Erased))}
    assert ("contact", "C-001") in gone
    assert any(source == "interaction" for source, _ in gone)
    report = ingest(house.store, DEMO, now=house.clock(), key=house.identity_key)
    assert not report.rejected
    with house.store.reading() as session:
        assert session.get_one(Contact, "C-001").name == "[已删除]"
        dump = [row.text for row in session.exec(select(Interaction))]
    assert not [text for text in dump if NAME in text]


def test_an_open_deed_about_them_holds_it(house: House) -> None:
    _settle(house)
    open_ = _mail(house, "open", LETTER + "可以给到 12% 的折扣。\n", discount_bp=1200)
    assert open_.state is State.PENDING
    refused = _ask(house)
    assert refused.action_id == ""
    assert open_.code in refused.reason
    house.approvals.undo("p-lina", open_.code)
    waiting = _ask(house)
    assert waiting.state is State.PENDING
    _mail(house, "later", LETTER + "可以给到 12% 的折扣。\n", discount_bp=1200)
    _agree(house, waiting)
    row = _row(house, waiting)
    assert row.state == State.FAILED, "asked again at the moment of doing it"
    assert "先了结" in row.result["detail"]
    with house.store.reading() as session:
        assert session.get_one(Contact, "C-001").name == NAME


@pytest.mark.parametrize("who", ["p-lina", "p-zhaolei", "p-zhoumin", "p-linfang", "p-gaoyuan"])
def test_only_an_administrator_asks(house: House, who: str) -> None:
    _settle(house)
    assert _ask(house, who=who).status is Status.REFUSED


def test_one_person_is_not_enough_and_a_tap_neither(house: House) -> None:
    _settle(house)
    waiting = _ask(house)
    assert set(waiting.approvers) == {"p-linfang"}
    assert _agree(house, waiting, "p-admin").status is Status.REFUSED
    assert _agree(house, waiting, "p-zhoumin").status is Status.REFUSED
    assert house.approvals.approve("p-linfang", waiting.code).status is Status.REFUSED, "the code on the card"
    _agree(house, waiting)
    assert _row(house, waiting).state == State.EXECUTED
    assert house.approvals.undo("p-admin", waiting.code).status is Status.REFUSED, "nothing brings it back"


def test_the_reason_must_not_name_them(house: House) -> None:
    _settle(house)
    for reason in ("王建国来函", "王总要求", f"{ADDRESS} 来信"):
        assert "不要写名字" in _ask(house, reason=reason, key=reason).reason


def test_twice_is_refused_and_so_is_nobody(house: House) -> None:
    _settle(house)
    _agree(house, _ask(house))
    assert _ask(house, key="again").action_id == ""
    assert _ask(house, id_="C-999", key="nobody").action_id == ""
    assert _ask(house, kind="ship", key="kind").action_id == ""


def test_somebody_else_of_the_same_name_keeps_theirs(house: House) -> None:
    with house.store.session() as session:
        deal = session.get_one(Deal, "D-060")
        session.add(Contact(id="C-X", account_id=deal.account_id, name=NAME, email="w@other.example.com"))
        session.add(Task(id="T-X", title="给王建国寄样品", deal_id="D-060", owner_id="p-wuting"))
        deal.next_step = "约王建国"
        session.add(deal)
    _settle(house)
    waiting = _ask(house)
    with house.store.reading() as session:
        from actions.cards import card_of

        lines = card_of(session, session.get_one(Action, waiting.action_id)).lines
        assert any("C-X" in line.value for line in lines)
    _agree(house, waiting)
    assert _row(house, waiting).state == State.EXECUTED, _row(house, waiting).result
    with house.store.reading() as session:
        assert session.get_one(Contact, "C-X").name == NAME
        assert session.get_one(Task, "T-X").title == "给王建国寄样品"
        assert session.get_one(Deal, "D-060").next_step == "约王建国"
        assert session.get_one(Contact, "C-001").name == "[已删除]"


@pytest.mark.timeout(300)
def test_a_colleague_who_left(house: House) -> None:
    _settle(house)
    waiting = _ask(house, "person", "p-lina")
    assert waiting.state is State.PENDING, waiting.reason
    _agree(house, waiting)
    assert _row(house, waiting).state == State.EXECUTED, _row(house, waiting).result
    _sweep(house)
    after = _dump(house.settings.var_dir)
    assert "李娜" not in after
    assert "lina@chengdan-demo.cn" not in after
    with house.store.reading() as session:
        person = session.get_one(Person, "p-lina")
        assert (person.name, person.active, person.roles) == ("[已删除]", False, [])
        assert prove(session, house.clock(), house.head_file).problems == ()
        assert not session.exec(select(Message).where(Message.text == "王建国最近说了什么?")).all()
        told = session.exec(select(Notice.text).where(Notice.person_id == "p-lina")).all()
        assert set(told) == {"[已删除]"}


@pytest.mark.timeout(300)
def test_a_whole_customer(house: House) -> None:
    _settle(house)
    waiting = _ask(house, "account", "A-001")
    assert waiting.state is State.PENDING, waiting.reason
    _agree(house, waiting)
    assert _row(house, waiting).state == State.EXECUTED, _row(house, waiting).result
    _sweep(house)
    after = _dump(house.settings.var_dir)
    for secret in ("华东医疗", NAME, "刘敏", "huadongmed.example.com"):
        assert secret not in after, secret
    with house.store.reading() as session:
        assert prove(session, house.clock(), house.head_file).problems == ()


def test_when_something_would_be_left_nothing_is_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that forgets a row is caught by the second look, and the whole is rolled back."""
    from actions.erasing import writing

    _settle(house)
    waiting = _ask(house)
    real = writing.find_everything
    monkeypatch.setattr(writing, "find_everything", lambda *given: real(*given) or [real_found])
    with house.store.reading() as session:
        from actions.erasing.change import Found

        real_found = Found(session.get_one(Contact, "C-002"), "cleaned", {"name": "x"})
    _agree(house, waiting)
    assert _row(house, waiting).state == State.FAILED
    assert "什么都没有改" in _row(house, waiting).result["detail"]
    with house.store.reading() as session:
        assert session.get_one(Contact, "C-001").name == NAME


class Stubborn:
    """An index that cannot be built as long as it is told so."""

    def __init__(self) -> None:
        self.broken, self.asked = True, 0

    def rebuild(self) -> None:
        self.asked += 1
        if self.broken:
            raise OSError(28, "No space left on device")


def test_what_cannot_be_swept_now_is_tried_again_and_not_every_second(house: House) -> None:
    _settle(house)
    asked = _ask(house)
    _agree(house, asked)
    index = Stubborn()
    sweeper = Sweeper(house.gate, index, house.settings.var_dir)
    assert sweeper.tick() == []
    assert sweeper.tick() == []
    assert index.asked == 1
    with house.store.reading() as session:
        assert "No space left" in session.get_one(Sweep, asked.action_id).left
    index.broken = False
    house.clock.pass_(601)  # type: ignore[attr-defined]
    assert sweeper.tick() == [asked.action_id]
    assert sweeper.tick() == []
    with house.store.reading() as session:
        told = session.exec(select(Notice).where(Notice.kind == "erasure")).all()
    assert [notice.person_id for notice in told] == ["p-admin"]


def test_on_postgresql_as_well(tmp_path: Path, postgres_url: str) -> None:
    """The same in the other database: patterns, JSON columns, the free pages."""
    from sqlalchemy import inspect, text

    from tests.fakes.firm import founded
    from tests.fakes.rule_books import agree, with_admin

    firm = with_admin(founded(tmp_path, postgres_url))
    firm.send("a")
    firm.clock.pass_(121)
    firm.performer.tick()
    asked = firm.gate.submit(
        ActionRequest(
            action="erase_data",
            args={"kind": "contact", "id": "C-1", "reason": "本人要求"},
            resource_id="rules",
            on_behalf_of="p-admin",
            idempotency_key="e",
        )
    )
    agree(firm, "p-lin", asked.code)
    assert firm.store.compact()
    with firm.store.reading() as session:
        assert session.get_one(Action, asked.action_id).state == State.EXECUTED
        for table in inspect(firm.store.engine).get_table_names():
            rows = session.connection().execute(text(f'SELECT CAST(t.* AS TEXT) FROM "{table}" t')).scalars()
            assert not [row for row in rows if NAME in row or "wang@hd" in row], table
        assert prove(session, firm.clock(), firm.gate.head_file).problems == ()
    firm.store.close()


def test_files_from_a_chat_go_with_their_words_and_bytes(house: House, tmp_path: Path) -> None:
    _settle(house)
    with house.store.reading() as session:
        lina = session.get_one(Person, "p-lina")
    desk = house.desk(lina, "c", "wecom", "zh")

    def sent(data: bytes, name: str, deal: str = "D-001") -> str:
        path = tmp_path / "download"
        path.write_bytes(data)
        return desk.take_file(SentFile(path=path, name=name), deal).interaction_id

    theirs = sent(_word_file("王建国要求两年质保"), "王建国的要求.docx")
    sent(f"姓名,电话\n{NAME},{PHONE}\n".encode("gb18030"), "名单.csv")
    sent(
        f"From: x@y.example\nDate: Mon, 2 Nov 2026 10:00:00 +0800\nContent-Type: text/plain; charset=klingon\n\n{NAME}".encode(),
        "a.eml",
    )
    sent(f"在等的文件: {NAME}".encode(), f"{NAME}.txt", "")
    kept = sent("与他无关的一份文件".encode(), "别的.txt", "D-060" if desk.deal("D-060") else "D-001")
    assert len(list((house.settings.var_dir / "received").rglob("*.*"))) == 5
    waiting = _ask(house)
    _agree(house, waiting)
    assert _sweep(house) == [waiting.action_id]
    assert NAME not in _dump(house.settings.var_dir)
    left = list((house.settings.var_dir / "received").rglob("*.*"))
    with house.store.reading() as session:
        assert NAME not in session.get_one(Interaction, theirs).text
        sha = session.get_one(Interaction, kept).extra.get("sha256", "")
    assert [path.stem for path in left] == [sha]


def test_a_colleague_who_left_takes_their_voice_along_and_not_the_customers_papers(
    house: House, tmp_path: Path
) -> None:
    _settle(house)
    with house.store.reading() as session:
        lina = session.get_one(Person, "p-lina")
    desk = house.desk(lina, "c", "wecom", "zh")
    for data, name, sent_as in (("客户的要求".encode(), "要求.txt", "file"), (amr(), "语音", "voice")):
        path = tmp_path / "download"
        path.write_bytes(data)
        assert desk.take_file(SentFile(path=path, name=name, sent_as=sent_as), "D-001").deal
    waiting = _ask(house, "person", "p-lina")
    _agree(house, waiting)
    assert _sweep(house) == [waiting.action_id]
    assert [path.suffix for path in (house.settings.var_dir / "received").rglob("*.*")] == [".txt"]
    with house.store.reading() as session:
        rows = session.exec(select(InboundFile).where(InboundFile.transcript == ""))
        assert sorted(row.sent_as for row in rows) == ["file", "voice"]


@pytest.mark.parametrize(("kind", "who"), [("contact", ""), ("person", "p-lina")])
def test_lines_of_the_console_go_as_well(house: House, kind: str, who: str) -> None:
    _settle(house)
    lines = Lines(house.store, house.clock)
    lines.write("p-lina", "a", "said", "王总说可以")
    lines.write("p-lina", "b", "text", "好", {"sources": [{"n": 1, "title": NAME, "quote": "王总说可以"}]})
    lines.write("p-zhaolei", "c", "text", f"{NAME}的邮件已批准")
    lines.write("p-lina", "d", "text", "今天没有别的事")
    lines.write("p-zhaolei", "e", "text", "今天没有别的事")
    waiting = _ask(house, kind, who) if who else _ask(house)
    _agree(house, waiting)
    assert _row(house, waiting).state == State.EXECUTED, _row(house, waiting).result
    left = {(line.account, line.key) for who in ("p-lina", "p-zhaolei") for line in lines.page(who, 10)[0]}
    if who:
        assert left == {("p-zhaolei", "c"), ("p-zhaolei", "e")}
    else:
        assert left == {("p-lina", "d"), ("p-zhaolei", "e")}
