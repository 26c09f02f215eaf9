"""What is known of a file that came in: what it really is, its words, who spoke, and why it is not taken."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_DOCUMENT = 25 * 1024 * 1024
"""Bytes of a document, the most that is read. Pictures and recordings are only kept, and may be as large as a chat takes."""

DOCUMENT, MAIL, TRANSCRIPT, IMAGE, RECORDING = "document", "mail", "transcript", "image", "recording"

REFUSALS = (
    "empty",
    "too_large",
    "unknown",
    "executable",
    "macro",
    "archive",
    "bomb",
    "encrypted",
    "damaged",
    "old_office",
    "page",
    "too_slow",
)
"""Why a file is not taken at all."""

NOTES = (
    "no_ocr",
    "no_text",
    "garbled",
    "picture",
    "too_long",
    "too_slow",
    "embedded",
    "hidden",
    "script",
    "remote",
    "attached",
    "renamed",
)
"""What a person should know of a file that is taken: its words are not there (no_ocr, no_text, garbled, picture), not
all of them (too_long, too_slow, embedded, hidden, attached), it acts when opened (script, remote), its name lied."""


@dataclass(frozen=True, kw_only=True)
class FileType:
    """What the bytes are. `kind` is DOCUMENT, MAIL, TRANSCRIPT, IMAGE or RECORDING, `form` the format (pdf, word, png,
    amr, ...), `suffix` the honest ending with its dot."""

    kind: str
    form: str
    suffix: str
    mime: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a document says. `segments` are those of speech.transcript as plain values; `facts` the headers of a mail
    (from, to, cc, date as ISO 8601, subject, message_id, attachments), which anybody can have written."""

    form: str = ""
    refused: str = ""
    text: str = ""
    segments: tuple[dict[str, str | float | None], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A file that may be taken, or with `refused` one that may not. `name` is safe to show and to store; `size` in
    bytes; `sha256` of the bytes that were looked at."""

    name: str
    refused: str = ""
    type: FileType | None = None
    size: int = 0
    sha256: str = ""
    words: Words = field(default_factory=Words)

    @property
    def notes(self) -> tuple[str, ...]:
        return self.words.notes
