"""The real command in a process of its own: PostgreSQL and SMTP for real, odd bytes, a bare locale, a reader that leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from tests.fakes.smtp_server import SmtpServer

CHENGDAN = str(Path(sys.executable).parent / "chengdan")


def _run(folder: Path, *words: str | bytes, **env: str) -> subprocess.CompletedProcess[bytes]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LLM_", "SMTP_", "DATABASE_"))
    }
    environment = clean | {"VAR_DIR": str(folder / "var")} | env
    return subprocess.run(
        [CHENGDAN, *words], env=environment, cwd=folder, capture_output=True, timeout=60, check=False
    )


def _json(ran: subprocess.CompletedProcess[bytes]) -> Any:
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(ran.stdout)


def test_the_story_on_postgresql_with_a_real_mail_server(tmp_path: Path, postgres_url: str) -> None:
    url = postgres_url.replace("postgresql+psycopg", "postgresql")
    with SmtpServer(security="plain") as server:

        def ask(*words: str) -> Any:
            return _json(_run(tmp_path, *words, "--json", DATABASE_URL=url, SMTP_URL=server.url))

        assert len(ask("people", "--demo")) > 10
        ask("ask", "--as", "p-lina", "--thread", "t", "帮我给华东医疗王总写封跟进邮件")
        (sent,) = ask("ask", "--as", "p-lina", "--thread", "t", "发出去")["outcomes"]
        assert sent["status"] == "done"
        with psycopg.connect(url) as database:
            database.execute("UPDATE action SET due_at = now() - interval '1 minute'")
        states = {row["id"]: row["state"] for row in ask("actions", "--as", "p-lina")}
        assert states[sent["action_id"]] == "executed"
        assert ask("audit", "verify")["ok"]
        (mail,) = server.received
    assert mail.recipients == ("wang.jianguo@huadongmed.example.com",)
    assert "王总" in mail.text


def test_bytes_that_are_no_text_and_a_bare_locale(demo_dir: Path) -> None:
    folder = demo_dir.parent
    odd = _run(folder, "ask", "--as", "p-lina", b"\xff\xfe \xe4\xbd\xa0\xe5\xa5\xbd")
    assert odd.returncode == 0, odd.stderr
    bare = _run(
        folder, "ask", "--as", "李娜", "你好", LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert bare.returncode == 0, bare.stderr
    assert "你好" in bare.stdout.decode()


def test_make_run_without_a_name_is_not_the_assembler() -> None:
    root = Path(__file__).parents[2]
    environment = {name: value for name, value in os.environ.items() if name != "AS"}
    shown = subprocess.run(
        ["make", "-n", "run"], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert "--as" not in shown.stdout
