"""A mailbox as a feed: what came since the last reading, of people we know, becomes interactions with their deal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path

from knowledge.library import feeds as rows

from .errors import FeedError
from .imap import Folder, Head, Mailbox
from .load import Loader
from .mail_heads import Looked, Looker
from .mail_parts import Attached, take_apart
from .mail_rows import MailReader
from .papers import MAX_BYTES, Paper, PaperError
from .references import References
from .report import FeedReport, RejectedRows
from .rowfeed import Run
from .rows import Parsed, Rejection

HEADS = 100
"""Headers asked for at once."""

SIZE = 40
"""Mails in one transaction: what is in memory at a time, and what a crash reads again."""


@dataclass(frozen=True, kw_only=True)
class MailboxPlan:
    """What is read of a mailbox. `folders`: these alone; empty: all but trash, spam and drafts. `unknown` stores mails of
    people nobody knows as well. `days` is how far the first reading goes back; `anew` begins once more. `sent_by_us` tells
    which Message-IDs are of mails that this house sent itself."""

    feed: str
    folders: tuple[str, ...] = ()
    unknown: bool = False
    days: int = 730
    anew: bool = False
    sent_by_us: Callable[[Sequence[str]], set[str]] = field(default=lambda _ids: set())


Item = tuple[int, Looked, Paper | Rejection | None, Attached | None]


def read_mailbox(mailbox: Mailbox, plan: MailboxPlan, run: Run) -> list[FeedReport]:
    """Read every folder of the plan, each from where its last reading ended. Raises FeedError where a folder is not there;
    what was read until then stays."""
    there = {folder.name: folder for folder in mailbox.folders()}
    missing = [name for name in plan.folders if name not in there]
    if missing:
        raise FeedError(
            f"邮箱里没有文件夹 {'、'.join(missing)}；有 (no such folder; there are)：{'、'.join(there)}"
        )
    chosen = [there[name] for name in plan.folders] if plan.folders else list(there.values())
    return [_FolderRun(mailbox, folder, plan, run).read() for folder in chosen]


class _FolderRun:
    """One reading of one folder. The cursor moves with every batch that is written."""

    def __init__(self, mailbox: Mailbox, folder: Folder, plan: MailboxPlan, run: Run) -> None:
        self._mailbox, self._folder, self._plan, self._run = mailbox, folder, plan, run
        self._report = FeedReport(feed=plan.feed, table="interaction", file=folder.name)
        self._reader = MailReader(folder.role == "sent", plan.unknown)
        self._looker = Looker(plan.unknown, plan.sent_by_us)
        self._validity, self._done = 0, 0

    def read(self) -> FeedReport:
        """Everything that came since."""
        self._validity = self._mailbox.open(self._folder.name)
        self._done = self._begin()
        since = None if self._done else self._run.now - timedelta(days=self._plan.days)
        uids = self._mailbox.uids(self._done, since)
        name = f"{self._plan.feed}-{self._folder.name}"
        mark = hashlib.sha256(f"{name}\n{self._validity}\n{self._done}".encode()).hexdigest()
        loader = Loader(
            "interaction", self._report, RejectedRows(self._run.rejected, name, mark), self._run.now
        )
        loader.run(
            self._items(uids),
            self._convert,
            self._run.scope,
            distinct=True,
            size=SIZE,
            progress=self._advance,
        )
        self._advance(self._plan.feed, self._report.rows)
        refused = {
            str(one.raw.get("id") or one.row): (one.column, one.reason) for one in self._report.rejections
        }
        with self._run.scope.batch() as session:
            rows.hold(session, self._plan.feed, self._folder.name, refused, (), self._run.now)
        return self._report

    def _begin(self) -> int:
        """The last UID that was read; 0 where the server has numbered its mails anew, which reads them again."""
        if self._plan.anew:
            return 0
        with self._run.scope.look() as session:
            value = rows.cursor(session, self._plan.feed, self._folder.name)
        validity, _, uid = value.partition(":")
        return int(uid) if validity == str(self._validity) and uid.isdigit() else 0

    def _advance(self, feed: str, done: int) -> None:
        with self._run.scope.batch() as session:
            value = f"{self._validity}:{self._done}"
            rows.put_cursor(session, self._plan.feed, self._folder.name, value, self._run.now)
        if self._run.progress is not None:
            self._run.progress(f"{feed} {self._folder.name}", done)

    def _items(self, uids: Sequence[int]) -> Iterator[Item]:
        """Mails with their attachments behind them, in order of their UIDs. Bodies are fetched of those alone that are
        kept; `_done` is a UID everything of which has been handed on."""
        rest = iter(uids)
        while chunk := list(islice(rest, HEADS)):
            heads = self._mailbox.heads(chunk)
            with self._run.scope.look() as session:
                looks = self._looker.look(session, heads)
            for head, looked in zip(heads, looks, strict=True):
                yield from self._mail(head, looked)
                self._done = head.uid
            self._done = chunk[-1]

    def _mail(self, head: Head, looked: Looked) -> Iterator[Item]:
        if looked.verdict != "wanted":
            self._report.unchanged += looked.verdict == "there"
            if looked.verdict != "there":
                yield head.uid, looked, None, None
            return
        paper, files = self._fetched(head)
        yield head.uid, looked, paper, None
        if isinstance(paper, Paper):
            for one in files:
                yield head.uid, looked, paper, one

    def _fetched(self, head: Head) -> tuple[Paper | Rejection | None, tuple[Attached, ...]]:
        if head.size > MAX_BYTES:
            error = PaperError("size", f"超过 {MAX_BYTES // 1024 // 1024} MB (too large)")
            return _refused(head.uid, error), ()
        data = self._mailbox.body(head.uid)
        if data is None:
            return None, ()
        try:
            return take_apart(data)
        except PaperError as error:
            return _refused(head.uid, error), ()

    def _convert(self, item: Item, references: References) -> Parsed | Rejection | None:
        uid, _looked, paper, attached = item
        if paper is None or isinstance(paper, Rejection):
            return paper
        place = Path(f"{self._folder.name}#{uid}")
        if attached is not None:
            return self._reader.attachment(uid, paper, attached)
        return self._reader.mail(uid, place, paper, references)


def _refused(uid: int, error: PaperError) -> Rejection:
    return Rejection(row=uid, column=error.column, reason=str(error), raw={"id": str(uid)})
