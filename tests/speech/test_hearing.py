"""Real words: real faster-whisper and CTranslate2, a model that hears, a call of two people. Nothing follows for real voices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.audio import open_recording
from speech.heard import Hints
from speech.listening import Listened, listen
from speech.metrics import call_metrics
from speech.transcriber import FasterWhisper
from tests.fakes.heard_call import ENGINE, HeardCall, bare, error_rate
from tests.fakes.sounds import film, record, silence, tone

RATE = 16_000
ACCEPTABLE = 0.15
"""Error rate of characters that the test model may have; it is there for the path, not for a prize."""


@pytest.fixture(scope="module")
def engine(test_whisper_model: Path) -> FasterWhisper:
    return FasterWhisper(str(test_whisper_model))


@pytest.fixture(scope="module")
def heard(engine: FasterWhisper, sales_call: HeardCall) -> Listened:
    return listen(sales_call.path, engine, Hints())


@pytest.fixture(scope="module")
def sound(sales_call: HeardCall) -> NDArray[np.float32]:
    """The call's samples, (2, n)."""
    with open_recording(sales_call.path, split=True) as recording:
        return np.concatenate([piece.samples for piece in recording.pieces()], axis=1)


def said_by(found: Listened, channel: int) -> str:
    return bare("".join(one.text for one in found.heard if one.channel == channel))


def test_both_sides_are_heard_word_by_word(heard: Listened, sales_call: HeardCall) -> None:
    assert heard.engine == ENGINE, "whoever reads the transcript sees that a test model made it"
    assert heard.two_channels
    for channel, side in enumerate(("rep", "customer")):
        assert error_rate(sales_call.said(side), said_by(heard, channel)) <= ACCEPTABLE
    assert "预算大概是八十万" in said_by(heard, 1)
    assert "周五之前把方案和报价发给您" in said_by(heard, 0)
    assert "下周三下午三点" in said_by(heard, 0)


def test_utterances_and_words_lie_where_they_were_said(heard: Listened, sales_call: HeardCall) -> None:
    (budget,) = [one for one in heard.heard if "八十万" in one.text]
    (spoken,) = [turn for turn in sales_call.turns if "八十万" in turn.text]
    assert budget.start < spoken.end
    assert budget.end == pytest.approx(spoken.end, abs=0.8)
    assert all(one.text for one in heard.heard)
    for one in (each for each in heard.heard if each.words):
        assert bare("".join(word.text for word in one.words)) == bare(one.text)
        assert all(a.start <= b.start for a, b in zip(one.words, one.words[1:], strict=False))
        assert one.start - 0.3 <= one.words[0].start <= one.words[-1].end <= one.end + 0.3
        assert one.confidence is not None
        assert 0.5 < one.confidence <= 1.0
        assert all(0.0 <= word.confidence <= 1.0 for word in one.words)
    sum_ = next(word for word in budget.words if "八" in word.text)
    assert spoken.start - 1 <= sum_.start <= spoken.end + 1, "a quote can be played from its word"


def test_the_call_has_the_metrics_that_the_spoken_one_has(heard: Listened, sales_call: HeardCall) -> None:
    transcript = heard.transcript(("rep", "customer"), ("李娜", "王总"))
    metrics = call_metrics(transcript.segments, speaker_confidence=heard.speaker_confidence)
    rep = sum(turn.end - turn.start for turn in sales_call.turns if turn.side == "rep")
    both = sum(turn.end - turn.start for turn in sales_call.turns)
    assert metrics["talk_ratio"].value == pytest.approx(rep / both, abs=0.05)
    assert metrics["question_count"].value is not None


def test_the_same_sound_gives_the_same_words_alone_and_in_batches(
    test_whisper_model: Path, heard: Listened, sales_call: HeardCall
) -> None:
    again = listen(sales_call.path, FasterWhisper(str(test_whisper_model)), Hints())
    assert again == heard
    alone = listen(sales_call.path, FasterWhisper(str(test_whisper_model), batch=1), Hints())
    assert "下周三下午三点" in said_by(alone, 0)


@dataclass
class Watched:
    """A real model or pipeline, and what it was asked."""

    real: Any
    asked: list[dict[str, Any]] = field(default_factory=list)

    def transcribe(self, samples: NDArray[np.float32], **options: Any) -> Any:
        self.asked.append(options)
        return self.real.transcribe(samples, **options)


def test_one_language_and_the_names_go_along_with_every_chunk(
    test_whisper_model: Path, sales_call: HeardCall
) -> None:
    from faster_whisper import BatchedInferencePipeline  # type: ignore[import-untyped]

    watched: list[Watched] = []

    def batched(model: Any) -> Watched:
        watched.append(Watched(BatchedInferencePipeline(model=model)))
        return watched[-1]

    engine = FasterWhisper(str(test_whisper_model), batched=batched)
    hints = Hints(language="zh", hotwords=("用友", "金蝶"))
    listen(sales_call.path, engine, hints, chunk_s=40.0)
    asked = [options for one in watched for options in one.asked]
    assert len(asked) >= 6, "three chunks or more of two channels"
    for options in asked:
        assert (options["language"], options["hotwords"]) == ("zh", "用友 金蝶")
        assert (options["vad_filter"], options["word_timestamps"], options["batch_size"]) == (True, True, 8)
        assert options["condition_on_previous_text"] is False


@pytest.mark.parametrize("chunk_s", [15.0, 40.0])
def test_cutting_changes_hardly_a_word(engine: FasterWhisper, sales_call: HeardCall, chunk_s: float) -> None:
    found = listen(sales_call.path, engine, Hints(), chunk_s=chunk_s)
    for channel, side in enumerate(("rep", "customer")):
        assert error_rate(sales_call.said(side), said_by(found, channel)) <= 1.5 * ACCEPTABLE


Sound = NDArray[np.float32]
HOSTILE: dict[str, Callable[[], Sound]] = {
    "silence": lambda: silence(12, RATE),
    "hiss": lambda: (np.random.default_rng(1).standard_normal(12 * RATE) * 0.1).astype(np.float32),
    "faint hiss": lambda: (np.random.default_rng(2).standard_normal(12 * RATE) * 0.001).astype(np.float32),
    "ringing": lambda: np.concatenate([part for _ in range(4) for part in (tone(1, 450, RATE), silence(2, RATE))]),
    "a tune": lambda: np.concatenate([tone(0.25, hertz, RATE) for hertz in (262, 330, 392, 523) * 12]),
    "clipped": lambda: np.sign(tone(8, 300, RATE)).astype(np.float32),
    "nothing": lambda: np.zeros(0, np.float32),
    "a click": lambda: np.ones(1, np.float32),
    "no numbers": lambda: np.full(4 * RATE, np.nan, np.float32),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_where_nobody_speaks_nothing_is_written(
    engine: FasterWhisper, test_whisper_model: Path, tmp_path: Path, name: str
) -> None:
    sound = HOSTILE[name]()
    if len(sound) > RATE and not np.isnan(sound).any():
        path = record(tmp_path / "a.wav", [sound], codec="pcm_s16le", rate=RATE)
        assert listen(path, engine, Hints()).heard == ()
    else:
        assert engine.hear(sound, Hints()) == []


@pytest.mark.parametrize(
    ("name", "codec", "rate", "form"),
    [
        ("a.amr", "libopencore_amrnb", 8_000, None),
        ("a.wav", "pcm_mulaw", 8_000, None),
        ("a.mp3", "libmp3lame", 16_000, None),
        ("a.m4a", "aac", 44_100, "mp4"),
        ("a.flac", "flac", 16_000, None),
        ("a.webm", "libopus", 48_000, None),
        ("wrong.mp3", "pcm_s16le", 16_000, "wav"),
        ("no-ending", "libopus", 48_000, "ogg"),
    ],
)
def test_whatever_it_came_in_the_words_come_out(
    engine: FasterWhisper,
    sound: NDArray[np.float32],
    tmp_path: Path,
    name: str,
    codec: str,
    rate: int,
    form: str | None,
) -> None:
    part = resampled(sound[1, 35 * RATE : 52 * RATE], rate)
    path = record(tmp_path / name, [part], codec=codec, rate=rate, form=form)
    found = bare("".join(one.text for one in listen(path, engine, Hints()).heard))
    assert "最后要财务总监张伟批准" in found


def test_the_sound_of_a_video_is_heard(
    engine: FasterWhisper, sound: NDArray[np.float32], tmp_path: Path
) -> None:
    path = film(tmp_path / "meeting.mp4", resampled(sound[1, 35 * RATE : 52 * RATE], 48_000))
    assert "最后要财务总监张伟批准" in bare("".join(one.text for one in listen(path, engine, Hints()).heard))


def test_a_file_that_breaks_off_is_heard_as_far_as_it_goes(
    engine: FasterWhisper, sales_call: HeardCall, tmp_path: Path
) -> None:
    path = tmp_path / "torn.ogg"
    path.write_bytes(sales_call.path.read_bytes()[: sales_call.path.stat().st_size * 6 // 10])
    found = listen(path, engine, Hints())
    assert found.end.truncated or found.end.seconds < 75
    assert "预算大概是八十万" in said_by(found, 1)


def resampled(sound: Sound, rate: int) -> Sound:
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound)[None, :], format="flt", layout="mono")
    frame.sample_rate = RATE
    made = [one.to_ndarray()[0] for one in (*resampler.resample(frame), *resampler.resample(None))]
    return np.concatenate(made).astype(np.float32)
