"""The interactions that are files of their own: mails (.eml), transcripts (.vtt, .srt, .txt) and notes (.md)."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .nouns import Case, Happening
from .world import World

FOLDERS = {"mail": "mails", "vtt": "transcripts", "srt": "transcripts", "txt": "transcripts", "note": "notes"}


def write_papers(home: Path, world: World, cases: Sequence[Case]) -> None:
    """Empty the three folders and write every paper anew."""
    for folder in ("mails", "transcripts", "notes"):
        (home / folder).mkdir(exist_ok=True)
        for old in (home / folder).iterdir():
            old.unlink()
    for case in cases:
        papers = [h for h in case.happenings if h.form != "csv"]
        sent: dict[str, str] = {}
        for happening in papers:
            if happening.form == "mail":
                topic = re.sub(r"^(?:re:|回复：)\s*", "", happening.subject, flags=re.IGNORECASE)
                content = _mail(world, happening, sent.get(topic, ""))
                sent[topic] = happening.id
                name = f"{happening.id}.eml"
            elif happening.form == "note":
                content, name = _front(world, happening) + happening.text + "\n", f"{happening.id}.md"
            else:
                content = _front(world, happening) + _TRANSCRIPTS[happening.form](happening.text)
                name = f"{happening.id}.{happening.form}"
            (home / FOLDERS[happening.form] / name).write_text(content, encoding="utf-8", newline="\n")


def _front(world: World, happening: Happening) -> str:
    lines = [
        "---", f"id: {happening.id}", f"kind: {happening.kind}", f"deal: {happening.deal}",
        f'at: "{happening.at:%Y-%m-%d %H:%M}"', f"person: {happening.person}", f"contact: {happening.contact}",
        f'title: "{happening.subject}"', f"language: {happening.language}",
    ]  # fmt: skip
    if happening.kind != "note":
        sides = {speaker: _side(world, speaker) for speaker in _speakers(happening.text)}
        lines.append("sides: {" + ", ".join(f"{name}: {side}" for name, side in sides.items()) + "}")
    return "\n".join([*lines, "---", ""]) + "\n"


def _speakers(text: str) -> list[str]:
    return list(dict.fromkeys(line.split(": ", 1)[0] for line in text.splitlines() if ": " in line))


def _side(world: World, speaker: str) -> str:
    return "rep" if speaker in {person.name for person in world.colleagues.values()} else "customer"


def _timed(text: str) -> list[tuple[float, float, str, str]]:
    """Seconds by the length of what is said: about five characters a second and a breath between turns."""
    clock, turns = 1.5, []
    for line in text.splitlines():
        speaker, _, words = line.partition(": ")
        length = max(1.2, len(words) / (5.2 if not words.isascii() else 15.0))
        turns.append((clock, clock + length, speaker, words))
        clock += length + 0.4 + len(words) % 5 * 0.3
    return turns


def _stamp(seconds: float, comma: bool = False) -> str:
    whole, milli = int(seconds), round(seconds % 1 * 1000) % 1000
    mark = "," if comma else "."
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{milli:03d}"


def _vtt(text: str) -> str:
    cues = (f"{_stamp(a)} --> {_stamp(b)}\n<v {who}>{words}" for a, b, who, words in _timed(text))
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def _srt(text: str) -> str:
    cues = (
        f"{n}\n{_stamp(a, True)} --> {_stamp(b, True)}\n{who}: {words}"
        for n, (a, b, who, words) in enumerate(_timed(text), 1)
    )
    return "\n\n".join(cues) + "\n"


def _txt(text: str) -> str:
    return "\n".join(f"[{_stamp(a)[:8]}] {who}: {words}" for a, _, who, words in _timed(text)) + "\n"


_TRANSCRIPTS = {"vtt": _vtt, "srt": _srt, "txt": _txt}


def _mail(world: World, happening: Happening, previous: str) -> str:
    colleague, human = world.colleagues[happening.person], world.humans[happening.contact]
    ours, theirs = (colleague.name, colleague.email), (human.name, human.email)
    sender, receiver = (ours, theirs) if happening.direction == "outbound" else (theirs, ours)
    head = [
        f"From: {_word(sender[0])} <{sender[1]}>",
        f"To: {_word(receiver[0])} <{receiver[1]}>",
        f"Subject: {_word(happening.subject)}",
        f"Date: {_date(happening.at)}",
        f"Message-ID: {_message_id(happening.id)}",
    ]
    if previous:
        head += [f"In-Reply-To: {_message_id(previous)}", f"References: {_message_id(previous)}"]
    head += [
        f"X-Chengdan-Deal: {happening.deal}", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]  # fmt: skip
    return "\n".join(head) + "\n\n" + happening.text + "\n"


def _message_id(interaction: str) -> str:
    return f"<{interaction.lower()}@mail.chengdan-demo.cn>"


def _date(moment: datetime) -> str:
    day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][moment.weekday()]
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
        moment.month - 1
    ]
    return f"{day}, {moment.day:02d} {month} {moment:%Y %H:%M:%S} +0800"


def _word(text: str) -> str:
    """An RFC 2047 encoded word (several where it is long); plain ASCII stays."""
    if text.isascii():
        return text
    pieces = [text[start : start + 14] for start in range(0, len(text), 14)]
    return "\n ".join(f"=?utf-8?B?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)
