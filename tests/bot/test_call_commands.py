"""`chengdan call …`: the stories of a recording and of a transcript, on a terminal, with an engine behind a real socket."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fakes.sounds import record, silence, tone
from tests.fakes.transcription_server import TranscriptionServer

from .conftest import Run

RATE = 16_000


def sound(folder: Path) -> Path:
    left = np.concatenate([tone(40, 400, RATE), silence(41, RATE)])
    right = np.concatenate([silence(42, RATE), tone(39, 900, RATE)])
    return record(folder / "通话.m4a", [left, right], codec="aac", rate=RATE, form="mp4")


def test_a_recording_waits_for_consent_and_is_then_written_down(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(sound(tmp_path))
    with TranscriptionServer() as server:
        monkeypatch.setenv("TRANSCRIBE_BASE_URL", server.url)
        monkeypatch.setenv("TRANSCRIBE_API_KEY", "sk-secret")
        added = run("call", "add", path, "--deal", "D-001", "--as", "p-lina", "--rep-channel", "1", "--json")
        call = added.json[0]["call"]
        assert (added.code, added.json[0]["code"]) == (0, "added_waiting")
        assert server.forms == []
        early = run("call", "transcribe", call, "--as", "p-lina")
        assert (early.code, "不转写" in early.out) == (1, True)
        assert run("call", "consent", call, "given", "--as", "p-lina").code == 1, "how is asked for"
        agreed = run("call", "consent", call, "given", "--how", "王总电话里口头同意", "--as", "p-lina")
        assert agreed.code == 0
        done = run("call", "transcribe", "--as", "p-lina")
        assert (done.code, "已转写 1.4 分钟" in done.out) == (0, True)
        assert "已转写 1/1 分钟" in done.err
    assert {form["language"][0] for form in server.forms} == {"zh"}
    assert "华东医疗" in server.forms[0]["prompt"][0]
    (row,) = [
        one
        for one in run("call", "list", "--deal", "D-001", "--as", "p-lina", "--json").json
        if one["call"] == call
    ]
    assert (row["consent"], row["minutes"], row["turns"]) == ("given", "1/1", 2)
    shown = run("call", "metrics", call, "--as", "p-lina")
    assert shown.code == 0
    assert "销售说话占比 / rep's share of the talk: 50.7 % (n=2)" in shown.out
    assert "没有客户说完、销售接话的地方" in shown.out
    assert "sk-secret" not in shown.out + done.out + done.err


def test_a_transcript_is_measured_drawn_and_handed_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "妙记.txt"
    path.write_text(
        "文字记录:\n\n说话人 1 00:02\n王总您好，您现在怎么管理影像？\n\n说话人 2 00:12\n硬盘。\n\n说话人 1 01:30\n我明天把方案发给您。\n\n"
        "说话人 2 01:40\n好。\n\n说话人 2 01:50\n没问题，再见。\n",
        encoding="utf-8",
    )
    command = [
        "call",
        "add",
        str(path),
        "--deal",
        "D-001",
        "--as",
        "p-lina",
        "--at",
        "2026-11-20 14:30",
        "--json",
    ]
    added = run(*command, "--speaker", "说话人 1=李娜", "--speaker", "说话人2=王建国")
    assert added.code == 0
    call = added.json[0]["call"]
    found = run("call", "metrics", call, "--type", "discovery", "--json", "--as", "p-lina").json
    assert found["metrics"]["question_count"]["value"] == 1
    assert found["metrics"]["next_step_set"]["evidence"][0]["quote"] == "我明天把方案发给您。"
    assert found["metrics"]["patience"]["reason"]["code"] == "no_end_times"
    assert found["ranges"]["talk_ratio"]["verdict"] in ("below", "within", "above")
    srt = run("call", "export", call, "--format", "tencent", "--as", "p-lina")
    assert srt.out.startswith("李娜(00:00:02): 王总您好")
    assert run("call", "export", call, "--format", "docx", "--as", "p-lina").code == 2
    drawn = run("call", "timeline", call, "--out", str(tmp_path / "a.png"), "--as", "p-lina")
    assert (drawn.code, "没有起止时间" in drawn.err) == (1, True)


def test_the_timeline_of_a_demo_meeting(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.svg"
    drawn = run("call", "timeline", "I-001-05", "--out", str(out), "--as", "p-lina")
    if drawn.code and "fonts-noto-cjk" in drawn.err:
        pytest.skip(drawn.err)
    assert drawn.code == 0
    assert out.read_bytes().startswith(b"<?xml")
    assert run("call", "timeline", "I-001-05", "--out", str(tmp_path / "a.gif"), "--as", "p-lina").code == 2
    shown = run("call", "metrics", "I-001-05", "--as", "p-lina")
    assert "销售说话占比" in shown.out
    assert "(n=16)" in shown.out


def test_what_is_wrong_is_said_with_the_right_code(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n00:01 --> later\nx\n", encoding="utf-8")
    broken = run("call", "add", str(path), "--deal", "D-001", "--as", "p-lina")
    assert (broken.code, "第 3 行" in broken.out) == (1, True)
    assert run("call", "add", str(tmp_path / "no.wav"), "--deal", "D-001", "--as", "p-lina").code == 3
    good = tmp_path / "b.txt"
    good.write_text("李娜: 您好\n王总: 您好\n", encoding="utf-8")
    assert run("call", "add", str(good), "--deal", "D-999", "--as", "p-lina").code == 3
    assert run("call", "add", str(good), "--deal", "D-001", "--at", "昨天", "--as", "p-lina").code == 2
    assert run("call", "add", str(good), "--deal", "D-001", "--speaker", "x", "--as", "p-lina").code == 2
    for command in ("metrics", "transcribe"):
        assert run("call", command, "nothing", "--as", "p-lina").code == 3


def test_without_a_model_the_recording_waits_and_the_way_is_said(run: Run, tmp_path: Path) -> None:
    added = run(
        "call", "add", str(sound(tmp_path)), "--deal", "D-001", "--consent", "王总同意", "--as", "p-lina"
    )
    assert added.code == 1
    assert "录音已存到商机" in added.out
    assert "hf download Systran/faster-whisper-small" in added.out
    assert "正在下载" in added.err
    listed = run("call", "list", "--deal", "D-001", "--as", "p-lina", "--json").json
    assert any("WHISPER_MODEL" in row["problem"] for row in listed)
