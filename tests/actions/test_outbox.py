"""The outbox: each mail one file, written whole and once."""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from actions.gateways.mail import Mail, Mailbox, gateway_from
from actions.gateways.outbox import OutboxGateway, file_name

MAIL = Mail(
    message_id="<act-7@chengdan-demo.cn>",
    sender_name="李娜",
    sender_address="lina@chengdan-demo.cn",
    to=(Mailbox(name="王建国", address="wang@huadongmed.example.com"),),
    subject="跟进",
    body="您好",
    date=datetime(2026, 11, 23, tzinfo=UTC),
)


def test_without_an_address_mail_becomes_a_file(tmp_path: Path) -> None:
    gateway = gateway_from("  ", tmp_path / "var" / "outbox")
    delivery = gateway.send(MAIL)
    file = tmp_path / "var" / "outbox" / "act-7@chengdan-demo.cn.eml"
    assert (delivery.status, delivery.reference) == ("sent", str(file))
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (message["Subject"], message["Message-ID"]) == ("跟进", MAIL.message_id)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert str(file.parent) in gateway.describe()


def test_the_same_id_keeps_the_first_bytes_and_says_so(tmp_path: Path) -> None:
    gateway = OutboxGateway(tmp_path)
    first = gateway.send(MAIL)
    before = Path(first.reference).read_bytes()
    again = gateway.send(replace(MAIL, body="别的内容"))
    assert again.status == "sent"
    assert "先前已写入" in again.detail
    assert "先前" not in first.detail
    assert Path(again.reference).read_bytes() == before


def test_many_at_once_leave_one_file_and_one_first(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        deliveries = list(
            pool.map(lambda n: OutboxGateway(tmp_path).send(replace(MAIL, body=f"{n}")), range(32))
        )
    assert sum("先前" not in one.detail for one in deliveries) == 1
    assert {one.status for one in deliveries} == {"sent"}
    assert len(list(tmp_path.iterdir())) == 1


def test_different_ids_never_share_a_file() -> None:
    ids = [
        "<a/b@x.cn>",
        "<a_b@x.cn>",
        "<A_b@x.cn>",
        "<a_b@y.cn>",
        f"<{'a' * 300}@x.cn>",
        f"<{'a' * 301}@x.cn>",
        "<..@x>",
    ]
    names = [file_name(one) for one in ids]
    assert len(set(names)) == len(ids)
    assert all("/" not in name and not name.startswith(".") and len(name) < 200 for name in names)
    assert file_name("a_b@x.cn") == file_name("<a_b@x.cn>")


def test_a_bad_mail_writes_nothing(tmp_path: Path) -> None:
    delivery = OutboxGateway(tmp_path).send(replace(MAIL, subject="a\nBcc: b@c.d"))
    assert delivery.status == "refused"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_a_failure_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    delivery = OutboxGateway(tmp_path / "file" / "outbox").send(MAIL)
    assert delivery.status == "failed"
    assert str(tmp_path) in delivery.detail
    assert OutboxGateway(Path("/proc/outbox")).send(MAIL).status == "failed"


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    """A process that may write no more than 200 bytes meets the disk's no in the middle of the file."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from tests.actions.test_outbox import MAIL; from actions.gateways.outbox import OutboxGateway\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))\n"
        "found = OutboxGateway(Path(sys.argv[1])).send(MAIL); print(found.status, '|', found.detail)\n"
    )
    run = subprocess.run(
        [sys.executable, "-B", "-X", "utf8", "-c", script, str(tmp_path / "o")],
        capture_output=True, text=True, encoding="utf-8", check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert run.stdout.startswith("failed |")
    assert "文件超过" in run.stdout
    assert not list((tmp_path / "o").iterdir())
