"""Guards against what recognisers invent: loops, credits of films over silence, more words than anybody can speak."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .heard import Heard
from .waves import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SILENT_DB = -60.0
"""Loudest 0.1 s of a stretch below which there is nothing that could have been said (decibels of full scale)."""

FASTEST = 14.0
"""Characters or words a second; hurried Mandarin has seven."""

UNSURE = 0.45
"""Mean confidence under which a doubtful utterance is taken for an invention."""

NO_SPEECH = 0.6
SQUEEZED = 2.4
"""Compression ratio of a text that only repeats itself (Whisper's own threshold)."""

LEAST_LOOP = 4
"""The same words so often in a row are a loop; three times is how people speak (对对对)."""

LEAST_REPEAT = 3
LONG_REPEAT = 6
"""An utterance of so many tokens, so often in a row, is a loop over utterances."""

REMARKS = {
    "loop": ("重复的词已合并", "repeated words were joined"),
    "silent": ("这里没有声音", "nothing is heard there"),
    "credits": ("片尾字幕一类的套话", "a phrase from film credits"),
    "too_fast": ("没有人能说这么快", "nobody speaks so fast"),
    "unsure": ("没有把握,而且像是没人说话", "unsure, and probably nobody speaks"),
    "repeat": ("和前面几句完全一样", "the same as the utterances before"),
    "echo": ("另一声道的串音", "the other channel's voice"),
}
"""Why words were mended or left out, in both languages."""

_CREDITS = re.compile(
    r"不吝点赞|明镜与点点|打赏支持|字幕(?:由|by|制作|志愿者|提供)|amara\.?org|索兰娅|优优独播剧场|中文字幕|yoyo television|subtitles? by|"
    r"transcribed by|captions? by|please (?:like and )?subscribe|like and subscribe",
    re.IGNORECASE,
)
_MAYBE_CREDITS = re.compile(
    r"^(?:谢谢(?:大家)?(?:的)?(?:观看|收看|收听)|感谢(?:您的|大家的?)?(?:观看|收看|收听)|下(?:期|集|次)(?:节目|视频)?再见|请订阅(?:我的频道)?|"
    r"thanks? (?:you )?(?:so much )?for watching|see you (?:in the )?next (?:time|video)|bye[- ]?bye)[。.!！~ ]*$",
    re.IGNORECASE,
)
_LOOP = re.compile(rf"(.{{1,20}}?)\1{{{LEAST_LOOP - 1},}}", re.DOTALL)
_WORD_LOOP = re.compile(rf"\b((?:[\w'’-]+[,.]?\s+){{1,8}}?)\1{{{LEAST_LOOP - 1},}}")
_TOKEN = re.compile(r"[a-z0-9]+(?:['’-][a-z0-9]+)*|[\u3400-\u9fff]")


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """An utterance that was left out, and why (a key of REMARKS)."""

    heard: Heard
    why: str


def guarded(found: Sequence[Heard], samples: NDArray[np.float32]) -> tuple[list[Heard], list[Dropped]]:
    """Utterances of one channel, without what was invented. `samples` is that channel's sound, RATE a second, in which
    the utterances' times count from 0. What was left out comes back with its reason: nothing disappears silently."""
    kept: list[Heard] = []
    dropped: list[Dropped] = []
    length = len(samples) / RATE
    for one in found:
        mended = replace(_unlooped(one), end=min(one.end, length))
        why = _invented(mended, samples) or ("repeat" if _repeats(kept, mended) else "")
        if why:
            dropped.append(Dropped(heard=one, why=why))
        else:
            kept.append(mended)
    return kept, dropped


def without_echo(
    found: Sequence[Heard], samples: NDArray[np.float32], begins: float
) -> tuple[list[Heard], list[Dropped]]:
    """Utterances of two channels without the ones that only leaked over: the same words at the same time, the quieter
    goes. `samples` has shape (2, n) and begins at second `begins`."""
    kept, dropped = [], []
    for one in found:
        twin = next((o for o in found if o.channel != one.channel and _same(one, o)), None)
        if twin and _power(samples, one, begins) < _power(samples, twin, begins):
            dropped.append(Dropped(heard=one, why="echo"))
        else:
            kept.append(one)
    return kept, dropped


def joined_loops(text: str) -> str:
    """The text with every loop said once: up to 20 characters, or up to 8 words, LEAST_LOOP times or more in a row."""
    return _LOOP.sub(_once, _WORD_LOOP.sub(r"\1", text + " ").strip())


def _once(found: re.Match[str]) -> str:
    """Numbers and dots stay: 10000 is no loop. A single character stays twice: 谢谢, 哈哈."""
    if not re.search(r"[^\W\d_]", found[1]):
        return found.group()
    return found[1] * 2 if len(found[1].strip()) == 1 else found[1]


def _unlooped(one: Heard) -> Heard:
    text = joined_loops(one.text)
    return one if text == one.text.strip() else replace(one, text=text, remark="loop", words=())


def _invented(one: Heard, samples: NDArray[np.float32]) -> str:
    """Why the utterance is none, or ""."""
    count = len(_tokens(one.text))
    if _loudest(samples, one.start, one.end) < SILENT_DB:
        return "silent"
    unsure = one.confidence is not None and one.confidence < UNSURE
    no_speech = one.no_speech is not None and one.no_speech > NO_SPEECH
    if _CREDITS.search(one.text) or (_MAYBE_CREDITS.search(one.text.strip()) and (unsure or no_speech)):
        return "credits"
    if count >= 8 and count > FASTEST * max(one.end - one.start, 0.02):
        return "too_fast"
    squeezed = len(one.text) > 40 and _squeeze(one.text) > SQUEEZED
    return "unsure" if unsure and (no_speech or squeezed) else ""


def _repeats(kept: Sequence[Heard], one: Heard) -> bool:
    """Whether the last utterances and this one say the same long thing."""
    tokens = _tokens(one.text)
    last = kept[-(LEAST_REPEAT - 1) :]
    if len(tokens) < LONG_REPEAT or len(last) < LEAST_REPEAT - 1:
        return False
    return all(_tokens(other.text) == tokens for other in last)


def _same(one: Heard, other: Heard) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return shorter > 0 and shared >= 0.7 * shorter and _tokens(one.text) == _tokens(other.text)


def _power(samples: NDArray[np.float32], one: Heard, begins: float) -> tuple[float, int]:
    import numpy as np

    channel = one.channel or 0
    part = samples[channel][round((one.start - begins) * RATE) : round((one.end - begins) * RATE)]
    return (float(np.square(part.astype(np.float64)).mean()) if part.size else 0.0, -channel)


def _loudest(samples: NDArray[np.float32], start: float, end: float) -> float:
    """Decibels of the loudest 0.1 s between two seconds (0.2 s of grace on each side); -240 beyond the end of the sound."""
    import numpy as np

    part = samples[max(0, round((start - 0.2) * RATE)) : round((end + 0.2) * RATE)].astype(np.float64)
    step = RATE // 10
    if part.size < step:
        return -240.0 if not part.size else 10 * float(np.log10(np.square(part).mean() + 1e-12))
    frames = part[: part.size - part.size % step].reshape(-1, step)
    return 10 * float(np.log10(np.square(frames).mean(axis=1).max() + 1e-12))


def _squeeze(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).lower())
