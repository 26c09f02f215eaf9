"""A recording becomes words: chunks, channels, guards, and going on after a break."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech.audio import Piece
from speech.checkpoint import Checkpoint
from speech.chunks import chunks
from speech.guards import guarded, joined_loops, without_echo
from speech.heard import Heard, Hints, TranscriberError
from speech.listening import Listened, listen
from speech.waves import RATE
from tests.fakes.hearing import ToneTranscriber
from tests.fakes.sounds import record, silence, tone

RATES = 16_000


def talk(*parts: tuple[float, float]) -> np.ndarray:
    """Tones of (hertz, seconds), each followed by half a second of silence; 0 hertz is silence alone."""
    waves = [
        np.concatenate([tone(seconds, hertz, RATES), silence(0.5, RATES)])
        if hertz
        else silence(seconds, RATES)
        for hertz, seconds in parts
    ]
    return np.concatenate(waves)


def mono(tmp_path: Path) -> Path:
    wave = talk(*[(300 + 100 * (n % 5), 2.0 + n % 3) for n in range(12)])
    return record(tmp_path / "call.wav", [wave], codec="pcm_s16le", rate=RATES)


def words(found: Listened) -> list[tuple[str, float, float]]:
    return [(one.text, round(one.start, 1), round(one.end, 1)) for one in found.heard]


def test_cutting_changes_nothing_but_the_calls(tmp_path: Path) -> None:
    path = mono(tmp_path)
    whole, cut = ToneTranscriber(), ToneTranscriber()
    first = listen(path, whole, Hints(language="zh", hotwords=("用友",)))
    second = listen(path, cut, Hints(), chunk_s=10.0)
    assert words(first) == words(second)
    assert len(words(first)) == 12
    assert (whole.calls, cut.calls > 3) == (1, True)
    assert whole.hints == [Hints(language="zh", hotwords=("用友",))]
    assert second.end.seconds == pytest.approx(first.heard[-1].end + 0.5, abs=0.1)
    assert first.speaker_confidence == 0.0
    assert {one.speaker for one in first.transcript().segments} == {"?"}


@pytest.mark.parametrize("breaks_at", [1, 2, 3, 4])
def test_what_broke_off_goes_on_and_ends_the_same(tmp_path: Path, breaks_at: int) -> None:
    path, kept = mono(tmp_path), tmp_path / "state" / "call.jsonl"
    straight = listen(path, ToneTranscriber(), Hints(), chunk_s=10.0)
    broken = ToneTranscriber(breaks_at=breaks_at)
    with pytest.raises(TranscriberError):
        listen(path, broken, Hints(), checkpoint=kept, chunk_s=10.0)
    seen: list[tuple[float, float | None]] = []
    again = ToneTranscriber()
    resumed = listen(
        path, again, Hints(), checkpoint=kept, chunk_s=10.0, progress=lambda done, of: seen.append((done, of))
    )
    assert resumed == straight
    full = ToneTranscriber()
    listen(path, full, Hints(), chunk_s=10.0)
    assert again.calls == full.calls - (breaks_at - 1)
    assert seen[0][0] == pytest.approx(0.0 if breaks_at == 1 else seen[0][0])
    assert seen[-1][0] == pytest.approx(resumed.end.seconds, abs=0.01)
    assert seen[-1][1] == pytest.approx(resumed.end.seconds, abs=0.01)
    third = ToneTranscriber()
    assert listen(path, third, Hints(), checkpoint=kept, chunk_s=10.0) == straight
    assert third.calls == 0


def test_a_checkpoint_of_something_else_or_torn_is_not_believed(tmp_path: Path) -> None:
    path, kept = mono(tmp_path), tmp_path / "call.jsonl"
    straight = listen(path, ToneTranscriber(), Hints(), checkpoint=kept, chunk_s=10.0)
    full = ToneTranscriber()
    assert listen(path, full, Hints(language="en"), checkpoint=kept, chunk_s=10.0).heard == straight.heard
    assert full.calls > 1, "another language: begun anew"
    lines = kept.read_text(encoding="utf-8").splitlines()
    kept.write_text("\n".join([*lines[:3], lines[3][: len(lines[3]) // 2]]), encoding="utf-8")
    torn = ToneTranscriber()
    assert listen(path, torn, Hints(language="en"), checkpoint=kept, chunk_s=10.0).heard == straight.heard
    assert torn.calls == full.calls - 2
    kept.write_text("garbage\n[]\n", encoding="utf-8")
    assert Checkpoint(kept, {"sha256": "x"}).load() == []


def test_two_channels_are_two_speakers(tmp_path: Path) -> None:
    left, right = talk((400, 3), (0, 4), (400, 2)), talk((0, 4), (900, 3), (0, 2))
    size = max(len(left), len(right))
    pair = [np.pad(one, (0, size - len(one))) for one in (left, right)]
    path = record(tmp_path / "call.wav", pair, codec="pcm_s16le", rate=RATES)
    found = listen(path, ToneTranscriber(), Hints())
    assert found.two_channels
    assert found.speaker_confidence == 1.0
    said = found.transcript(sides=("rep", "customer"), names=("李娜", "王总")).segments
    assert [(one.speaker, one.side, one.text) for one in said] == [
        ("李娜", "rep", "400 Hz"),
        ("王总", "customer", "900 Hz"),
        ("李娜", "rep", "400 Hz"),
    ]


def test_a_voice_that_leaks_into_the_other_channel_is_heard_once() -> None:
    samples = np.stack([tone(2, 400, RATE), 0.1 * tone(2, 400, RATE)])
    said = [
        Heard(start=10.0, end=12.0, text="价格太贵。", channel=0),
        Heard(start=10.1, end=12.0, text="价格太贵", channel=1),
    ]
    kept, dropped = without_echo(said, samples, 10.0)
    assert [one.channel for one in kept] == [0]
    assert [(one.heard.channel, one.why) for one in dropped] == [(1, "echo")]
    both = [said[0], Heard(start=10.1, end=12.0, text="好的", channel=1)]
    assert without_echo(both, samples, 10.0) == (both, [])


LOUD = tone(30, 400, RATE)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (Heard(start=0, end=2, text="我们看一下价格", confidence=0.9), ""),
        (Heard(start=0, end=2, text="请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", confidence=0.99), "credits"),
        (Heard(start=0, end=2, text="字幕由Amara.org社区提供", confidence=0.99), "credits"),
        (Heard(start=0, end=2, text="谢谢观看", confidence=0.2), "credits"),
        (Heard(start=0, end=2, text="谢谢观看", confidence=0.9, no_speech=0.1), ""),
        (Heard(start=0, end=2, text="Thanks for watching!", confidence=0.9, no_speech=0.9), "credits"),
        (Heard(start=0, end=1, text="这句话里面的字实在是太多了没有人能说得这么快", confidence=0.9), "too_fast"),
        (Heard(start=0, end=2, text="嗯", confidence=0.3, no_speech=0.8), "unsure"),
        (Heard(start=0, end=2, text="嗯", confidence=0.3, no_speech=0.2), ""),
        (Heard(start=0, end=2, text="嗯"), ""),
    ],
)  # fmt: skip
def test_what_nobody_said_is_left_out_with_a_reason(one: Heard, why: str) -> None:
    kept, dropped = guarded([one], LOUD)
    assert [each.why for each in dropped] == ([why] if why else [])
    assert len(kept) == (0 if why else 1)


def test_words_over_silence_are_left_out() -> None:
    quiet = np.concatenate([tone(2, 400, RATE), silence(3, RATE)])
    said = [
        Heard(start=0, end=2, text="您好", confidence=0.9),
        Heard(start=3, end=5, text="您好", confidence=0.9),
    ]
    kept, dropped = guarded(said, quiet)
    assert (kept, [one.why for one in dropped]) == ([said[0]], ["silent"])


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("谢谢" * 12, "谢谢"),
        ("对对对", "对对对"),
        ("哈哈哈哈哈哈", "哈哈"),
        ("我们的价格，我们的价格，我们的价格，我们的价格，我们的价格，", "我们的价格，"),
        ("金额是 10000000 元", "金额是 10000000 元"),
        ("……………………", "……………………"),
        ("I think so. I think so. I think so. I think so. I think so.", "I think so."),
        ("很好 very very very good", "很好 very very very good"),
        ("", ""),
    ],
)
def test_loops_are_said_once(text: str, joined: str) -> None:
    assert joined_loops(text) == joined


def test_a_mended_text_says_so_and_a_repeated_utterance_is_dropped() -> None:
    (kept,), _ = guarded([Heard(start=0, end=9, text="谢谢" * 12, confidence=0.9)], LOUD)
    assert (kept.text, kept.remark) == ("谢谢", "loop")
    same = [Heard(start=n, end=n + 1, text="我们来看下一页的内容。", confidence=0.9) for n in range(6)]
    kept_all, dropped = guarded(same, LOUD)
    assert (len(kept_all), {one.why for one in dropped}) == (2, {"repeat"})
    short = [Heard(start=n, end=n + 1, text="对。", confidence=0.9) for n in range(6)]
    assert len(guarded(short, LOUD)[0]) == 6


def test_chunks_end_where_it_is_quiet_and_lose_nothing() -> None:
    wave = talk(*[(400, 3.0)] * 10)[None, :]
    pieces = [Piece(start=at / RATE, samples=wave[:, at : at + 7000]) for at in range(0, wave.shape[1], 7000)]
    found = list(chunks(iter(pieces), 8.0, 5.0))
    assert np.array_equal(np.concatenate([one.samples for one in found], axis=1), wave)
    assert all(one.samples.shape[1] <= 8.0 * RATE for one in found)
    for one in found[:-1]:
        assert np.abs(one.samples[:, -200:]).max() == 0
    assert [one.start for one in found[1:]] == [one.end for one in found[:-1]]
