"""A folder of mails, transcripts and notes becomes interactions; who is meant is looked up in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .directory import Directory
from .documents import read_note, read_transcript
from .errors import FeedError
from .load import Loader
from .mails import read_mail
from .papers import MAX_BYTES, Paper, PaperError
from .references import References
from .report import FeedReport, RejectedRows
from .rowfeed import Run
from .rows import Parsed, Rejection, check_value

DOCUMENTS: dict[str, Callable[[Path], Paper]] = {
    ".eml": read_mail,
    ".vtt": read_transcript,
    ".srt": read_transcript,
    ".txt": read_transcript,
    ".json": read_transcript,
    ".md": read_note,
}
"""The menu of documents, by the ending of the file's name."""

SPOKEN_LABELS = {
    "call": "call_transcript",
    "meeting": "call_transcript",
    "chat": "customer_chat",
    "web": "web_form",
}


def ingest_folder(folder: Path, run: Run) -> FeedReport:
    """Load every document below the folder; hidden files are passed over. Identity is the Message-ID or `id`."""
    if not folder.is_dir():
        raise FeedError(f"{folder} 不是文件夹 (not a folder)。")
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p.relative_to(folder)))
    report = FeedReport(feed=folder.name, table="interaction", file=str(folder))
    papers = [_read(number, path) for number, path in enumerate(paths, start=1)]
    papers.sort(key=lambda item: (item[2].at.timestamp() if isinstance(item[2], Paper) else 0.0, item[0]))
    sink = RejectedRows(run.rejected, folder.name, _digest(folder, paths))
    reader = _FolderReader(folder.name)
    loader = Loader("interaction", report, sink, run.now)
    return loader.run(papers, reader.convert, run.scope, progress=run.progress)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read(number: int, path: Path) -> tuple[int, Path, Paper | Rejection]:
    read = DOCUMENTS.get(path.suffix.lower())
    try:
        if read is None:
            raise PaperError("file", f"不认识这种文件；可用 (allowed): {' '.join(DOCUMENTS)}")
        if path.stat().st_size > MAX_BYTES:
            raise PaperError("file", f"超过 {MAX_BYTES // 1024 // 1024} MB (too large)")
        return number, path, read(path)
    except PaperError as error:
        return number, path, _refusal(number, path, error)
    except OSError as error:
        return (
            number,
            path,
            _refusal(number, path, PaperError("file", f"读不了 (cannot be read)：{error.strerror}")),
        )


def _refusal(number: int, path: Path, error: PaperError) -> Rejection:
    return Rejection(row=number, column=error.column, reason=f"{path.name}：{error}", raw={"file": str(path)})


def _digest(folder: Path, paths: list[Path]) -> str:
    told = "\n".join(str(path.relative_to(folder)) for path in paths)
    return hashlib.sha256(f"{folder.name}\n{told}".encode()).hexdigest()


class _FolderReader:
    """Turns Papers into rows. Remembers the deal of every mail of this run, for the mails that answer it."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._directory: Directory | None = None
        self._deal_of: dict[str, tuple[Any, str, str | None]] = {}

    def convert(
        self, item: tuple[int, Path, Paper | Rejection], references: References
    ) -> Parsed | Rejection:
        """The interaction row of a document."""
        number, path, paper = item
        if isinstance(paper, Rejection):
            return paper
        if self._directory is None:
            self._directory = Directory(references)
        raw = {"file": str(path)}
        try:
            people = (
                self._mail(paper, self._directory) if paper.kind == "mail" else _named(paper, self._directory)
            )
        except PaperError as error:
            return _refusal(number, path, error)
        values = {**_plain(paper), **people, "source": self._source}
        for name in ("kind", "provenance"):
            problem = check_value("interaction", name, values[name])
            if problem:
                return Rejection(row=number, column=name, reason=f"{path.name}：{problem}", raw=raw)
        return Parsed(row=number, values=values, raw=raw)

    def _mail(self, paper: Paper, directory: Directory) -> dict[str, Any]:
        """Sender and receivers by address. What a customer sends is `inbound_mail`; a file that says a colleague
        sent it is still only a file (anybody can write a From line), so it stays `imported_file`."""
        sender = directory.colleague(paper.sender)
        others = paper.receivers if sender else (paper.sender, *paper.receivers)
        contact = next((found for address in others if (found := directory.contact(address))), None)
        domain = next((a for address in others if (a := directory.account_of_address(address))), None)
        account = contact["account_id"] if contact else domain
        person = sender or next((p for a in paper.receivers if (p := directory.colleague(a))), None)
        if person is None and account is None:
            raise PaperError(
                "From", "收发件人里没有认识的客户或同事 (nobody known among sender and receivers)"
            )
        deal = self._deal(paper, account, bool(sender), directory)
        self._deal_of[paper.id] = (paper.at, account or "", deal)
        return {
            "account_id": account or (directory.deal_account(deal) if deal else None),
            "deal_id": deal,
            "contact_id": contact["id"] if contact else None,
            "person_id": person,
            "direction": "outbound" if sender else "inbound",
            "provenance": "imported_file" if sender else "inbound_mail",
        }

    def _deal(self, paper: Paper, account: str | None, ours: bool, directory: Directory) -> str | None:
        """By the header (only if the deal is this account's: a stranger must not write into any deal they name),
        by the thread, by what was running."""
        if paper.deal and (account is not None or ours):
            owner = directory.deal_account(paper.deal)
            if account in (None, owner):
                return paper.deal
        if account is None:
            return None
        ids = [f"mail-{hashlib.sha256(mid.encode()).hexdigest()[:16]}" for mid in paper.answers]
        for row_id in ids:
            at, same, deal = self._deal_of.get(row_id, (None, "", None))
            if deal is not None and same == account and at < paper.at:
                return deal
        return (directory.deal_of_mail(ids, account, paper.at) if ids else None) or directory.deal_at(
            account, paper.at
        )


def _plain(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.id,
        "kind": paper.kind,
        "at": paper.at,
        "subject": paper.subject,
        "text": paper.text,
        "language": paper.language,
        "direction": paper.direction,
        "thread_key": paper.thread_key,
        "segments": [dict(segment) for segment in paper.segments],
        "extra": paper.extra,
    }


def _named(paper: Paper, directory: Directory) -> dict[str, Any]:
    """The people of a transcript or note, by what its front matter says."""
    account = directory.deal_account(paper.deal) if paper.deal else None
    if paper.account:
        account = account or directory.account(paper.account)
        if account is None:
            raise PaperError("account", f"没有叫“{paper.account}”的客户 (no such account)")
    contact = directory.contact(paper.contact, account) if paper.contact else None
    if paper.contact and contact is None:
        raise PaperError("contact", f"联系人“{paper.contact}”找不到或不止一个 (no such contact, or several)")
    person = directory.colleague(paper.person or paper.author) if paper.person or paper.author else None
    if paper.person and person is None:
        raise PaperError("person", f"没有叫“{paper.person}”的同事 (no such colleague)")
    if account is None and contact is None and person is None:
        raise PaperError("deal", "要写 deal、account、contact 或 person (say which deal, account or person)")
    by_colleague = bool(paper.author and directory.colleague(paper.author))
    label = SPOKEN_LABELS.get(paper.kind, "crm_record" if by_colleague else "imported_file")
    return {
        "account_id": account or (contact["account_id"] if contact else None),
        "deal_id": paper.deal or None,
        "contact_id": contact["id"] if contact else None,
        "person_id": person,
        "provenance": label,
    }
