"""The engines: what faster-whisper is told, where its model is looked for, and the endpoint over a real socket."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from speech.endpoint import EndpointTranscriber
from speech.heard import Hints, TranscriberError
from speech.model_folder import NEEDED, located
from speech.transcriber import FasterWhisper, Transcriber
from speech.waves import RATE
from tests.fakes.sounds import silence, tone
from tests.fakes.transcription_server import TranscriptionServer

SOUND = np.concatenate([tone(1, 400, RATE), silence(1, RATE), tone(1, 700, RATE)])


def segment(start: float, end: float, text: str, **more: Any) -> SimpleNamespace:
    word = SimpleNamespace(word=text, start=start, end=end, probability=0.8)
    return SimpleNamespace(
        **{"start": start, "end": end, "text": f" {text} ", "words": [word], "avg_logprob": -0.2, "no_speech_prob": 0.1,
           "compression_ratio": 1.1} | more
    )  # fmt: skip


class FakeWhisper:
    """The two calls of faster-whisper that are used, with a transcript."""

    def __init__(self, *answers: list[SimpleNamespace]) -> None:
        self.answers, self.calls = list(answers), []  # type: ignore[var-annotated]

    def transcribe(self, audio: Any, **options: Any) -> tuple[Any, None]:
        self.calls.append((len(audio), options))
        return iter(self.answers.pop(0)), None


def whisper(fake: FakeWhisper, batch: int = 8) -> FasterWhisper:
    return FasterWhisper(
        "small",
        batch=batch,
        fetch=lambda *_: "/models/small",
        load=lambda *_, **__: fake,
        batched=lambda model: model,
    )


def test_the_engine_is_told_language_hotwords_and_the_guards() -> None:
    fake = FakeWhisper([segment(0.5, 1.5, "您好")])
    engine: Transcriber = whisper(fake, batch=1)
    (heard,) = engine.hear(SOUND, Hints(language="zh", hotwords=("华东医疗", "用友")))
    options = fake.calls[0][1]
    assert (options["language"], options["hotwords"]) == ("zh", "华东医疗 用友")
    assert options["vad_filter"]
    assert options["word_timestamps"]
    assert options["condition_on_previous_text"] is False
    assert options["temperature"] == [0.0], "nothing is sampled"
    assert options["hallucination_silence_threshold"]
    assert (heard.text, heard.confidence, heard.words[0].confidence) == ("您好", 0.8, 0.8)
    assert engine.name == "faster-whisper:small"


def test_batched_windows_that_look_wrong_are_heard_again_alone() -> None:
    loop = segment(1.0, 2.0, "谢谢" * 30, compression_ratio=9.0)
    fake = FakeWhisper([segment(0.0, 0.9, "您好"), loop], [segment(0.1, 0.4, "谢谢")])
    first, second = whisper(fake).hear(SOUND, Hints())
    assert (first.text, second.text, second.start) == ("您好", "谢谢", 1.1)
    assert second.words[0].start == 1.1
    (whole, batched), (part, alone) = fake.calls
    assert (whole, part) == (len(SOUND), RATE)
    assert batched["batch_size"] == 8
    assert "no_repeat_ngram_size" not in batched
    assert (alone["no_repeat_ngram_size"], alone["temperature"]) == (3, [0.0])


def test_the_model_is_loaded_once_and_late() -> None:
    loaded: list[str] = []

    def load(path: str, **_: Any) -> FakeWhisper:
        loaded.append(path)
        return FakeWhisper([], [])

    engine = FasterWhisper("small", batch=1, fetch=lambda *_: "/models/small", load=load)
    assert loaded == []
    engine.hear(SOUND, Hints())
    engine.hear(SOUND, Hints())
    assert loaded == ["/models/small"]


def test_a_model_that_is_not_here_and_cannot_be_fetched_says_how_to_get_it() -> None:
    """The real hub's client, on a machine without a network."""
    with pytest.raises(TranscriberError) as caught:
        FasterWhisper("tiny").hear(SOUND, Hints())
    assert caught.value.code == "model_missing"
    for sentence in (caught.value.zh, caught.value.en):
        assert "hf download Systran/faster-whisper-tiny" in sentence
        assert "WHISPER_MODEL" in sentence


def test_unknown_names_and_broken_folders(tmp_path: Path) -> None:
    with pytest.raises(TranscriberError, match=r"不认识语音模型 huge.*small"):
        FasterWhisper("huge").hear(SOUND, Hints())
    with pytest.raises(TranscriberError, match="没有语音模型文件夹"):
        located("./nothing-here", None, lambda *_: "")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(TranscriberError, match=r"缺少 model\.bin、tokenizer\.json"):
        located(str(tmp_path), None, lambda *_: "")
    for name in NEEDED:
        (tmp_path / name).write_text("{}")
    assert located(str(tmp_path), None, lambda *_: "") == str(tmp_path)
    with pytest.raises(TranscriberError, match="打不开"):
        FasterWhisper(str(tmp_path)).hear(SOUND, Hints())


def test_an_engine_that_fails_is_an_error_with_a_sentence() -> None:
    class Broken:
        def transcribe(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("CUDA out of memory")

    engine = FasterWhisper("small", batch=1, fetch=lambda *_: "x", load=lambda *_, **__: Broken())
    with pytest.raises(TranscriberError, match="语音识别出错"):
        engine.hear(SOUND, Hints())


# the endpoint ------------------------------------------------------------------------------------------------------


def endpoint(server: TranscriptionServer, waits: list[float] | None = None) -> EndpointTranscriber:
    kept = [] if waits is None else waits
    return EndpointTranscriber(base_url=server.url, api_key="sk-secret", model="whisper-1", sleep=kept.append)


def test_the_endpoint_gives_times_words_and_confidence() -> None:
    with TranscriptionServer() as server:
        engine: Transcriber = endpoint(server)
        first, second = engine.hear(SOUND, Hints(language="zh", hotwords=("用友",)))
    assert (first.text, first.start, first.end) == ("400 Hz", 0.0, 1.0)
    assert (second.text, second.start, second.end) == ("700 Hz", 2.0, 3.0)
    assert first.confidence == pytest.approx(0.9048, abs=1e-3)
    assert [word.text for word in second.words] == ["700 Hz"]
    (form,) = server.forms
    assert (form["language"], form["prompt"], form["model"]) == (["zh"], ["用友"], ["whisper-1"])
    assert form["timestamp_granularities[]"] == ["word", "segment"]
    assert server.keys == ["Bearer sk-secret"]


def test_an_endpoint_that_is_busy_is_asked_again() -> None:
    waits: list[float] = []
    with TranscriptionServer(faults=[503, 429, 0]) as server:
        found = endpoint(server, waits).hear(SOUND, Hints())
    assert len(found) == 2
    assert waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(("status", "requests"), [(401, 1), (500, 4)])
def test_an_endpoint_that_gives_nothing_is_an_error_without_the_key(status: int, requests: int) -> None:
    with TranscriptionServer(faults=[status] * 9) as server, pytest.raises(TranscriberError) as caught:
        endpoint(server).hear(SOUND, Hints())
    assert len(server.forms) == requests
    assert f"HTTP {status}" in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_nobody_at_the_address() -> None:
    engine = EndpointTranscriber(
        base_url="http://127.0.0.1:9/v1", api_key="", model="m", sleep=lambda _: None
    )
    with pytest.raises(TranscriberError, match="ConnectError"):
        engine.hear(SOUND, Hints())


def test_an_endpoint_without_times_hears_short_parts() -> None:
    parts = [tone(10, 400, RATE), silence(8, RATE), tone(10, 700, RATE), silence(6, RATE), tone(4, 900, RATE)]
    with TranscriptionServer(timed=False) as server:
        engine = endpoint(server)
        found = engine.hear(np.concatenate(parts), Hints())
        before = len(server.forms)
        engine.hear(SOUND, Hints())
    assert [one.text for one in found] == ["400 Hz", "700 Hz 900 Hz"]
    assert all(seconds <= 25 for seconds in server.seconds[1:before])
    assert sum(server.seconds[1:before]) == pytest.approx(38)
    assert server.forms[-1]["response_format"] == ["json"], "once is enough to know"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b'{"text": "", "segments": []}', 0),
        (b'{"segments": [{"start": 0, "end": 99, "text": "x"}]}', 1),
        (b'{"segments": [{"start": "0", "end": 1, "text": "x"}], "text": "x"}', 1),
        (b'{"segments": [{"text": "x"}], "text": "x"}', 1),
        (b'{"segments": [null, {"start": 1, "end": 0.5, "text": "x"}], "words": [7, {"word": "x"}]}', 1),
        (b'{"text": "x"}', 1),
    ],
)
def test_strange_answers_become_what_they_can(body: bytes, count: int) -> None:
    with TranscriptionServer(body=body) as server:
        found = endpoint(server).hear(SOUND, Hints())
    assert len(found) == count
    assert all(0 <= one.start <= one.end <= 3 for one in found)


def test_an_answer_that_is_no_json_is_an_error() -> None:
    with (
        TranscriptionServer(body=b"<html>") as server,
        pytest.raises(TranscriberError, match="not a JSON object"),
    ):
        endpoint(server).hear(SOUND, Hints())
