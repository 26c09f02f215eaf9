"""The rows a mailbox makes: a mail with its people and deal, and its attachments as notes of the same people and deal."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

from .directory import Directory
from .filing import PaperReader
from .mail_parts import Attached
from .papers import Paper, language_of
from .references import References
from .rows import Parsed, Rejection

SOURCE = "mailbox"
"""One source for all mailboxes: the same mail in two of them is one row."""

REMEMBERED = 500
_PEOPLE = ("account_id", "deal_id", "contact_id", "person_id", "direction", "at", "thread_key")


class MailReader(PaperReader):
    """Reads the mails of one folder. In a folder of sent mails whoever wrote is one of ours. Without `unknown` a mail that
    belongs to no account is passed over."""

    def __init__(self, sent: bool, unknown: bool) -> None:
        super().__init__(SOURCE)
        self._sent, self._unknown = sent, unknown
        self._people: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def mail(self, uid: int, place: Path, paper: Paper, references: References) -> Parsed | Rejection | None:
        """The mail's row; None when nobody we know takes part."""
        made = self.convert((uid, place, paper), references)
        if isinstance(made, Rejection):
            return None if made.column == "From" and not self._unknown else made
        if not (made.values["account_id"] or self._unknown):
            return None
        self._people[paper.id] = {name: made.values[name] for name in _PEOPLE}
        while len(self._people) > REMEMBERED:
            self._people.popitem(last=False)
        while len(self._deal_of) > REMEMBERED:
            self._deal_of.pop(next(iter(self._deal_of)))
        return made

    def attachment(self, uid: int, paper: Paper, attached: Attached) -> Parsed | None:
        """The row of an attachment; None when its mail was passed over."""
        people = self._people.get(paper.id)
        if people is None:
            return None
        extra = {
            "file": attached.name, "sha256": attached.sha256, "size": str(attached.size), "type": attached.mime,
            "mail": paper.id,
        }  # fmt: skip
        values = {
            **people,
            "id": f"{paper.id}-{attached.sha256[:12]}",
            "kind": "note",
            "subject": attached.name,
            "text": attached.text,
            "language": language_of(attached.text),
            "provenance": "attachment",
            "segments": [],
            "source": SOURCE,
            "extra": {name: value for name, value in extra.items() if value},
        }
        return Parsed(row=uid, values=values, raw={"id": paper.id, "file": attached.name})

    def _ours(self, paper: Paper, directory: Directory) -> bool:
        return self._sent or directory.is_ours(paper.sender)
