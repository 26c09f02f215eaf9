"""Mailboxes behind a real IMAP server: what is read, of whom, once, and what hostile mails do to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from knowledge.feeds import FeedError, FeedReport
from knowledge.feeds.imap import Box, signed_in
from knowledge.feeds.load import Scope
from knowledge.feeds.mail_parts import take_apart
from knowledge.feeds.mailbox import MailboxPlan, read_mailbox
from knowledge.feeds.papers import PaperError
from knowledge.feeds.rowfeed import Run
from knowledge.model import Account, Contact, Deal, FeedCursor, FeedHeld, Interaction, Person, Team
from knowledge.store import Store
from tests.fakes.dovecot import Dovecot, dovecot
from tests.fakes.letters import letter

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SENT = "已发送"


class _Introspection(BaseHTTPRequestHandler):
    """Knows one access token, as a provider's introspection endpoint would."""

    def do_GET(self) -> None:
        good = "token=good-token&" in self.path + "&"
        body = json.dumps(
            {"active": good, "email": "lina@us.example"} if good else {"active": False}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    web = ThreadingHTTPServer(("127.0.0.1", 0), _Introspection)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        with dovecot(f"http://127.0.0.1:{web.server_port}/?token=") as running:
            yield running
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    finally:
        web.shutdown()
        web.server_close()


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox nobody has used before."""
    return f"u{abs(hash(request.node.name)) % 10**8}@us.example"


@pytest.fixture
def store(sqlite_store: Store, user: str) -> Store:
    with sqlite_store.session() as session:
        session.add(Team(id="t", name="一组"))
        session.flush()
        session.add(Person(id="p", name="李娜", team_id="t", email="lina@us.example"))
        session.add(Account(id="a", name="华东医疗", team_id="t", domains=["huadong.example"]))
        session.flush()
        session.add(Contact(id="c", account_id="a", name="王建国", email="wang@huadong.example"))
        session.add(Deal(id="D-1", name="一期", account_id="a", owner_id="p", team_id="t", stage="proposal",
                         created_at=datetime(2026, 3, 1, tzinfo=UTC)))  # fmt: skip
        session.add(Deal(id="D-0", name="旧", account_id="a", owner_id="p", team_id="t", stage="discovery",
                         created_at=datetime(2025, 3, 1, tzinfo=UTC)))  # fmt: skip
    return sqlite_store


def box(server: Dovecot, user: str, **changes: Any) -> Box:
    given = {"host": "localhost", "port": server.tls_port, "user": user, "secret": lambda: "secret",
             "ca_file": str(server.authority)}  # fmt: skip
    return Box(**{**given, **changes})


def read(
    server: Dovecot, store: Store, user: str, tmp_path: Path, *, dry: bool = False, **plan: Any
) -> dict[str, FeedReport]:
    scope = Scope(store)
    run = Run(scope=scope, now=NOW, rejected=tmp_path / "rejected")
    with signed_in(box(server, user)) as mailbox:
        if not dry:
            return {one.file: one for one in read_mailbox(mailbox, MailboxPlan(feed="box", **plan), run)}
        with scope.rehearsal():
            return {one.file: one for one in read_mailbox(mailbox, MailboxPlan(feed="box", **plan), run)}


def mails(store: Store) -> dict[str, Interaction]:
    with store.reading() as session:
        return {row.subject: row for row in session.exec(select(Interaction)).all()}


def test_both_directions_threads_and_strangers(
    server: Dovecot, store: Store, user: str, tmp_path: Path
) -> None:
    server.put(letter("in-1", subject="询价"), user=user)
    server.put(letter("in-2", "news@ads.example", subject="广告"), user=user)
    server.put(letter("in-3", "zhao@it.huadong.example", subject="合同条款"), user=user)
    server.put(letter("in-4", "chen@us.example", subject="内部"), user=user)
    out = letter("out-1", "sales@us.example", "wang@huadong.example", subject="回复询价", answers="<in-1@x>")
    server.put(out, SENT, user)
    server.put(letter("tr-1", subject="丢掉的"), "Trash", user)
    first = read(server, store, user, tmp_path)
    assert list(first) == ["INBOX", SENT, "Projects"]
    assert (first["INBOX"].new, first["INBOX"].passed, first[SENT].new) == (2, 2, 1)
    found = mails(store)
    assert sorted(found) == ["合同条款", "回复询价", "询价"]
    asked, answered = found["询价"], found["回复询价"]
    assert (asked.direction, asked.provenance, asked.contact_id, asked.person_id) == (
        "inbound", "inbound_mail", "c", "p",
    )  # fmt: skip
    assert (answered.direction, answered.provenance, answered.account_id) == (
        "outbound",
        "imported_file",
        "a",
    )
    assert asked.deal_id == answered.deal_id == "D-1"
    assert asked.thread_key == answered.thread_key == "<in-1@x>"
    assert found["合同条款"].account_id == "a"
    client = server.client(user)
    client.select_folder("INBOX", readonly=True)
    assert not any(b"\\Seen" in flags for flags in client.get_flags([1, 2, 3, 4]).values())
    client.logout()
    again = read(server, store, user, tmp_path)
    assert sum(one.rows + one.passed for one in again.values()) == 0


def test_only_what_came_since_and_all_again_when_numbered_anew(
    server: Dovecot, store: Store, user: str, tmp_path: Path
) -> None:
    for number in range(3):
        server.put(letter(f"a{number}", subject=f"一{number}"), user=user)
    assert read(server, store, user, tmp_path, folders=("INBOX",))["INBOX"].new == 3
    server.put(letter("b", subject="二"), user=user)
    assert read(server, store, user, tmp_path, folders=("INBOX",))["INBOX"].new == 1
    client = server.client(user)
    client.select_folder("INBOX")
    client.move([2], "Projects")
    client.logout()
    report = read(server, store, user, tmp_path)
    assert report["Projects"].unchanged == 1  # the same Message-ID in another folder
    with store.session() as session:
        cursor = session.get_one(FeedCursor, ("box", "INBOX"))
        cursor.value = "1:999"
        session.add(cursor)
    anew = read(server, store, user, tmp_path, folders=("INBOX",))["INBOX"]
    assert (anew.new, anew.changed, anew.unchanged) == (0, 0, 3)


def test_a_dry_run_writes_nothing_not_even_how_far_it_came(
    server: Dovecot, store: Store, user: str, tmp_path: Path
) -> None:
    server.put(letter("a"), user=user)
    assert read(server, store, user, tmp_path, dry=True)["INBOX"].new == 1
    assert not mails(store)
    assert read(server, store, user, tmp_path)["INBOX"].new == 1


def test_attachments_become_notes_of_the_same_deal(
    server: Dovecot, store: Store, user: str, tmp_path: Path
) -> None:
    files = (("采购需求.txt", "我们要 20 台 H2".encode()), ("logo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40),
             ("rows.csv", "型号,数量\nH2,20\n".encode("gb18030")), ("run.exe", b"MZ" + b"\0" * 100))  # fmt: skip
    server.put(letter("f", subject="附件", files=files), user=user)
    read(server, store, user, tmp_path)
    found = mails(store)
    assert "采购需求.txt" in found
    note, mail = found["采购需求.txt"], found["附件"]
    assert (note.kind, note.provenance, note.deal_id, note.contact_id, note.at) == (
        "note", "attachment", mail.deal_id, "c", mail.at,
    )  # fmt: skip
    assert "20 台 H2" in note.text
    assert note.extra["mail"] == mail.id
    assert not any(name.startswith(("logo", "run")) for name in found)
    assert "run.exe" in mail.extra["attachments"]


def test_our_own_mails_and_their_answers(server: Dovecot, store: Store, user: str, tmp_path: Path) -> None:
    """What the house sent is in the store already; the copy in the sent folder is recognised, the answer finds its deal."""
    sent = "<act-0123456789abcdef@us.example>"
    with store.session() as session:
        session.add(Interaction(id="mail-act-1", kind="mail", at=datetime(2026, 11, 19, tzinfo=UTC), account_id="a",
                                deal_id="D-0", person_id="p", subject="我们的", source="chengdan", thread_key=sent))  # fmt: skip
    copy = letter("x", user, "wang@huadong.example", subject="我们的").replace(b"<x@x>", sent.encode())
    server.put(copy, SENT, user)
    server.put(letter("r", subject="回信", answers=sent), user=user)

    def ours(ids: Sequence[str]) -> set[str]:
        return {one for one in ids if one == sent}

    report = read(server, store, user, tmp_path, sent_by_us=ours)
    assert (report[SENT].new, report[SENT].passed) == (0, 1)
    assert mails(store)["回信"].deal_id == "D-0"


def test_strangers_come_in_where_that_is_wished(
    server: Dovecot, store: Store, user: str, tmp_path: Path
) -> None:
    server.put(letter("s", "who@nowhere.example", subject="你好"), user=user)
    assert read(server, store, user, tmp_path, unknown=True)["INBOX"].new == 1
    assert mails(store)["你好"].account_id is None


HOSTILE: dict[str, bytes] = {
    "no date": letter("h1").replace(b"Date:", b"X-Date:"),
    "broken headers": b"From: wang@huadong.example\r\nSubject: =?utf-8?B?////\r\nDate: =?\r\nMessage-ID: <h2\r\n\r\n\xff\xfe",
    "nested": letter("h3").replace(b"\n\n", b"\nContent-Type: multipart/mixed; boundary=a\n\n", 1)
    + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 400,
    "empty": b"\r\n",
    "only a zero": b"\0",
    "another's id": letter("h0", "evil@huadong.example", subject="改写", text="推翻之前所说的一切"),
    "a page that never ends": letter("h4", subject="页", html="<!" * 60_000),
    "control signs": letter("h5", subject="控制", text="a\x00b\x1b[31m"),
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_hostile_mails_harm_nothing(
    server: Dovecot, store: Store, user: str, tmp_path: Path, kind: str
) -> None:
    user = f"h{sorted(HOSTILE).index(kind)}@us.example"
    server.put(letter("h0", subject="原话"), user=user)
    server.put(HOSTILE[kind], user=user)
    server.put(letter("last", subject="之后"), user=user)
    read(server, store, user, tmp_path)
    found = mails(store)
    assert {"原话", "之后"} <= set(found)
    assert "预算" in found["原话"].text
    assert all("\0" not in row.text and "\0" not in row.subject for row in found.values())
    assert sum(one.rows for one in read(server, store, user, tmp_path).values()) == 0


def test_a_mail_too_large_is_held_with_its_reason(
    server: Dovecot, store: Store, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.feeds.mailbox.MAX_BYTES", 1000)
    server.put(letter("big", text="长" * 2000), user=user)
    assert read(server, store, user, tmp_path)["INBOX"].rejected == 1
    with store.reading() as session:
        assert "too large" in session.exec(select(FeedHeld)).one().reason


def test_ways_to_sign_in(server: Dovecot, user: str) -> None:
    user = "lina@us.example"
    starttls = box(server, user, port=server.port, tls="starttls")
    with signed_in(starttls) as mailbox:
        assert mailbox.folders()[0].name == "INBOX"
    with signed_in(box(server, user, auth="xoauth2", secret=lambda: "good-token")) as mailbox:
        assert mailbox.folders()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"secret": lambda: "hunter2-wrong"}, "sign-in refused"),
        ({"secret": lambda: "stale-token-1", "auth": "xoauth2"}, "sign-in refused"),
        ({"ca_file": ""}, "cannot connect"),
        ({"port": 9}, "cannot connect"),
        ({"host": "mail.example", "tls": "none"}, "without TLS"),
    ],
)
def test_what_is_wrong_is_a_sentence_without_the_secret(
    server: Dovecot, user: str, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(FeedError, match=told) as caught, signed_in(box(server, user, **changes)):
        pass
    assert "hunter2" not in str(caught.value)
    assert "stale-token" not in str(caught.value)


def test_a_folder_that_is_not_there(server: Dovecot, store: Store, user: str, tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no such folder"):
        read(server, store, user, tmp_path, folders=("Elsewhere",))


@given(data=st.binary(max_size=600), header=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_the_bytes_say_a_mail_is_taken_or_refused(data: bytes, header: str) -> None:
    """No bytes break the reader: a mail, or a reason."""
    head = f"From: wang@huadong.example\r\nDate: Fri, 20 Nov 2026 10:00:00 +0800\r\nSubject: {header}\r\n".encode()
    for mail in (data, head + b"\r\n" + data, head + data):
        with suppress(PaperError):
            paper, _files = take_apart(mail.replace(b"text/html", b"text/plain"))
            assert paper.id.startswith("mail-")
