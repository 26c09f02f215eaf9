"""What the assistant gives back: text with numbered sources, outcomes and suggestions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a statement comes from. `id` is an interaction or record id, `quote` verbatim text of it, `provenance` the
    label that text carries ("" for our own records)."""

    n: int
    id: str
    kind: str
    title: str
    date: str
    quote: str
    speaker: str = ""
    provenance: str = ""


@dataclass(frozen=True, kw_only=True)
class OutcomeNote:
    """One action that this turn asked for, and what the gate said."""

    action_id: str
    action: str
    status: str
    reason: str
    approvers: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class FileNote:
    """A file this answer hands over: where it lies here, and what the person should see it called."""

    path: str
    name: str


@dataclass(frozen=True, kw_only=True)
class PictureNote:
    """A picture this answer shows: `path` a PNG for chats, `svg` the same for pages (may be ""), `name` as a person sees it,
    `alt` in words what is to be seen."""

    path: str
    name: str
    alt: str
    svg: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One reply. `mode` is the model id or `offline`; `suggestions` are things the person may say next.

    `prompt_version` stamps the system prompt a model answered under; "" when no model wrote the answer. `read` are the
    untrusted labels of what this turn has read, cited or not; `advice` the ids of the suggestions it gives.
    """

    text: str
    mode: str
    sources: tuple[Source, ...] = ()
    outcomes: tuple[OutcomeNote, ...] = ()
    suggestions: tuple[str, ...] = ()
    focus: dict[str, Any] = field(default_factory=dict)
    prompt_version: str = ""
    read: tuple[str, ...] = ()
    files: tuple[FileNote, ...] = ()
    pictures: tuple[PictureNote, ...] = ()
    advice: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The public JSON of `chengdan ask --json`."""
        record = asdict(self)
        record.pop("focus")
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Answer:
        """The answer that `as_json` wrote; its focus is the conversation's, not the answer's."""
        lists = {
            "sources": tuple(Source(**source) for source in record.get("sources", ())),
            "outcomes": tuple(
                OutcomeNote(**{**note, "approvers": tuple(note.get("approvers", ()))})
                for note in record.get("outcomes", ())
            ),
            "suggestions": tuple(record.get("suggestions", ())),
            "advice": tuple(record.get("advice", ())),
            "read": tuple(record.get("read", ())),
            "files": tuple(FileNote(**note) for note in record.get("files", ())),
            "pictures": tuple(PictureNote(**note) for note in record.get("pictures", ())),
        }
        return cls(**{**record, **lists})
