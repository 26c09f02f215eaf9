"""Least privilege: only the sender's process ever holds the mail server's password, and it is told ids alone."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from actions import breakers
from actions.gateways.elsewhere import Elsewhere
from actions.tables import Action, WorkerBeat
from actions.workers import SENDER
from bot.house_clock import HouseClock, local_clock
from bot.jobs import tick
from bot.keeper import Keeper
from bot.sender_settings import sender_settings
from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge.model import Notice
from knowledge.store import Store
from tests.fakes.smtp_server import SmtpServer

ROOT = Path(__file__).parents[2]
PASSWORD = "Zq7-" + "never-in-an-agent" + "-x9"
FOLLOW_UP = "帮我给华东医疗王总写封跟进邮件"


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer(security="plain", user="chengdan", password=PASSWORD) as server:
        yield server


@pytest.fixture
def house(demo_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An agent's house with the true clock: it has no gateway of its own."""
    monkeypatch.chdir(demo_dir.parent)
    opened = open_house(Settings(var_dir=demo_dir, _env_file=None))
    yield opened
    opened.close()


def due_mail(house: House) -> str:
    """A mail of 李娜's whose undo window has passed."""
    from bot.inbox import Inbox
    from bot.messages import Inbound

    for number, text in enumerate((FOLLOW_UP, "发出去")):
        Inbox(house).handle(
            Inbound(channel="t", person_id="p-lina", thread="t", text=text, external_id=f"e{number}")
        )
    with house.store.session() as session:
        row = session.exec(select(Action)).one()
        row.due_at = row.undo_until = row.created_at
        session.add(row)
        return row.id


def state(house: House, action_id: str) -> str:
    with house.store.reading() as session:
        return session.get_one(Action, action_id).state


def test_the_child_sends_and_the_agent_never_has_the_password(house: House, mail_server: SmtpServer) -> None:
    Path(".env.sender").write_text(f"SMTP_URL={mail_server.url}\n")
    action_id = due_mail(house)
    assert tick(house, wait_s=60) == [action_id]
    assert state(house, action_id) == "executed"
    assert [mail.user for mail in mail_server.received] == ["chengdan"]
    assert "SMTP_URL" not in os.environ
    assert "smtp_url" not in Settings.model_fields
    assert isinstance(house.gate.hands.mail, Elsewhere)
    held = [
        found for found in gc.get_objects()
        if isinstance(found, dict) and found is not globals() and any(
            isinstance(value, str) and PASSWORD in value for value in list(found.values())
        ) and not _the_tests_own(found, mail_server)
    ]  # fmt: skip
    assert held == []


def _the_tests_own(found: dict[object, object], server: SmtpServer) -> bool:
    """The mail server of this test lives in this process and must know the password."""
    return found is vars(server.behaviour) or found.get("password") == PASSWORD or "PASSWORD" in found


def _agent(folder: Path, **env: str) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LLM_", "SMTP_"))}
    environment = clean | {"VAR_DIR": str(folder), "PYTHONPATH": str(ROOT), "DEFAULT_PERSON": "p-lina"} | env
    return subprocess.Popen(
        [sys.executable, "-c", "from bot.cli import main; main()", "chat"],
        env=environment, cwd=folder.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def _memory_holds(pid: int, needle: bytes) -> bool:
    """Whether these bytes stand anywhere in the process's writable memory or in its environment."""
    if needle in Path(f"/proc/{pid}/environ").read_bytes():
        return True
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if not rights.startswith("rw") or "[v" in line:
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                if needle in memory.read(end - start):
                    return True
            except OSError:
                continue
    return False


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="reads another process's memory by /proc")
@pytest.mark.parametrize("given", ["file", "environment"])
def test_the_password_is_nowhere_in_the_memory_of_a_chat_that_sends(
    demo_dir: Path, mail_server: SmtpServer, given: str
) -> None:
    env = {"SMTP_URL": mail_server.url} if given == "environment" else {}
    if given == "file":
        (demo_dir.parent / ".env.sender").write_text(f"SMTP_URL={mail_server.url}\n")
    store = Store(f"sqlite:///{demo_dir / 'chengdan.db'}")
    agent = _agent(demo_dir, **env)
    assert agent.stdin is not None
    try:
        agent.stdin.write(f"{FOLLOW_UP}\n发出去\n".encode())
        agent.stdin.flush()
        _until(lambda: _set_due(store), 60)
        _until(lambda: bool(mail_server.received), 60)
        assert not _memory_holds(agent.pid, PASSWORD.encode())
        assert _memory_holds(agent.pid, "华东医疗".encode()), "the search can find something"
        agent.stdin.write(b"/quit\n")
        agent.stdin.close()
        agent.wait(30)
    finally:
        agent.kill()
        agent.wait()
        if agent.stdout:
            agent.stdout.close()
        store.close()
    assert len(mail_server.received) == 1


def _set_due(store: Store) -> bool:
    with store.session() as session:
        row = session.exec(select(Action).where(Action.state == "scheduled")).first()
        if row is None:
            return False
        row.due_at = row.undo_until = row.created_at
        session.add(row)
        return True


def _until(true: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def test_without_a_mail_server_the_child_writes_to_the_outbox(house: House) -> None:
    action_id = due_mail(house)
    tick(house, wait_s=60)
    assert state(house, action_id) == "executed"
    assert len(list((house.settings.var_dir / "outbox").glob("*.eml"))) == 1


def test_a_living_sender_is_left_to_do_it(house: House) -> None:
    action_id = due_mail(house)
    with house.store.session() as session:
        session.add(WorkerBeat(id="w", kind=SENDER, seen_at=house.clock()))
    assert tick(house, wait_s=60) == []
    assert state(house, action_id) == "scheduled"


def test_where_no_sender_may_be_started_none_is(house: House) -> None:
    house.settings.start_sender = False
    action_id = due_mail(house)
    assert tick(house, wait_s=60) == []
    assert state(house, action_id) == "scheduled"


@pytest.mark.parametrize(
    ("content", "says"), [("SMTP_URL=smpt://u:hunter2@h", "SMTP_URL"), (None, "SENDER_ENV_FILE")]
)
def test_a_way_out_that_cannot_be_built_holds_the_mail_and_says_why(
    house: House, monkeypatch: pytest.MonkeyPatch, content: str | None, says: str
) -> None:
    """Nothing goes to the outbox instead."""
    monkeypatch.setenv("SENDER_ENV_FILE", str(house.settings.var_dir / "secrets"))
    if content:
        (house.settings.var_dir / "secrets").write_text(content)
    action_id = due_mail(house)
    tick(house, wait_s=60)
    assert state(house, action_id) == "scheduled"
    tick(house)
    with house.store.reading() as session:
        (row,) = breakers.shut(session, house.clock()).values()
        told = [one.text for one in session.exec(select(Notice).where(Notice.action_id == action_id))]
    assert says in row.last_error
    assert any(says in text for text in told)
    assert "hunter2" not in row.last_error + "".join(told)
    assert house.courier.describe()["level"] == "broken"
    assert not (house.settings.var_dir / "outbox").exists()


def test_describing_tells_no_secret(house: House, mail_server: SmtpServer) -> None:
    file = Path(".env.sender")
    file.write_text(f"SMTP_URL={mail_server.url}\n")
    file.chmod(0o644)
    told = house.courier.describe()
    assert told["level"] == "note"
    assert "chmod 600" in told["fix"]
    file.chmod(0o600)
    told = house.courier.describe()
    assert told["level"] == "ok"
    assert f"127.0.0.1:{mail_server.port}" in told["says"]
    assert PASSWORD not in json.dumps(told)


@pytest.mark.parametrize(
    "words", [["--once", "act-1"], ["--once", "../x"], ["--once", "act-0123456789abcdeg"]]
)
def test_what_is_no_id_is_refused(words: list[str], demo_dir: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bot.sender", *words], cwd=demo_dir, check=False, capture_output=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "VAR_DIR": str(demo_dir)},
    )  # fmt: skip
    assert ran.returncode == 2


def test_where_the_secret_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def found() -> str:
        return sender_settings().smtp_url.get_secret_value()

    assert found() == ""
    Path(".env").write_text("SMTP_URL=smtp://from-env-file\n")
    assert found() == "smtp://from-env-file"
    Path(".env.sender").write_text("SMTP_URL=smtp://from-sender-file\n")
    assert found() == "smtp://from-sender-file"
    monkeypatch.setenv("SENDER_ENV_FILE", "other")
    with pytest.raises(FileNotFoundError):
        found()
    Path("other").write_text("SMTP_URL=smtp://from-named-file\n")
    assert found() == "smtp://from-named-file"
    monkeypatch.setenv("SMTP_URL", "smtp://from-environment")
    assert found() == "smtp://from-environment"


def test_a_keeper_starts_a_sender_and_ends_it(house: House) -> None:
    action_id = due_mail(house)
    with Keeper(house) as keeper:
        keeper.look()
        _until(lambda: state(house, action_id) == "executed", 60)
        keeper.look()
        with house.store.reading() as session:
            assert [row.kind for row in session.exec(select(WorkerBeat))] == ["sender"]
    with house.store.reading() as session:
        assert session.exec(select(WorkerBeat)).all() == [], "it said goodbye"


def test_machines_with_wrong_clocks_agree_by_the_database(postgres_url: str) -> None:
    from datetime import timedelta

    store = Store(postgres_url)
    fast = HouseClock(store, local=lambda: local_clock() + timedelta(minutes=7))
    slow = HouseClock(store, local=lambda: local_clock() - timedelta(minutes=9))
    assert abs((fast() - slow()).total_seconds()) < 1
    store.close()


def test_a_database_that_is_away_leaves_the_last_difference(postgres_url: str) -> None:
    from datetime import timedelta

    store, at = Store(postgres_url), [0.0]
    clock = HouseClock(store, local=lambda: local_clock() + timedelta(hours=1), monotonic=lambda: at[0])
    assert abs((clock() - local_clock()).total_seconds()) < 1
    clock._store = Store("postgresql://nobody@127.0.0.1:1/none")
    at[0] = 100.0
    assert abs((clock() - local_clock()).total_seconds()) < 1
    clock._store.close()
    store.close()


def test_on_one_machine_the_clock_is_its_own(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    assert abs((HouseClock(store)() - local_clock()).total_seconds()) < 1
    store.close()
