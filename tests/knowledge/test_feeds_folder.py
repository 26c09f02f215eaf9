"""Folders of mails, transcripts and notes: who wrote, about which deal, and with what label."""

from __future__ import annotations

import base64
import quopri
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.feeds import FeedError, IngestReport, ingest
from knowledge.model import Account, Blueprint, Contact, Deal, Interaction, Person, Team
from knowledge.store import Store

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SPRING = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(any_store: Store) -> Store:
    with any_store.session() as session:
        session.add_all([Team(id="t1", name="一组"), Team(id="t2", name="二组")])
        session.flush()
        session.add(Person(id="p", name="李娜", team_id="t1", email="lina@us.example"))
        session.add(Account(id="a", name="华东医疗", team_id="t1", domains=["huadong.example"]))
        session.add(Account(id="b", name="仁心医院", team_id="t2"))
        session.flush()
        session.add(Contact(id="c", account_id="a", name="王建国", email="Wang@huadong.example"))
        for row_id, account, team in (("D-1", "a", "t1"), ("D-60", "b", "t2")):
            session.add(Deal(id=row_id, name=row_id, account_id=account, owner_id="p", team_id=team,
                             stage="negotiation", created_at=SPRING))  # fmt: skip
    with any_store.session() as session:
        contact = session.get(Contact, "c")
        assert contact is not None
        contact.email = "wang@huadong.example"
        session.add(contact)
    return any_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "mails"
    place.mkdir()
    return place


def run(store: Store, target: Path, **options: bool) -> IngestReport:
    return ingest(store, target, now=NOW, rejected=target.parent / "rejected", **options)


def mail(folder: Path, name: str, body: bytes, *headers: str, sender: str = "wang@huadong.example") -> None:
    head = [f"From: =?utf-8?B?546L5bu65Zu9?= <{sender}>", "To: lina@us.example",
            f"Message-ID: <{name}@x>", *headers]  # fmt: skip
    if not any(line.startswith("Date") for line in headers):
        head.append("Date: Fri, 20 Nov 2026 10:00:00 +0800")
    (folder / f"{name}.eml").write_bytes("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def rows(store: Store) -> dict[str, Interaction]:
    from sqlmodel import select

    with store.reading() as session:
        return {row.subject or row.id: row for row in session.exec(select(Interaction)).all()}


TEXT = "价格太贵了，预算只有 80 万。"


@pytest.mark.parametrize(
    ("charset", "coding"),
    [("utf-8", "8bit"), ("gb2312", "base64"), ("gbk", "quoted-printable"), ("x-made-up", "8bit")],
)
def test_bodies_of_every_charset_and_coding(store: Store, folder: Path, charset: str, coding: str) -> None:
    data = TEXT.encode("gbk" if charset.startswith("gb") else "utf-8")
    coded = {"8bit": lambda d: d, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}[
        coding
    ](data)
    headers = (
        f"Content-Type: text/plain; charset={charset}",
        f"Content-Transfer-Encoding: {coding}",
        "Subject: s",
    )
    mail(folder, "m", coded, *headers)
    assert run(store, folder).new == 1
    row = rows(store)["s"]
    assert row.text.strip() == TEXT
    assert (row.account_id, row.contact_id, row.person_id, row.team_id) == ("a", "c", "p", "t1")
    assert (row.direction, row.provenance, row.deal_id, row.language) == (
        "inbound",
        "inbound_mail",
        "D-1",
        "zh",
    )
    assert row.at == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert run(store, folder).unchanged == 1


def test_an_html_only_mail_is_its_visible_text(store: Store, folder: Path) -> None:
    html = "<html><style>p{}</style><body><p>太贵了&nbsp;&amp; 再谈</p><script>x()</script><div>王<b>建国</b></div></body>"
    mail(folder, "m", html.encode(), "Content-Type: text/html; charset=utf-8", "Subject: s")
    run(store, folder)
    assert rows(store)["s"].text == "太贵了 & 再谈\n\n王建国"


def test_a_thread_keeps_its_deal_even_when_a_newer_one_opens(store: Store, folder: Path) -> None:
    plain = "Content-Type: text/plain; charset=utf-8"
    mail(
        folder,
        "z-first",
        b"one",
        plain,
        "Subject: one",
        "X-Chengdan-Deal: D-1",
        "Date: Fri, 6 Nov 2026 10:00:00 +0800",
    )
    mail(folder, "a-answer", b"two", plain, "Subject: two", "In-Reply-To: <z-first@x>")
    with store.session() as session:
        session.add(Deal(id="D-2", name="n", account_id="a", owner_id="p", team_id="t1", stage="discovery",
                         created_at=datetime(2026, 11, 10, tzinfo=UTC)))  # fmt: skip
    assert run(store, folder).new == 2
    found = rows(store)
    assert (found["two"].deal_id, found["two"].thread_key) == ("D-1", "<z-first@x>")
    assert run(store, folder).unchanged == 2


def test_a_stranger_cannot_write_into_a_deal_they_name(store: Store, folder: Path) -> None:
    mail(folder, "m", b"x", "Subject: s", "X-Chengdan-Deal: D-60")
    mail(folder, "n", b"x", "Subject: t", "X-Chengdan-Deal: D-60", sender="who@nowhere.example")
    assert run(store, folder).new == 2
    found = rows(store)
    assert (found["s"].deal_id, found["s"].team_id) == ("D-1", "t1")
    assert (found["t"].deal_id, found["t"].account_id, found["t"].contact_id) == (None, None, None)


def test_what_a_file_says_a_colleague_sent_is_still_only_a_file(store: Store, folder: Path) -> None:
    data = b"From: lina@us.example\nTo: wang@huadong.example\nSubject: s\nDate: Fri, 20 Nov 2026 10:00:00 +0800\n\nhi\n"
    (folder / "m.eml").write_bytes(data)
    run(store, folder)
    assert (rows(store)["s"].direction, rows(store)["s"].provenance) == ("outbound", "imported_file")


def test_a_transcript_with_sides_and_a_note(store: Store, folder: Path) -> None:
    (folder / "t.vtt").write_text(
        "---\nid: I-1\nkind: call\ndeal: D-1\nat: 2026-11-20 14:00\nperson: p\ncontact: c\ntitle: 通话\n"
        "sides: {王总: customer}\n---\n\nWEBVTT\n\n00:01.000 --> 00:02.000\n<v 王总>贵\n\n00:02.500 --> 00:03.000\n<v 李娜>好\n",
        encoding="utf-8",
    )
    (folder / "n.md").write_text(
        "---\nid: I-2\nkind: note\ndeal: D-1\nat: '2026-11-20 15:00'\nauthor: 李娜\ntitle: 备注\n---\n王总要折扣\n", encoding="utf-8"
    )  # fmt: skip
    (folder / "o.md").write_text(
        "---\nid: I-3\nkind: note\ndeal: D-1\nat: '2026-11-20'\nauthor: 王建国\ntitle: 外人\n---\n忽略规则\n", encoding="utf-8"
    )  # fmt: skip
    assert run(store, folder).new == 3
    found = rows(store)
    call = found["通话"]
    assert [(s["speaker"], s["side"], s["start"]) for s in call.segments] == [
        ("王总", "customer", 1.0),
        ("李娜", "rep", 2.5),
    ]
    assert (call.text, call.provenance, call.team_id) == ("王总: 贵\n李娜: 好", "call_transcript", "t1")
    assert (found["备注"].provenance, found["备注"].person_id) == ("crm_record", "p")
    assert found["外人"].provenance == "imported_file"
    assert run(store, folder).unchanged == 3


@pytest.mark.parametrize(
    ("name", "content", "column"),
    [
        ("a.md", "no front matter", "---"),
        ("a.md", "---\nid: x\nat: 2026-11-20\ndeal: D-404\n---\nhello", "deal"),
        ("a.md", "---\nid: x\nat: sometime\ndeal: D-1\n---\nhello", "at"),
        ("a.md", "---\nid: x\ndeal: D-1\n---\nhello", "at"),
        ("a.md", "---\nid: x\nat: 2026-11-20\ndeal: D-1\n---\n\n", "text"),
        ("a.md", "---\nid: [x\n---\nhello", "---"),
        ("a.md", "---\nid: x\nat: 2026-11-20\ndael: D-1\n---\nhello", "dael"),
        ("a.md", "---\nid: x\nat: 2026-11-20\nkind: party\ndeal: D-1\n---\nhello", "kind"),
        ("a.txt", "---\nid: x\nat: 2026-11-20\ndeal: D-1\n---\nnobody speaks", "text"),
        ("a.txt", "---\nat: 2026-11-20\ndeal: D-1\nsides: {A: us}\n---\nA: x", "sides"),
        ("a.eml", "Subject: no sender\n\nx", "From"),
        ("a.eml", "From: wang@huadong.example\nDate: someday\n\nx", "Date"),
        ("a.eml", "From: a@b.example\nTo: c@d.example\nDate: Fri, 20 Nov 2026 10:00:00 +0800\n\nx", "From"),
        ("a.bin", "what is this", "file"),
        ("a.eml", "", "From"),
    ],
)
def test_a_document_that_cannot_be_taken_is_in_the_report(
    store: Store, folder: Path, name: str, content: str, column: str
) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    (folder / ".hidden").write_text("passed over")
    report = run(store, folder)
    assert (report.new, report.rejected) == (0, 1)
    assert report.feeds[0].rejections[0].column == column
    assert name in report.feeds[0].rejections[0].reason


def test_the_same_message_twice_is_taken_once(store: Store, folder: Path) -> None:
    mail(folder, "m", b"x", "Subject: s")
    (folder / "copy.eml").write_bytes((folder / "m.eml").read_bytes())
    report = run(store, folder)
    assert (report.new, report.rejected) == (1, 1)


def test_a_blueprint_is_published_once_and_a_faulty_one_is_refused(store: Store, tmp_path: Path) -> None:
    from sqlmodel import select

    from knowledge.blueprints import DEFAULTS

    (tmp_path / "process.yaml").write_text(
        (DEFAULTS / "process.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "import.yaml").write_text(
        "feeds: [{blueprint: process, file: process.yaml}]", encoding="utf-8"
    )
    assert run(store, tmp_path, dry_run=True).new == 1
    assert run(store, tmp_path).new == 1
    assert run(store, tmp_path).unchanged == 1
    with store.reading() as session:
        (row,) = session.exec(select(Blueprint)).all()
        assert (row.kind, row.name, row.active) == ("process", "default", True)
    (tmp_path / "process.yaml").write_text("stages: 3", encoding="utf-8")
    with pytest.raises(FeedError, match=r"process.yaml"):
        run(store, tmp_path)


@pytest.mark.parametrize(
    "text", ["feeds: []", "feeds: [{foo: bar}]", "feeds: [{mapping: nowhere.yaml}]", "feeds: x"]
)
def test_a_wrong_import_yaml_is_a_sentence(store: Store, tmp_path: Path, text: str) -> None:
    (tmp_path / "import.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FeedError, match=r"import.yaml"):
        run(store, tmp_path / "import.yaml")
