"""What follows from other rows: an interaction's account, team and segments."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select

from speech.formats import FormatError, read_text
from speech.sides import side_of

from .papers import language_of
from .references import References, folded, parts
from .rows import Parsed, Rejection
from .tables import table_of

SPOKEN = frozenset({"call", "meeting", "chat"})


class Interactions:
    """Completes the interactions of one batch; the rows they lean on are read once a batch."""

    def __init__(self, references: References, rows: list[Parsed]) -> None:
        self._session = references.session
        self._contacts = self._rows("contact", ("account_id", "name"), _ids(rows, "contact_id"))
        self._deals = self._rows("deal", ("account_id", "team_id"), _ids(rows, "deal_id"))
        accounts = _ids(rows, "account_id") | {row["account_id"] for row in self._deals.values()}
        accounts |= {row["account_id"] for row in self._contacts.values()}
        self._accounts = self._rows("account", ("team_id",), accounts)
        self._persons = self._rows("person", ("team_id",), _ids(rows, "person_id"))
        people = table_of("person")
        self._colleagues = {folded(name) for name in self._session.execute(select(people.c.name)).scalars()}
        self._customers = self._names_by_account(sorted(accounts))

    def complete(self, row: Parsed) -> Parsed | Rejection:
        """The row with account, team, direction and segments filled in where the file left them open."""
        values = dict(row.values)
        deal = self._deals.get(values.get("deal_id") or "")
        contact = self._contacts.get(values.get("contact_id") or "")
        if deal is not None:
            given = values.get("account_id") or deal["account_id"]
            if given != deal["account_id"]:
                reason = f"商机属于客户 {deal['account_id']}，不是 {given} (the deal is another account's)"
                return Rejection(row=row.row, column="account_id", reason=reason, raw=row.raw)
            values["account_id"] = given
        elif not values.get("account_id") and contact is not None:
            values["account_id"] = contact["account_id"]
        if not values.get("team_id"):
            account = self._accounts.get(values.get("account_id") or "")
            person = self._persons.get(values.get("person_id") or "")
            owner = next((one for one in (deal, account, person) if one and one["team_id"]), None)
            values["team_id"] = owner["team_id"] if owner else None
        if not values.get("language"):
            values["language"] = language_of(values.get("text") or "")
        if values.get("kind") in SPOKEN:
            values["segments"] = self._segments(values)
        return replace(row, values=values)

    def _segments(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        given: list[dict[str, Any]] = values.get("segments") or []
        if not given:
            try:
                given = [asdict(one) for one in read_text(values.get("text") or "").segments]
            except FormatError:
                return []
        names = self._customers.get(values.get("account_id") or "", set())
        return [
            {**one, "side": side_of(one["speaker"], names, self._colleagues)}
            if one["side"] == "unknown"
            else one
            for one in given
        ]

    def _names_by_account(self, accounts: list[str]) -> dict[str, set[str]]:
        table = table_of("contact")
        found: dict[str, set[str]] = {}
        for part in parts(accounts):
            chosen = select(table.c.account_id, table.c.name).where(table.c.account_id.in_(part))
            for account, name in self._session.execute(chosen):
                found.setdefault(account, set()).add(folded(name))
        return found

    def _rows(self, name: str, columns: tuple[str, ...], ids: set[str]) -> dict[str, dict[str, Any]]:
        table = table_of(name)
        found: dict[str, dict[str, Any]] = {}
        for part in parts(sorted(ids)):
            chosen = select(table.c.id, *(table.c[column] for column in columns)).where(table.c.id.in_(part))
            for line in self._session.execute(chosen).mappings():
                found[line["id"]] = dict(line)
        return found


def _ids(rows: list[Parsed], name: str) -> set[str]:
    return {row.values[name] for row in rows if row.values.get(name)}
