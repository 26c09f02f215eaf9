"""The figures of `eval speech`: hand-counted rates, channels, failures, and manifests that say what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from speech.evaluation import BadManifest, evaluate, read_manifest, tokens
from tests.fakes.hearing import ToneTranscriber
from tests.fakes.sounds import record, silence, tone

RATE = 16_000


def manifest(tmp_path: Path, *rows: dict[str, object]) -> Path:
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_rates_are_counted_by_hand(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", [tone(1, 400, RATE)], codec="pcm_s16le", rate=RATE)
    record(
        tmp_path / "b.wav",
        [np.concatenate([tone(1, 400, RATE), silence(1, RATE), tone(1, 900, RATE)])],
        codec="pcm_s16le",
        rate=RATE,
    )
    (tmp_path / "broken.wav").write_bytes(b"x" * 99)
    clips = read_manifest(
        manifest(
            tmp_path,
            {"audio": "a.wav", "text": "400, hz!", "lang": "en"},
            {"audio": "b.wav", "text": "400 hz and 900", "lang": "en"},
            {"audio": "a.wav", "text": "400HX", "lang": "zh"},
            {"audio": "broken.wav", "text": "您好", "lang": "zh"},
        )
    )
    found = evaluate(clips, ToneTranscriber())
    english, chinese = found["languages"]["en"], found["languages"]["zh"]
    # heard: "400 Hz" and "400 Hz 900 Hz"; references: 2 and 4 words, of the second two are wrong
    assert (english["measure"], english["n"], english["tokens"], english["exact"]) == ("WER", 2, 6, 1)
    assert english["rate"] == pytest.approx(2 / 6, abs=1e-4)
    assert english["mean_of_clips"] == pytest.approx(0.25)
    assert english["deletions"] + english["insertions"] + english["substitutions"] == 2
    # characters: 400hx against 400hz is one of five; of the broken one both characters are gone
    assert (chinese["measure"], chinese["tokens"], chinese["substitutions"], chinese["deletions"]) == (
        "CER",
        7,
        1,
        2,
    )
    assert [one["audio"] for one in found["failed"]] == ["broken.wav"]
    assert found["audio_seconds"] == pytest.approx(1 + 3 + 1)
    assert 0 < found["overhead_share"] <= 1
    assert found["peak_memory_mb"] > 10
    assert found["model"] == "fake:tones"


def test_two_channels_have_two_references(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", [tone(1, 400, RATE), tone(1, 900, RATE)], codec="pcm_s16le", rate=RATE)
    row = {"file": "a.wav", "text": None, "text_left": "400 hz", "text_right": "900 hz", "lang": "en"}
    found = evaluate(read_manifest(manifest(tmp_path, row)), ToneTranscriber())
    assert (found["languages"]["en"]["rate"], found["languages"]["en"]["n"]) == (0.0, 2)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"audio": "a.wav"}', '{"text": "x"}', '{"audio": "a.wav", "text": 7}']
)
def test_a_bad_manifest_names_the_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(f'{{"audio": "a.wav", "text": "x"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(BadManifest, match="第 3 行"):
        read_manifest(path)


def test_an_empty_manifest_is_none(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(BadManifest, match="空"):
        read_manifest(tmp_path / "m.jsonl")


def test_what_is_counted() -> None:
    assert tokens("您好,ＡＢ 3.5!", "zh") == ["您", "好", "a", "b", "3", "5"]
    assert tokens("Don’t stop — 3.5!", "en") == ["don't", "stop", "3", "5"]
