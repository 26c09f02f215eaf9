"""The first story on a terminal with a model that hears: a recording, its progress, real words, and what `eval speech` says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.heard_call import ENGINE, HeardCall, bare

from .conftest import Run


def test_a_recording_becomes_words_of_both_sides_with_a_model_in_a_folder(
    run: Run, test_whisper_model: Path, sales_call: HeardCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHISPER_MODEL", str(test_whisper_model))
    words = (
        "--deal",
        "D-001",
        "--as",
        "p-lina",
        "--rep-channel",
        "1",
        "--consent",
        "王总在电话开头同意",
        "--json",
    )
    added = run("call", "add", str(sales_call.path), *words)
    assert added.code == 0, added.err
    call = added.json[0]["call"]
    assert [one["code"] for one in added.json] == ["added_recording", "written"]
    assert "已转写 2/2 分钟" in added.err
    shown = run("call", "export", call, "--as", "p-lina")
    assert shown.code == 0
    assert "预算大概是八十万" in bare(shown.out)
    (row,) = [one for one in run("call", "list", "--as", "p-lina", "--json").json if one["call"] == call]
    assert row["turns"] >= 12
    measured = run("call", "metrics", call, "--as", "p-lina")
    assert "销售说话占比" in measured.out


def test_eval_speech_counts_and_says_that_a_test_model_proves_nothing(
    run: Run, test_whisper_model: Path, sales_call: HeardCall, tmp_path: Path
) -> None:
    left, right = (sales_call.said(side) for side in ("rep", "customer"))
    row = {"audio": str(sales_call.path), "text_left": left, "text_right": right, "lang": "zh"}
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    shown = run("eval", "speech", "--manifest", str(manifest), "--model", str(test_whisper_model))
    assert shown.code == 0, shown.err
    assert f"模型 / model {ENGINE}" in shown.out
    assert "这些数字不说明真实语音的准确率" in shown.out
    found = run(
        "eval", "speech", "--manifest", str(manifest), "--model", str(test_whisper_model), "--json"
    ).json
    assert found["model"] == ENGINE
    assert found["languages"]["zh"]["rate"] < 0.15
    assert found["note"]
