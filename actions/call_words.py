"""What a person is told about their calls, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

SAID: dict[str, tuple[bool, str, str]] = {
    "no_file": (False, "没有找到文件 {name}", "the file {name} is not there"),
    "no_transcript": (False, "{name} 不是能读的文字稿: {why}", "{name} is no transcript that can be read: {why}"),
    "no_call": (
        False,
        "{name} 既不是录音,也不是文字稿(可用: 录音或视频,vtt、srt、txt、json,飞书妙记、钉钉听记、腾讯会议导出的文字)",
        "{name} is neither a recording nor a transcript (a recording or video, vtt, srt, txt, json, or an export of a meeting tool)",
    ),
    "no_deal": (False, "没有找到商机 {name}", "no deal {name} was found"),
    "unknown": (False, "没有找到通话 {name}", "no call {name} was found"),
    "no_state": (False, "同意状态只能是 asked、given、refused、withdrawn", "consent is asked, given, refused or withdrawn"),
    "how": (False, "请用 --how 说明谁同意、怎么同意的", "say with --how who agreed and how"),
    "no_recording": (False, "{name} 没有录音", "{name} has no recording"),
    "no_way": (False, "{name} 的同意状态是 {before},不能改成 {state}", "consent of {name} is {before} and cannot become {state}"),
    "known": (True, "{name} 早已在商机 {deal} 里,没有重复添加: {call}", "{name} is on the deal {deal} already, nothing was added: {call}"),
    "added_transcript": (
        True,
        "文字稿已存到商机 {deal}: {call},{turns} 段",
        "the transcript is on the deal {deal}: {call}, utterances: {turns}",
    ),
    "added_recording": (True, "录音已存到商机 {deal}: {call}", "the recording is on the deal {deal}: {call}"),
    "added_waiting": (
        True,
        "录音已存到商机 {deal}: {call};还没有录音同意,不会转写。对方同意后运行: chengdan call consent {call} given --how '谁、怎么同意的'",
        "the recording is on the deal {deal}: {call}; nobody's consent is known, so it is not written down. When they agreed: "
        "chengdan call consent {call} given --how 'who agreed and how'",
    ),
    "consent_asked": (True, "{name}: 已记下正在征求同意,之前不转写", "{name}: noted that consent was asked; not written down before"),
    "consent_given": (True, "{name}: 已记下同意,可以转写", "{name}: consent noted, it can be written down"),
    "consent_refused": (True, "{name}: 已记下不同意,录音和文字已删除", "{name}: refusal noted; the sound and the words were removed"),
    "consent_withdrawn": (
        True,
        "{name}: 已记下撤回同意,录音和文字已删除",
        "{name}: consent withdrawn; the sound and the words were removed",
    ),
    "no_consent": (False, "{name}: 没有录音同意({before}),不转写", "{name}: no consent ({before}), not written down"),
    "gone": (False, "{name}: 录音文件已经不在", "{name}: the recording's bytes are not there any more"),
    "busy": (False, "{name}: 另一个进程正在转写", "{name}: another process is writing it down"),
    "has_words": (True, "{name}: 已经转写过了", "{name}: it is written down already"),
    "written": (
        True,
        "{name}: 已转写 {minutes} 分钟,{turns} 句,{left} 处疑似识别错误已去掉",
        "{name}: {minutes} minutes written down, {turns} utterances, {left} suspected inventions left out",
    ),
    "nothing_said": (True, "{name}: 没有听到有人说话", "{name}: nobody was heard speaking"),
    "failed": (False, "{name}: {why}", "{name}: {why}"),
    "sides": (True, "已记下: 声道 1 是{one},声道 2 是{two}", "noted: channel 1 is {one}, channel 2 is {two}"),
    "kept": (True, "{name}: 录音保留{sound},文字保留{words}", "{name}: the sound is kept {sound}, the words {words}"),
    "keep_how": (
        False,
        "{name}: 用 --sound-days、--words-days 说明保留几天,0 为一直保留",
        "{name}: say with --sound-days, --words-days how many days it is kept; 0: for good",
    ),
    "edited": (
        True,
        "已改: {what}。现在是第 {number} 版;基于旧版的纪要和复盘已过期",
        "changed: {what}. It is version {number} now; minutes and reviews of older ones are stale",
    ),
    "restored": (
        True,
        "已恢复第 {old} 版的文字,记为第 {number} 版",
        "the words of version {old} stand there again, as version {number}",
    ),
    "edit_empty": (False, "{name}: 改成什么?内容是空的或者太长", "{name}: changed to what? It is empty or too long"),
    "edit_no_line": (
        False,
        "{name} 没有第 {line} 句,共 {lines} 句",
        "{name} has no utterance {line}; there are {lines}",
    ),
    "edit_nothing": (
        False,
        "{name} 的文字稿里没有“{old}”可改,没有改动",
        "nothing in the transcript of {name} matches “{old}”; nothing was changed",
    ),
    "edit_no_version": (False, "{name} 没有第 {number} 版", "{name} has no version {number}"),
    "edit_same": (True, "{name} 现在就是第 {number} 版的文字", "{name} has the words of version {number} already"),
    "edit_beaten": (
        False,
        "没有写入: {who} {when} 先改了第 {line} 句(现在是第 {number} 版:“{stands}”)。你要改成的“{yours}”没有丢,看过新版后再发一次即可",
        "not written: {who} changed utterance {line} at {when} (version {number} now: “{stands}”). Yours was “{yours}”: look "
        "at the new version and send it again",
    ),
    "restore_beaten": (
        False,
        "没有恢复: {who} {when} 刚改过,现在是第 {number} 版;看过新版后再恢复",
        "not restored: {who} changed it at {when}, version {number} now; look at it first",
    ),
}  # fmt: skip
"""Code -> whether it is a yes, and the sentence in Chinese and English."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence for a person; `done` is False where nothing came of it, `call` the call it is about,
    `version` that of its transcript after a correction."""

    code: str
    done: bool
    zh: str
    en: str
    call: str = ""
    version: int = 0

    @property
    def both(self) -> str:
        return f"{self.zh} / {self.en}"


def told(code: str, **facts: object) -> Told:
    """The sentence of a code with its facts filled in; one that is a pair has Chinese and English words of its own."""
    done, zh, en = SAID[code]
    call = str(facts.get("call") or facts.get("name") or "")
    pairs = {name: value if isinstance(value, tuple) else (value, value) for name, value in facts.items()}
    in_zh, in_en = ({name: pair[at] for name, pair in pairs.items()} for at in (0, 1))
    return Told(code=code, done=done, zh=zh.format(**in_zh), en=en.format(**in_en), call=call)
