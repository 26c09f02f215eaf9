"""What can be wrong with a recording, in words."""

from __future__ import annotations

FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("没有这个文件", "there is no such file"),
    "no_file": ("这不是普通文件", "this is no regular file"),
    "empty": ("录音是空的,没有声音数据", "the recording is empty: it holds no sound"),
    "no_recording": (
        "不是能识别的录音或视频(可用: wav、mp3、m4a、amr、ogg/opus、flac、mp4、webm 等),或者文件已损坏",
        "this is no recording or video that is known here (wav, mp3, m4a, amr, ogg/opus, flac, mp4, webm …), or it is damaged",
    ),
    "no_sound": ("文件里没有声音", "there is no sound in the file"),
    "broken": ("录音已损坏,解不出声音", "the recording is damaged: no sound could be decoded"),
    "too_long": ("录音太长,超过上限", "the recording is longer than the limit"),
    "too_large": ("录音要的内存超过上限", "the recording needs more memory than it may have"),
    "stuck": ("解码一直没有进展,已放弃", "decoding made no progress and was given up"),
    "silk": (
        "这是微信的 SILK 语音,解不开;请用平台的“转文字”,或存成 amr/mp3 再发",
        "this is a SILK voice message, which cannot be decoded: use the platform's own words, or save it as amr or mp3",
    ),
}
"""Code -> sentence in Chinese and English."""


class AudioError(ValueError):
    """A recording that cannot be used; `code` is a key of FAULTS, `zh` and `en` say why."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.zh, self.en = FAULTS[code]
        super().__init__(f"{self.zh} / {self.en}")


def fault(code: str) -> AudioError:
    """The error of a code; a code nobody knows is a broken file."""
    return AudioError(code if code in FAULTS else "broken")
