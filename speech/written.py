"""Transcripts as text of each format, and the one error of both directions."""

from __future__ import annotations

import json
import re

from .transcript import Segment, Transcript

MINUTES = ("feishu", "dingtalk", "tencent")
"""Exports of 飞书妙记, 钉钉听记 and 腾讯会议."""

FORMATS = ("vtt", "srt", "txt", "json", *MINUTES)
_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?")


class FormatError(ValueError):
    """A transcript that cannot be read; the sentence names the line and says what is expected there."""

    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(f"第 {line} 行：{zh} (line {line}: {en})")
        self.line = line


def seconds(text: str) -> float | None:
    """`1:02:03.5`, `62:03` or `01:02,500` in seconds; None for anything else."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    whole = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    return (whole * 1000 + int((found[4] or "0").ljust(3, "0"))) / 1000


def write(transcript: Transcript, target_format: str) -> str:
    """The transcript as text in one of FORMATS. Raises FormatError where all but txt and json lack times."""
    writers = {"vtt": _write_vtt, "srt": _write_srt, "txt": _write_text, "json": _write_json}
    writers |= {"feishu": _write_feishu, "dingtalk": _write_dingtalk, "tencent": _write_tencent}
    if target_format not in writers:
        raise FormatError(
            1, f"不认识格式 {target_format}，可用 {'、'.join(FORMATS)}", f"unknown format {target_format}"
        )
    return writers[target_format](transcript)


def _write_text(transcript: Transcript) -> str:
    return "".join(f"{_stamp_of(s)}{s.speaker}: {_flat(s.text)}\n" for s in transcript.segments)


def _stamp_of(segment: Segment) -> str:
    return "" if segment.start is None else f"[{_clock(segment.start, '.')}] "


def _write_json(transcript: Transcript) -> str:
    items = [{"speaker": s.speaker, "text": s.text, "side": s.side, "start": s.start, "end": s.end}
             for s in transcript.segments]  # fmt: skip
    return json.dumps({"segments": items}, ensure_ascii=False, indent=1) + "\n"


def _write_vtt(transcript: Transcript) -> str:
    cues = [f"{span}\n<v {s.speaker}>{_escape(s.text)}\n" for s, span in _timed(transcript, ".")]
    return "WEBVTT\n\n" + "\n".join(cues)


def _write_srt(transcript: Transcript) -> str:
    cues = enumerate(_timed(transcript, ","), 1)
    return "\n".join(f"{n}\n{span}\n{s.speaker}: {_flat(s.text)}\n" for n, (s, span) in cues)


def _write_feishu(transcript: Transcript) -> str:
    return "文字记录:\n\n" + _above(transcript)


def _write_dingtalk(transcript: Transcript) -> str:
    return "原文\n\n" + _above(transcript)


def _write_tencent(transcript: Transcript) -> str:
    return "".join(f"{s.speaker}({_short(s)}): {_flat(s.text)}\n\n" for s, _ in _timed(transcript, "."))


def _above(transcript: Transcript) -> str:
    return "".join(f"{s.speaker} {_short(s)}\n{_flat(s.text)}\n\n" for s, _ in _timed(transcript, "."))


def _short(segment: Segment) -> str:
    return _clock(segment.start or 0.0, ".").removesuffix(".000")


def _timed(transcript: Transcript, mark: str) -> list[tuple[Segment, str]]:
    found = []
    for number, s in enumerate(transcript.segments, start=1):
        if s.start is None:
            raise FormatError(
                number, f"第 {number} 段没有时间，请写成 txt 或 json", f"segment {number} has no times"
            )
        end = s.start if s.end is None else s.end
        found.append((s, f"{_clock(s.start, mark)} --> {_clock(end, mark)}"))
    return found


def _clock(seconds: float, mark: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}{mark}{ms % 1000:03d}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    return _flat(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
