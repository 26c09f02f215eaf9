"""`chengdan eval speech` over a real socket, and without any model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.sounds import record, tone
from tests.fakes.transcription_server import TranscriptionServer

from .conftest import Run


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    record(tmp_path / "a.mp3", [tone(2, 400, 16_000)], codec="libmp3lame", rate=16_000)
    path = tmp_path / "m.jsonl"
    path.write_text(json.dumps({"audio": "a.mp3", "text": "400 hz", "lang": "en"}), encoding="utf-8")
    return path


def test_json_and_text(run: Run, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TranscriptionServer() as server:
        monkeypatch.setenv("TRANSCRIBE_BASE_URL", server.url)
        found = run("eval", "speech", "--manifest", str(manifest), "--json").json
        shown = run("eval", "speech", "--manifest", str(manifest))
    assert (found["n"], found["languages"]["en"]["rate"], found["model"]) == (1, 0.0, "endpoint:whisper-1")
    assert set(found) >= {"real_time_factor", "peak_memory_mb", "overhead_share", "audio_seconds"}
    assert "en  WER 0.00 %  n=1" in shown.out


def test_without_a_model_or_a_manifest_it_says_what_is_missing(run: Run, manifest: Path) -> None:
    ran = run("eval", "speech", "--manifest", str(manifest), "--model", "tiny")
    assert (ran.code, "hf download Systran/faster-whisper-tiny" in ran.err) == (1, True)
    assert run("eval", "speech", "--manifest", "nothing.jsonl").code == 3
    manifest.write_text("{", encoding="utf-8")
    assert run("eval", "speech", "--manifest", str(manifest)).code == 2
