"""Recordings of every kind become samples; what is none, or endless, is answered in words and in time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import wave
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from speech.audio import open_recording
from speech.audio_faults import AudioError
from speech.waves import RATE, same_sound, wav_bytes
from tests.fakes.sounds import film, hollow_wav, loudest, record, silence, tone, wide_band_amr

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio_asr"

KINDS = [
    ("a.wav", "pcm_s16le", 48_000, None),
    ("tel.wav", "pcm_mulaw", 8_000, None),
    ("alaw.wav", "pcm_alaw", 8_000, None),
    ("a.mp3", "libmp3lame", 44_100, None),
    ("a.m4a", "aac", 48_000, "mp4"),
    ("a.aac", "aac", 48_000, "adts"),
    ("a.amr", "libopencore_amrnb", 8_000, None),
    ("a.3gp", "libopencore_amrnb", 8_000, None),
    ("a.ogg", "libopus", 48_000, "ogg"),
    ("a.opus", "libopus", 48_000, "ogg"),
    ("a.flac", "flac", 48_000, None),
    ("a.webm", "libopus", 48_000, None),
    ("a.mkv", "pcm_s16le", 48_000, None),
    ("a.aiff", "pcm_s16be", 44_100, None),
]


@pytest.mark.parametrize(("name", "codec", "rate", "form"), KINDS, ids=[kind[0] for kind in KINDS])
def test_every_container_and_codec_gives_the_tone(
    tmp_path: Path, name: str, codec: str, rate: int, form: str | None
) -> None:
    path = record(tmp_path / name, [tone(2.0, 500, rate)], codec=codec, rate=rate, form=form)
    with open_recording(path) as recording:
        pieces = list(recording.pieces(0.75))
    assert recording.facts.rate == rate
    assert recording.end is not None
    assert recording.end.seconds == pytest.approx(2.0, abs=0.15)
    assert not recording.end.truncated
    assert [piece.start for piece in pieces[:3]] == [0.0, 0.75, 1.5]
    assert sum(piece.seconds for piece in pieces) == pytest.approx(recording.end.seconds)
    whole = np.concatenate([piece.samples[0] for piece in pieces])
    assert whole.dtype == np.float32
    assert loudest(whole[RATE // 4 : -RATE // 4]) == pytest.approx(500, abs=3)


@pytest.mark.parametrize(
    ("name", "video", "audio"),
    [("a.mp4", "mpeg4", "aac"), ("a.mkv", "mpeg4", "libopus"), ("a.avi", "mpeg4", "libmp3lame")],
)
def test_the_sound_of_a_video(tmp_path: Path, name: str, video: str, audio: str) -> None:
    with open_recording(film(tmp_path / name, tone(1.0, 600), video=video, audio=audio)) as recording:
        (piece,) = recording.pieces()
    assert loudest(piece.samples[0]) == pytest.approx(600, abs=3)


def test_wide_band_amr(tmp_path: Path) -> None:
    with open_recording(wide_band_amr(tmp_path / "a.amr", 1.0)) as recording:
        (piece,) = recording.pieces()
    assert (recording.facts.codec, recording.facts.rate) == ("amrwb", 16_000)
    assert piece.seconds == pytest.approx(1.0, abs=0.05)


def test_two_channels_stay_apart_or_become_one(tmp_path: Path) -> None:
    path = record(
        tmp_path / "a.wav", [tone(1.0, 400, 8000), tone(1.0, 900, 8000)], codec="pcm_s16le", rate=8000
    )
    with open_recording(path, split=True) as recording:
        (piece,) = recording.pieces()
    assert [round(loudest(one)) for one in piece.samples] == [400, 900]
    assert not same_sound(piece.samples)
    with open_recording(path) as recording:
        (piece,) = recording.pieces()
    assert piece.samples.shape == (1, RATE)
    both = record(tmp_path / "b.wav", [tone(1.0, 400), tone(1.0, 400)], codec="pcm_s16le")
    with open_recording(both, split=True) as recording:
        assert all(same_sound(piece.samples) for piece in recording.pieces())


def test_one_can_go_on_in_the_middle(tmp_path: Path) -> None:
    path = record(tmp_path / "a.wav", [np.concatenate([tone(1.0, 300), tone(1.0, 700)])], codec="pcm_s16le")
    with open_recording(path) as recording:
        whole = np.concatenate([piece.samples for piece in recording.pieces()], axis=1)
    with open_recording(path, start=1.25) as recording:
        (piece,) = recording.pieces()
    assert piece.start == 1.25
    assert np.array_equal(piece.samples, whole[:, round(1.25 * RATE) :])
    assert recording.end is not None
    assert recording.end.seconds == 2.0


def test_the_ending_of_a_file_name_decides_nothing(tmp_path: Path) -> None:
    path = record(tmp_path / "a.flac", [tone(1.0)], codec="flac").rename(tmp_path / "a.mp3")
    with open_recording(path) as recording:
        assert recording.facts.codec == "flac"


def refusal(path: Path, **how: float) -> AudioError:
    began = time.monotonic()
    with pytest.raises(AudioError) as caught, open_recording(path, **how) as recording:  # type: ignore[arg-type]
        for _ in recording.pieces():
            pass
    assert time.monotonic() - began < 20
    assert caught.value.zh
    assert caught.value.en
    return caught.value


def test_what_is_no_recording_is_said_so(tmp_path: Path) -> None:
    files = {
        "empty.wav": (b"", "empty"),
        "text.mp3": ("这不是录音".encode() * 50, "no_recording"),
        "page.m4a": (b"%PDF-1.7\n" + b"x" * 999, "no_recording"),
        "noise.amr": (bytes(np.random.default_rng(1).integers(0, 256, 9999, dtype=np.uint8)), None),
        "zeros.wav": (bytes(9999), "no_recording"),
        "silk.amr": (b"\x02#!SILK_V3" + bytes(99), "silk"),
        "no_frames.amr": (b"#!AMR\n", None),
        "list.m3u8": (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "no_recording"),
        "list.wav": (b"ffconcat version 1.0\nfile /etc/hostname\n", "no_recording"),
        "call.sdp": (b"v=0\nm=audio 5004 RTP/AVP 0\nc=IN IP4 127.0.0.1\n", "no_recording"),
    }
    for name, (data, code) in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert refusal(path).code == code or (
            code is None and refusal(path).code in ("no_recording", "empty", "broken")
        )
    assert refusal(tmp_path / "nothing.wav").code == "missing"
    assert refusal(tmp_path).code == "no_file"
    assert refusal(film(tmp_path / "mute.mp4", None)).code == "no_sound"


def test_a_recording_of_no_length_is_empty(tmp_path: Path) -> None:
    assert refusal(hollow_wav(tmp_path / "a.wav", 0)).code == "empty"


def test_files_without_end_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert refusal(tmp_path / "pipe.wav").code == "no_file"
    assert refusal(Path("/dev/zero")).code == "no_file"
    assert refusal(hollow_wav(tmp_path / "long.wav", 36_000), longest=60).code == "too_long"


def test_a_decoder_that_hangs_is_given_up(tmp_path: Path) -> None:
    path = record(tmp_path / "a.wav", [tone(1.0)], codec="pcm_s16le")
    assert refusal(path, stuck=-1.0).code == "stuck"


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp3", "libmp3lame"), ("a.flac", "flac"), ("a.ogg", "libopus"), ("a.wav", "pcm_s16le")],
)
def test_of_a_file_that_breaks_off_the_rest_is_heard(tmp_path: Path, name: str, codec: str) -> None:
    path = record(tmp_path / name, [tone(20.0)], codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with open_recording(path) as recording:
        heard = sum(piece.seconds for piece in recording.pieces())
    assert 5 < heard < 15


def test_a_flac_that_breaks_off_says_so(tmp_path: Path) -> None:
    path = record(tmp_path / "a.flac", [tone(20.0)], codec="flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with open_recording(path) as recording:
        list(recording.pieces())
    assert recording.end is not None
    assert recording.end.truncated


def test_an_mp4_that_breaks_off_before_its_index_is_broken(tmp_path: Path) -> None:
    path = record(tmp_path / "a.m4a", [tone(5.0)], codec="aac", form="mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refusal(path).code == "no_recording"


def test_holes_do_not_move_what_comes_later(tmp_path: Path) -> None:
    """A packet of AMR in the middle that does not decode is silence of its length, not nothing."""
    path = record(
        tmp_path / "a.amr",
        [np.concatenate([tone(1.0, 300, 8000), tone(1.0, 700, 8000)])],
        codec="libopencore_amrnb",
        rate=8000,
    )
    data = bytearray(path.read_bytes())
    frames = [6 + n * 32 for n in range((len(data) - 6) // 32)]
    hole = frames[20:40]  # 0.4 s, the frame type made one that is reserved
    for at in hole:
        data[at] = 0x64
    path.write_bytes(data)
    with open_recording(path) as recording:
        (piece,) = recording.pieces()
    assert recording.end is not None
    assert recording.end.seconds == pytest.approx(2.0, abs=0.15)
    assert loudest(piece.samples[0][round(1.2 * RATE) : round(1.9 * RATE)]) == pytest.approx(700, abs=5)


def test_wav_bytes_are_what_other_programs_read() -> None:
    with wave.open(BytesIO(wav_bytes(tone(0.5, rate=RATE)))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (RATE, 1, RATE // 2)


def test_silence_is_the_same_sound_in_both_channels() -> None:
    assert same_sound(np.stack([silence(1, RATE), silence(1, RATE)]))


@pytest.mark.timeout(120)
def test_three_hours_need_little_memory(tmp_path: Path) -> None:
    path = hollow_wav(tmp_path / "long.wav", 3 * 3600)
    code = (
        "import json, sys, pathlib; from speech.audio import open_recording; from speech.decoding import held_mb\n"
        "with open_recording(pathlib.Path(sys.argv[1])) as one:\n"
        "    n = sum(p.samples.shape[1] for p in one.pieces())\n"
        "print(json.dumps([n, held_mb(), one.end.held_mb]))"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    samples, own, child = json.loads(ran.stdout)
    assert samples == 3 * 3600 * RATE
    assert 20 < own + child < 400, f"{own} + {child} MiB"


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here")
def test_every_clip_of_the_shared_data_decodes() -> None:
    rows = [
        json.loads(line) for line in (DATA / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for row in rows:
        with open_recording(DATA / row["file"], split=True) as recording:
            heard = sum(piece.seconds for piece in recording.pieces())
        assert heard == pytest.approx(row["seconds"], abs=0.8), row["file"]
        assert recording.facts.channels == row["channels"]
