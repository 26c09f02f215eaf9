"""The command line: what it prints, for people and programs, and how it ends."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Run, runner


def test_ask_json_has_its_promised_shape(run: Run) -> None:
    ran = run("ask", "--as", "p-lina", "--json", "华东医疗那个单子现在什么情况?")
    assert ran.code == 0
    answer = ran.json
    assert set(answer) >= {"text", "sources", "outcomes", "suggestions", "mode", "thread"}
    assert answer["mode"] == "offline"
    assert set(answer["sources"][0]) >= {"n", "id", "kind", "title", "date", "quote"}


def test_a_thread_goes_on_and_a_new_one_does_not(run: Run) -> None:
    first = run("ask", "--as", "p-lina", "--json", "华东医疗那个单子现在什么情况?").json
    more = run("ask", "--as", "p-lina", "--json", "--thread", first["thread"], "那报价呢?").json
    assert "O-001" in more["text"]
    fresh = run("ask", "--as", "p-lina", "--json", "那报价呢?").json
    assert "O-001" not in fresh["text"]


@pytest.mark.parametrize("who", ["p-lina", "lina@chengdan-demo.cn", "李娜", "LINA@chengdan-demo.cn"])
def test_who_is_an_id_an_address_or_a_name(run: Run, who: str) -> None:
    assert run("ask", "--as", who, "你好").code == 0


def test_a_stranger_is_told_how_to_find_people(run: Run) -> None:
    ran = run("ask", "--as", "谁也不是", "你好")
    assert ran.code == 3
    assert "chengdan people" in ran.err


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_question_is_wrong_usage(run: Run, text: str) -> None:
    assert run("ask", "--as", "p-lina", text).code == 2


@pytest.mark.parametrize("text", ["😀😀😀", "a" * 100_000, "你好hello您 pricé 报价 ؟", "```\n{}\n```"])
def test_odd_messages_are_answered(run: Run, text: str) -> None:
    ran = run("ask", "--as", "p-lina", "--json", text)
    assert ran.code == 0
    assert ran.json["text"].strip()


def _waiting_action(run: Run) -> str:
    drafted = run("ask", "--as", "p-lina", "--json", "给华东医疗的王总写封跟进邮件,给他12%的折扣").json
    sent = run("ask", "--as", "p-lina", "--json", "--thread", drafted["thread"], "发出去")
    assert sent.code == 0
    (outcome,) = sent.json["outcomes"]
    assert outcome["status"] == "waiting"
    assert "p-zhaolei" in outcome["approvers"]
    return str(outcome["action_id"])


def test_the_life_of_a_discount(run: Run) -> None:
    action = _waiting_action(run)
    assert run("actions", "--as", "p-zhaolei", "--waiting", "--json").json[0]["id"] == action
    assert run("approve", action, "--as", "p-lina").code == 1
    assert run("approve", action, "--as", "p-wuting").code == 3
    why = run("why", action, "--as", "p-lina", "--json").json
    assert why["rules"]
    assert why["unlock"]
    edited = run("edit", action, "discount=10", "--as", "p-zhaolei", "--json").json
    assert edited["action_id"] != action
    assert run("reject", edited["action_id"], "-r", "再议", "--as", "p-zhoumin").code == 0
    states = {row["id"]: row["state"] for row in run("actions", "--as", "p-lina", "--json").json}
    assert states[action] == "superseded"
    assert states[edited["action_id"]] == "rejected"
    assert run("audit", "verify").code == 0


def test_undo_withdraws(run: Run) -> None:
    action = _waiting_action(run)
    assert run("undo", action, "--as", "p-lina").code == 0
    assert run("undo", action, "--as", "p-lina", "--json").json["state"] == "cancelled"


def test_audit_verify_finds_a_changed_row(run: Run, demo_dir: Path) -> None:
    _waiting_action(run)
    with closing(sqlite3.connect(demo_dir / "chengdan.db")) as database, database:
        database.execute("UPDATE audit_record SET actor = 'p-nobody' WHERE seq = 1")
    ran = run("audit", "verify")
    assert ran.code == 1
    assert "1" in ran.out


def test_audit_export_writes_every_record(run: Run, tmp_path: Path) -> None:
    _waiting_action(run)
    assert run("audit", "export", "-o", str(tmp_path / "chain.jsonl")).code == 0
    assert (tmp_path / "chain.jsonl").read_text().count("\n") >= 1


def test_policy_commands(run: Run, tmp_path: Path) -> None:
    assert run("policy", "check").code == 0
    assert run("policy", "test", "--json").json["failures"] == []
    _waiting_action(run)
    stricter = tmp_path / "policies"
    shutil.copytree(Path(__file__).parents[2] / "policies", stricter)
    replayed = run("policy", "replay", "--policy", str(stricter), "--since", "90d", "--json")
    assert replayed.code == 0
    assert run("policy", "replay", "--policy", str(stricter), "--since", "soon").code == 2
    (stricter / "rules" / "mail.cedar").write_text("permit (principal")
    assert run("policy", "check", "--folder", str(stricter)).code == 1


def test_doctor_is_content_with_the_demo(run: Run) -> None:
    findings = run("doctor", "--json")
    assert findings.code == 0
    assert {finding["level"] for finding in findings.json} <= {"ok", "note"}


def test_doctor_names_a_broken_index(run: Run, demo_dir: Path) -> None:
    for path in (demo_dir / "index").rglob("*"):
        if path.is_file():
            path.write_bytes(b"broken")
    assert run("doctor").code == 1
    assert run("reindex", "--full").code == 0
    assert run("doctor").code == 0


def test_an_empty_house_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "new"))
    monkeypatch.chdir(tmp_path)
    ran = runner(capfd)("ask", "--as", "p-lina", "你好")
    assert ran.code == 3
    assert "make run" in ran.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://nobody:hunter2@127.0.0.1:1/none"),
        ("DATABASE_URL", "nonsense://"),
        ("LLM_TIMEOUT_S", "soon"),
    ],
)
def test_bad_settings_are_one_sentence_without_the_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = run("people")
    assert ran.code == 1
    assert ran.err.strip()
    assert "Traceback" not in ran.err
    assert "hunter2" not in ran.err + ran.out


def test_a_file_that_is_no_database(run: Run, demo_dir: Path) -> None:
    (demo_dir / "chengdan.db").write_bytes(b"not a database at all" * 100)
    for side in ("-wal", "-shm"):
        (demo_dir / f"chengdan.db{side}").unlink(missing_ok=True)
    ran = run("people")
    assert ran.code == 1
    assert "Traceback" not in ran.err


def test_help_teaches(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    for name in ("ask", "chat", "ingest", "approve", "audit", "policy", "doctor"):
        assert name in ran.out
