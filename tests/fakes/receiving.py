"""A firm that takes files in: desks with a search and a data folder, and files as a channel has downloaded them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from actions.counter import PersonDesk
from actions.received import FileResult, SentFile
from knowledge.model import Interaction, Person
from knowledge.search import Search

from .firm import Firm, founded
from .sent_files import saved


@dataclass
class Mailroom:
    """The firm of tests.fakes.firm with somewhere to keep files."""

    firm: Firm
    folder: Path
    search: Search
    downloads: int = 0

    def desk(self, person_id: str = "p-lina", conversation: str = "cv-1", language: str = "zh") -> PersonDesk:
        with self.firm.store.reading() as session:
            person = session.get_one(Person, person_id)
        return PersonDesk(
            gate=self.firm.gate,
            search=self.search,
            asker=person,
            conversation_id=conversation,
            channel="wecom",
            language=language,
        )

    def file(self, data: bytes, name: str, sent_as: str = "file", seconds: float = 0.0) -> SentFile:
        """A fresh download."""
        self.downloads += 1
        path = saved(self.folder / "downloads", data, f"{self.downloads}.part")
        return SentFile(path=path, name=name, sent_as=sent_as, seconds=seconds)

    def take(
        self, data: bytes, name: str = "a.txt", deal: str = "D-1", who: str = "p-lina", sent_as: str = "file"
    ) -> FileResult:
        return self.desk(who).take_file(self.file(data, name, sent_as), deal)

    def row(self, interaction_id: str) -> Interaction:
        with self.firm.store.reading() as session:
            return session.get_one(Interaction, interaction_id)

    def kept(self) -> list[str]:
        """Names of the files on the shelf of what came in."""
        return sorted(path.name for path in (self.folder / "received").rglob("*") if path.is_file())


@contextmanager
def mailroom(folder: Path, url: str = "") -> Iterator[Mailroom]:
    """Founded in `folder`, with an index."""
    firm = founded(folder, url)
    firm.gate = replace(firm.gate, hands=replace(firm.gate.hands, folder=folder))
    search = Search(firm.store, folder / "index")
    search.reindex()
    try:
        yield Mailroom(firm, folder, search)
    finally:
        search.close()
        firm.store.close()
