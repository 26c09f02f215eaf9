"""A document that was read becomes an interaction: who is meant is looked up in the store."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from .directory import Directory
from .papers import Paper, PaperError
from .references import References
from .rows import Parsed, Rejection, check_value

SPOKEN_LABELS = {
    "call": "call_transcript",
    "meeting": "call_transcript",
    "chat": "customer_chat",
    "web": "web_form",
}


def refusal(number: int, path: Path, error: PaperError) -> Rejection:
    """The rejection of a document, with its file named in the reason."""
    return Rejection(row=number, column=error.column, reason=f"{path.name}：{error}", raw={"file": str(path)})


class PaperReader:
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
            return refusal(number, path, error)
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
        ours = bool(sender) or self._ours(paper, directory)
        others = paper.receivers if ours else (paper.sender, *paper.receivers)
        contact = next((found for address in others if (found := directory.contact(address))), None)
        domain = next((a for address in others if (a := directory.account_of_address(address))), None)
        account = contact["account_id"] if contact else domain
        person = sender or next((p for a in paper.receivers if (p := directory.colleague(a))), None)
        if person is None and account is None:
            raise PaperError(
                "From", "收发件人里没有认识的客户或同事 (nobody known among sender and receivers)"
            )
        deal = self._deal(paper, account, ours, directory)
        self._deal_of[paper.id] = (paper.at, account or "", deal)
        return {
            "account_id": account or (directory.deal_account(deal) if deal else None),
            "deal_id": deal,
            "contact_id": contact["id"] if contact else None,
            "person_id": person,
            "direction": "outbound" if ours else "inbound",
            "provenance": "imported_file" if ours else "inbound_mail",
        }

    def _ours(self, paper: Paper, directory: Directory) -> bool:  # noqa: ARG002  a mailbox knows more
        """Whether one of ours wrote it who is nobody's row: a shared address, a colleague who has left."""
        return False

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
        thread = directory.deal_of_mail(ids, account, paper.at, paper.answers) if ids else None
        return thread or directory.deal_at(account, paper.at)


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
