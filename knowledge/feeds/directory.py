"""Who is who in a document: colleagues, contacts, accounts and the deal that was running."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from .papers import PaperError
from .references import References, running_deal
from .tables import table_of

Row = dict[str, Any]

PUBLIC_DOMAINS = frozenset({
    "qq.com", "163.com", "126.com", "sina.com", "foxmail.com", "gmail.com", "outlook.com", "hotmail.com",
    "yahoo.com", "icloud.com", "139.com", "189.cn", "sohu.com", "aliyun.com",
})  # fmt: skip
"""Mail domains of everybody: they say nothing about the company."""


class Directory:
    """Finds people and deals in the store. Colleagues and accounts' domains are read once and kept."""

    def __init__(self, references: References) -> None:
        self._references = references
        people, accounts = table_of("person"), table_of("account")
        self._people: list[Row] = self._all(select(people.c.id, people.c.name, people.c.email))
        domains = {one["email"].rpartition("@")[2].lower() for one in self._people if one["email"]}
        self._own = domains - PUBLIC_DOMAINS
        rows = self._all(select(accounts.c.id, accounts.c.name, accounts.c.domains).order_by(accounts.c.id))
        self._names: dict[str, str] = {row["name"]: row["id"] for row in reversed(rows)}
        self._domains: dict[str, str] = {
            domain.lower(): row["id"] for row in reversed(rows) for domain in row["domains"] or []
        }

    def colleague(self, text: str) -> str | None:
        """The id of the colleague with this id, address or unique name."""
        for field in ("id", "email", "name"):
            found = [
                one["id"] for one in self._people if one[field] and one[field].lower() == text.strip().lower()
            ]
            if len(found) == 1:
                return str(found[0])
        return None

    def is_ours(self, address: str) -> bool:
        """Whether a colleague has this address, or one at a domain of the house."""
        return address.rpartition("@")[2] in self._own or self.colleague(address) is not None

    def contact(self, text: str, account: str | None = None) -> Row | None:
        """The contact (id, account_id) with this id, address or, at one account, name. None when several fit."""
        table = table_of("contact")
        for field in ("id", "email", "name"):
            chosen = select(table.c.id, table.c.account_id).where(table.c[field].in_([text, text.lower()]))
            if account is not None:
                chosen = chosen.where(table.c.account_id == account)
            found = self._all(chosen.limit(2))
            if len(found) == 1 and (field != "name" or account is not None):
                return found[0]
        return None

    def account(self, text: str) -> str | None:
        """The id of the account with this id or name."""
        if not self._references.missing("account", [text]):
            return text
        return self._names.get(text)

    def account_of_address(self, address: str) -> str | None:
        """The account whose mail domain the address has, or a domain above it."""
        parts = address.rpartition("@")[2].lower().split(".")
        for start in range(len(parts) - 1):
            domain = ".".join(parts[start:])
            if domain in self._domains and domain not in PUBLIC_DOMAINS:
                return self._domains[domain]
        return None

    def deal_account(self, deal: str) -> str:
        """The account of a deal. Raises PaperError when there is no such deal."""
        table = table_of("deal")
        found = self._all(select(table.c.account_id).where(table.c.id == deal))
        if not found:
            raise PaperError("deal", f"没有编号为“{deal}”的商机 (no such deal)")
        return str(found[0]["account_id"])

    def deal_at(self, account: str, at: datetime) -> str | None:
        """The newest deal of the account that had begun by then and was not closed."""
        return running_deal(self._references.session, account, at)

    def deal_of_mail(
        self, ids: list[str], account: str, at: datetime, answers: tuple[str, ...] = ()
    ) -> str | None:
        """The deal of an earlier mail with one of these row ids, or that we sent under one of the Message-IDs `answers`,
        if it is the same account's."""
        table = table_of("interaction")
        sent = (table.c.source == "chengdan") & table.c.thread_key.in_(answers)
        chosen = select(table.c.deal_id).where(
            table.c.id.in_(ids) | sent, table.c.account_id == account, table.c.at < at,
            table.c.deal_id.is_not(None),
        )  # fmt: skip
        found = self._all(chosen.order_by(table.c.at.desc()).limit(1))
        return str(found[0]["deal_id"]) if found else None

    def _all(self, statement: Any) -> list[Row]:
        return [dict(line) for line in self._references.session.execute(statement).mappings()]
