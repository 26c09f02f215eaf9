"""What a person is told about the files they sent, in Chinese or English, and what to do where one was not taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actions.received import Became, DealChoice, FileResult
from knowledge.attachments.words import IMAGE, MAIL, RECORDING, TRANSCRIPT

from .file_words import NOTES, REFUSALS, Pair


def told(result: FileResult, language: str) -> str:
    """One line about one file that is settled, or was refused."""
    if result.became == Became.REFUSED:
        return refused(result.name, result.reason, language)
    if result.became == Became.KNOWN and result.deal:
        return _known(result, result.deal, language)
    if result.became == Became.BOUND and result.deal:
        return _bound(result, result.deal, language)
    if result.became == Became.NO_DEAL:
        return _say(
            language,
            "没有找到这个商机,文件继续等你说明。",
            "No such deal was found; the file goes on waiting.",
        )
    name = _named(result.name, language)
    return _say(
        language,
        f"{name}已不在等待(过期、已处理或已丢弃);需要的话请重新发送。",
        f"{name} does not wait any more (expired, settled or dropped): send it again if needed.",
    )


def refused(name: str, reason: str, language: str, limit: int = 0) -> str:
    """Why a file was not taken and what to do."""
    zh, en = REFUSALS.get(reason, REFUSALS["broken"])
    words = _say(language, zh, en).format(limit=limit)
    return f"✗ {_named(name, language)}{'' if language != 'en' else ' '}{words}{_end(language)}"


def question(waiting: Sequence[str], choices: Sequence[DealChoice], language: str) -> str:
    """Which deal is it about? `waiting` are the names of all files that wait, `choices` may be picked by number."""
    if len(waiting) == 1:
        name = _named(waiting[0], language)
        head = _say(language, f"{name}是关于哪个商机的?", f"Which deal is {name} about?")
    else:
        names = ("、" if language != "en" else ", ").join(_named(name, language) for name in waiting)
        head = _say(
            language,
            f"这 {len(waiting)} 份文件是关于哪个商机的? {names}",
            f"Which deal are these {len(waiting)} files about? {names}",
        )
    lines = [head, *(f"  {number}. {one.name} ({one.id})" for number, one in enumerate(choices, 1))]
    by = (
        ("序号、商机名", "the number, the deal's name")
        if choices
        else ("商机名、客户名", "the deal's or customer's name")
    )
    how = _say(
        language,
        f"回复{by[0]}或编号;不想留就说“不要了”。说明之前它不进任何记录,7 天后作废。",
        f"Reply with {by[1]} or its id, or say “drop it”. Until then it is in no record; it is forgotten after 7 days.",
    )
    return "\n".join([*lines, how])


def dropped(count: int, language: str) -> str:
    """The files that waited are gone."""
    return _say(
        language,
        f"好,{count} 份文件已丢弃,没有留下任何记录。",
        f"Done: {count} file(s) dropped, nothing was kept.",
    )


def _bound(result: FileResult, deal: DealChoice, language: str) -> str:
    name = _named(result.name, language)
    zh, en = _what(result)
    words = _say(
        language,
        f"✓ {name}已记到商机 {deal.name} ({deal.id}){zh}",
        f"✓ {name} is filed under {deal.name} ({deal.id}){en}",
    )
    notes = _notes(result, language)
    return words + _end(language) + (("" if language != "en" else " ") + notes if notes else "")


def _what(result: FileResult) -> Pair:
    if result.kind == RECORDING:
        return (
            ",录音等待转写,转写前没有文字",
            "; the recording waits to be transcribed and has no text until then",
        )
    if result.kind == IMAGE:
        return "", ""
    if result.kind == TRANSCRIPT:
        return f",读出 {result.turns} 段对话", f": {result.turns} turns of speech read"
    if result.kind == MAIL:
        return f",读出邮件正文 {result.characters} 字", f": {result.characters} characters of mail read"
    if not result.characters:
        return "", ""
    return f",读出 {result.characters} 字", f": {result.characters} characters read"


def _known(result: FileResult, deal: DealChoice, language: str) -> str:
    day = f"{result.since:%Y-%m-%d}" if result.since else ""
    name = _named(result.name, language)
    zh = f"{name}已经在商机 {deal.name} ({deal.id}) 里了({day} {result.by} 发来的),没有重复记录。"
    en = f"{name} is in {deal.name} ({deal.id}) already (sent by {result.by or 'a colleague'} on {day}); nothing was added."
    return _say(language, zh, en)


def _notes(result: FileResult, language: str) -> str:
    known = [NOTES[note] for note in result.notes if note in NOTES]
    said = [_say(language, zh, en) for zh, en in known]
    if not result.searchable:
        said.append(_say(language, "检索索引稍后更新", "the search index is brought up to date later"))
    return _joined(said, language)


def notes_of(notes: Iterable[str], language: str) -> str:
    """What one should know of a file, in one sentence."""
    return _joined([_say(language, *NOTES[note]) for note in notes if note in NOTES], language)


def _joined(said: Sequence[str], language: str) -> str:
    return ((";" if language != "en" else "; ").join(said) + _end(language)) if said else ""


def _named(name: str, language: str) -> str:
    shown = name or _say(language, "这份文件", "the file")
    return f"「{shown}」" if language != "en" else f"“{shown}”"


def _end(language: str) -> str:
    return "." if language == "en" else "。"


def _say(language: str, zh: str, en: str) -> str:
    return en if language == "en" else zh
