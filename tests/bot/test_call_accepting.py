"""Proposals of a call on the terminal: listed with their words, accepted each by itself, once; nobody else's yes is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.conftest import Run

TALK = """文字记录:

李娜 00:02
王总您好，上次的方案您看了吗？

王建国 00:12
看了。预算一百二十八万，超了要CFO同意。

王建国 00:30
你们太贵了，比锐影贵不少。

李娜 00:50
明白，那我下周五前把新报价发给您。

王建国 01:10
麻烦你们的人也看一下接口文档。

王建国 01:30
好，那就这么定了，按两期付款。
"""


@pytest.fixture
def call(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CANARY_EVERY", "0")
    path = tmp_path / "妙记.txt"
    path.write_text(TALK, encoding="utf-8")
    added = run("call", "add", str(path), "--deal", "D-001", "--as", "p-lina")
    assert added.code == 0
    assert "纪要:" in added.out
    assert "建议(说“全部接受”" in added.out
    listed = run("call", "list", "--deal", "D-001", "--as", "p-lina", "--json").json
    return str(next(row["call"] for row in listed if row["call"].startswith("file-")))


def test_each_is_a_wish_of_its_own_and_twice_is_once(run: Run, call: str) -> None:
    first = run("call", "accept", call, "1", "--as", "p-lina", "--json").json
    assert first["said"][0].startswith("✓ 1 下一步:我下周五前把新报价发给您")
    again = run("call", "accept", call, "1", "--as", "p-lina", "--json").json
    assert "下一步" in again["said"][0]
    assert [one["action"] for one in again["proposals"] if one["n"] == 1] == [
        one["action"] for one in first["proposals"] if one["n"] == 1
    ]
    rest = run("call", "accept", call, "--as", "p-lina", "--json").json
    assert len(rest["said"]) >= 3
    assert {one["status"] for one in rest["proposals"]} <= {"accepted", "shown"}, rest
    why = run("why", first["proposals"][0]["action"], "--as", "p-lina")
    assert why.code == 0


def test_what_is_not_wanted_is_not_done(run: Run, call: str) -> None:
    gone = run("call", "accept", call, "2", "--refuse", "--as", "p-lina")
    assert "不要 2" in gone.out
    shown = run("call", "summary", call, "--as", "p-lina").out
    assert "\n2. 备注" not in shown


def test_another_colleague_does_not_accept_for_them(run: Run, call: str) -> None:
    other = run("call", "accept", call, "--as", "p-chenhao")
    assert "没有建议" in other.out or other.code == 3
    stranger = run("call", "accept", call, "--as", "p-wuting")
    assert stranger.code == 3
