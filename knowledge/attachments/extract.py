"""The words of one document by its bytes: mail, transcript, office file, PDF or text. Runs in the child process."""

from __future__ import annotations

from dataclasses import asdict, replace

from knowledge.reading.extract import extract as read_all
from knowledge.reading.kinds import decoded, kind_of
from knowledge.reading.parts import MAX_TEXT, Reading
from speech.formats import FormatError, read
from speech.transcript import Segment, Transcript

from .cleaning import clean
from .letter import read_letter
from .sniff import text_form
from .talks import is_talk
from .words import Words

SHOWN = frozenset({"body", "page", "sheet", "slide", "header", "footer", "footnotes", "comments", "notes"})
"""Places that somebody who opens the file sees. What is hidden in it, beside it or inside it is not taken along."""

DRAWN = {"sheet": SHOWN | {"drawing"}}
"""In a workbook the text boxes stand apart; elsewhere what stands apart is descriptions that nobody sees."""

HIDDEN = ("hidden", "hidden_sheet")
REFUSED = {
    "encrypted": "encrypted",
    "damaged": "damaged",
    "bomb": "bomb",
    "nested": "archive",
    "unknown": "unknown",
}
NOTED = ("no_text", "garbled", "picture", "too_long", "too_slow", "embedded")
FORMS = {"zip": "archive", "archive": "archive", "ole": "old_office", "rtf": "old_office"}
LONGEST_TALK = 4 * MAX_TEXT
"""Characters of a transcript that are looked at; times and numbers take more room than words."""


def words_of(data: bytes) -> Words:
    """Everything a reader of the file sees, or why it is refused. Never raises for bad content."""
    kind = kind_of(data, "")
    if kind in ("executable", "page", "unknown", "archive", "rtf"):
        return Words(refused=FORMS.get(kind, kind))
    if kind == "ole":
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        return Words(refused="encrypted" if encrypted else "old_office")
    if kind == "text":
        return _text(data)
    return _document(read_all("", data))


def _document(found: Reading) -> Words:
    whole = {remark.what for remark in (*found.unread, *found.dangers) if not remark.place}
    if found.kind == "zip":
        return Words(refused="bomb" if "bomb" in whole else "archive")
    if "macro" in {remark.what for remark in found.dangers}:
        return Words(refused="macro")
    refused = next((REFUSED[what] for what in REFUSED if what in whole), "")
    if refused:
        return Words(refused=refused)
    notes = {remark.what for remark in (*found.unread, *found.dangers)} & {*NOTED, "script", "remote"}
    places = {part.place.split(":")[0] for part in found.parts}
    notes |= {"hidden"} if places & set(HIDDEN) else set()
    notes |= {"embedded"} if "inner" in places else set()
    text = "\n\n".join(_seen(found))
    notes |= set() if text.strip() or "too_slow" in notes else {"no_text"}
    return Words(form=found.kind, text=clean(text), notes=tuple(sorted(notes)))


def _seen(found: Reading) -> list[str]:
    """The texts of the places that are shown; of a sheet its cells, not the formulas behind them."""
    taken: dict[str, str] = {}
    shown = DRAWN.get(found.kind, SHOWN)
    for part in found.parts:
        if part.place.split(":")[0] not in shown:
            continue
        if part.place.startswith("sheet:") and part.place in taken:
            continue
        before = taken.get(part.place)
        taken[part.place] = f"{before}\n{part.text}" if before else part.text
    return list(taken.values())


def _text(data: bytes) -> Words:
    text = (decoded(data) or "").lstrip("\ufeff")
    if not text.strip():
        return Words(refused="empty")
    form = text_form(text)
    if form == "letter":
        return read_letter(data)
    if form in ("vtt", "srt"):
        return _talk(text, form) or _plain(text)
    return (_talk(text, "txt") if is_talk(text) else None) or _plain(text)


def _plain(text: str) -> Words:
    notes = ("too_long",) if len(text) > MAX_TEXT else ()
    return Words(form="text", text=clean(text[:MAX_TEXT]).strip(), notes=notes)


def _talk(text: str, source_format: str) -> Words | None:
    """A transcript with its speakers and seconds; None when it is not one after all."""
    try:
        segments = [_cleaned(one) for one in read(text[:LONGEST_TALK], source_format).segments]
    except FormatError:
        return None
    kept, room = [], MAX_TEXT
    for segment in segments:
        room -= len(segment.speaker) + len(segment.text) + 3
        if room < 0:
            break
        kept.append(segment)
    if not kept:
        return None
    whole = Transcript(segments=tuple(kept), source_format=source_format).text
    form = "talk" if source_format == "txt" else source_format
    notes = ("too_long",) if len(kept) < len(segments) or len(text) > LONGEST_TALK else ()
    return Words(form=form, text=whole, segments=tuple(asdict(one) for one in kept), notes=notes)


def _cleaned(segment: Segment) -> Segment:
    speaker = " ".join(clean(segment.speaker).split())[:60] or "?"
    return replace(segment, speaker=speaker, text=" ".join(clean(segment.text).split()))
