"""The true path: real faster-whisper, real CTranslate2, real VAD, real recordings; the model is hollow and knows no words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech.heard import Hints
from speech.listening import listen
from speech.transcriber import FasterWhisper
from tests.fakes.hollow_whisper import hollow_whisper
from tests.fakes.sounds import record, silence, tone

RATE = 16_000
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio_asr"
with_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hollow_whisper(tmp_path_factory.mktemp("whisper") / "hollow")


@pytest.mark.parametrize("batch", [1, 8])
def test_over_silence_and_tones_nothing_is_heard(model: Path, batch: int) -> None:
    engine = FasterWhisper(str(model), batch=batch)
    for sound in (silence(20, RATE), tone(20, 440, RATE), np.zeros(100, np.float32), np.zeros(0, np.float32)):
        assert engine.hear(sound, Hints()) == []


@pytest.mark.data
@with_data
@pytest.mark.parametrize("batch", [1, 8])
def test_speech_goes_through_every_part_twice_alike(model: Path, batch: int) -> None:
    engine = FasterWhisper(str(model), batch=batch)
    hints = Hints(language="zh", hotwords=("华东医疗", "用友"))
    first = listen(DATA / "jfk.mp3", engine, hints)
    second = listen(DATA / "jfk.mp3", FasterWhisper(str(model), batch=batch), hints)
    assert first == second
    assert first.engine == "faster-whisper:hollow"
    found = [*first.heard, *(one.heard for one in first.dropped)]
    assert found, "speech was found, windows were decoded"
    for one in found:
        assert 0 <= one.start <= one.end
        assert one.confidence is not None
        assert 0 <= one.confidence <= 1
        assert all(one.start - 0.5 <= word.start <= word.end for word in one.words)
    assert any(one.words for one in found)
    assert not any("GGGG" in one.text for one in found), "the model loops; what is kept does not"


def test_a_recording_of_silence_ends_without_words(model: Path, tmp_path: Path) -> None:
    path = record(tmp_path / "a.m4a", [silence(30, RATE)], codec="aac", rate=RATE, form="mp4")
    found = listen(path, FasterWhisper(str(model)), Hints())
    assert (found.heard, found.dropped) == ((), ())
    assert found.end.seconds == pytest.approx(30, abs=0.3)
