"""Binding and connecting from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.connecting import write_env
from bot.settings import Settings
from tests.bot.conftest import Run

LIST = "person,platform,account\np-lina,wecom,LiNa\np-heqiang,dingtalk,0326150155\n"


def test_a_code_is_printed_for_an_administrator_alone(run: Run) -> None:
    assert run("bind", "p-lina", "--as", "p-lina").code == 1
    made = run("bind", "李娜", "--channel", "wecom", "--as", "p-admin", "--json")
    assert made.code == 0
    assert len(made.json["code"]) == 8


def test_a_list_is_bound_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text(LIST + "p-nobody,wecom,x\n", encoding="utf-8")
    refused = run("bind", "--import", str(table), "--as", "p-admin")
    assert refused.code == 1
    assert "第 3 行" in refused.out
    assert run("accounts", "--as", "p-admin", "--json").json == []
    table.write_text(LIST, encoding="utf-8-sig")
    assert run("bind", "--import", str(table), "--as", "p-admin", "--json").json == {"bound": 2}
    assert len(run("accounts", "--as", "p-admin", "--json").json) == 2
    assert [row["person"] for row in run("accounts", "--as", "p-lina", "--json").json] == ["p-lina"]
    assert run("unbind", "wecom", "LiNa", "--as", "p-admin").code == 0
    assert run("unbind", "wecom", "LiNa", "--as", "p-admin").code == 1


@pytest.mark.parametrize(
    "text", ["person,platform\np-lina,wecom\n", "person,platform,account\np-lina,,x\n", ""]
)
def test_a_list_that_is_not_one_says_what_is_wrong(run: Run, tmp_path: Path, text: str) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text(text, encoding="utf-8")
    assert run("bind", "--import", str(table), "--as", "p-admin").code == 2


def test_what_is_typed_is_kept_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = tmp_path / ".env"
    env.write_text("# mine\nLLM_MODEL=qwen\nWECOM_CORP_ID=old\n", encoding="utf-8")
    hard = "a b#c'd\\e\"f$g"
    write_env(env, {"WECOM_CORP_ID": "ww1", "WECOM_SECRET": hard})
    assert env.stat().st_mode & 0o077 == 0
    assert env.read_text(encoding="utf-8").splitlines()[:2] == ["# mine", "LLM_MODEL=qwen"]
    monkeypatch.chdir(tmp_path)
    read = Settings()
    assert read.wecom_corp_id == "ww1"
    assert read.wecom_secret.get_secret_value() == hard
    assert read.llm_model == "qwen"


def test_an_unknown_platform_names_those_there_are(run: Run) -> None:
    ran = run("connect", "skype", "--check")
    assert ran.code == 2
    assert "telegram" in ran.err


def test_doctor_names_the_platforms(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("聊天平台" in row["what"] for row in json.loads(run("doctor", "--json").out))
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:x")
    found = [row for row in json.loads(run("doctor", "--json").out) if row["what"] == "telegram"]
    assert "chengdan serve" in found[0]["fix"]
