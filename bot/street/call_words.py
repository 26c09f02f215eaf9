"""What the sender of a recording is told while it is written down, in both languages."""

from __future__ import annotations

from actions.confusables import visible

LONG_S = 1200.0
"""A recording of this length is told of on its way also where a message cannot be changed in place."""


def progress(done_s: float, of_s: float, language: str) -> str:
    """已转写 12/38 分钟."""
    done, of = int(done_s // 60), max(1, round(of_s / 60))
    if not of_s:
        return f"{done} minutes written down…" if language == "en" else f"已转写 {done} 分钟…"
    return f"{done}/{of} minutes written down…" if language == "en" else f"已转写 {min(done, of)}/{of} 分钟…"


def begun(name: str, of_s: float, language: str) -> str:
    """That it is being written down, and that the summary comes by itself."""
    shown = visible(name)
    of = f"{max(1, round(of_s / 60))} 分钟" if of_s else ""
    if language == "en":
        about = f", {max(1, round(of_s / 60))} minutes" if of_s else ""
        return f"Writing down “{shown}”{about}; the summary comes by itself when it is ready."
    return f"正在转写「{shown}」{'(' + of + ')' if of else ''},好了纪要会自动发来。"


def ended(of_s: float, language: str) -> str:
    """The end of the progress."""
    of = max(1, round(of_s / 60))
    if language == "en":
        return f"✓ {of}/{of} minutes written down; the summary follows."
    return f"✓ 已转写 {of}/{of} 分钟,纪要见下。"


def failed(name: str, problem: str, language: str, *, again: bool) -> str:
    """Why it could not be written down; `again`: it is tried again by itself."""
    zh, _, en = problem.partition(" / ")
    shown = visible(name)
    if language == "en":
        tail = (
            " It is tried again by itself." if again else " Please send another recording or the transcript."
        )
        return f"✗ “{shown}” could not be written down: {en or zh}.{tail}"
    tail = "稍后会自动再试。" if again else "可以换一个文件重发,或直接发文字稿。"
    return f"✗ 「{shown}」没有转写成: {zh}。{tail}"


def nothing_said(name: str, language: str) -> str:
    shown = visible(name)
    return (
        f"“{shown}”: nobody was heard speaking." if language == "en" else f"「{shown}」里没有听到有人说话。"
    )


def no_summary(name: str, language: str) -> str:
    shown = visible(name)
    if language == "en":
        return f"“{shown}” is written down, but its summary failed; ask for it: summarise this call."
    return f"「{shown}」已转写,但纪要没有生成;请说“总结一下这通电话”。"
