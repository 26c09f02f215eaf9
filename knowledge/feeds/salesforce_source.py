"""Salesforce as a source: which objects make which part, and how they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from .errors import FeedError
from .salesforce import SalesforceApi
from .salesforce_cells import MADE, Ends, cells_of, offers_of, prices_of, steps_of
from .source import Gone, Record
from .values import as_moment

MODIFIED = "SystemModstamp"
AT_ONCE = 150
"""Ids in one IN list: a query fits into a URL of 16 384 characters."""

_NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*")


@dataclass(frozen=True, kw_only=True)
class PartSpec:
    """What a part is made of: the object, fields that are asked for beside those of the mapping, a condition."""

    name: str
    needs: tuple[str, ...] = ()
    where: str = ""
    merges: bool = False


_LINKED = ("WhatId", "WhoId", "AccountId", "Owner.Email")
_OPPORTUNITY = (
    "StageName",
    "IsClosed",
    "IsWon",
    "CloseDate",
    "LastStageChangeDate",
    "CurrencyIsoCode",
    "CreatedDate",
)
PARTS: dict[str, PartSpec] = {
    "accounts": PartSpec(name="Account", needs=("Website", "Owner.Email"), merges=True),
    "contacts": PartSpec(name="Contact", needs=("AccountId",), merges=True),
    "products": PartSpec(name="Product2"),
    "opportunities": PartSpec(name="Opportunity", needs=(*_OPPORTUNITY, "AccountId", "Owner.Email")),
    "stages": PartSpec(name="Opportunity"),
    "roles": PartSpec(name="OpportunityContactRole", needs=("OpportunityId", "ContactId")),
    "lines": PartSpec(name="Opportunity", needs=_OPPORTUNITY),
    "calls": PartSpec(name="Task", needs=(*_LINKED, "CallType", "CompletedDateTime", "CreatedDate", "ActivityDate"),
                      where="TaskSubtype = 'Call'"),
    "todos": PartSpec(name="Task", needs=(*_LINKED, "IsClosed"), where="TaskSubtype = 'Task'"),
    "events": PartSpec(name="Event", needs=_LINKED),
    "emails": PartSpec(name="EmailMessage", needs=("RelatedToId", "FromAddress", "ToAddress", "Incoming", "MessageIdentifier",
                                                   "TextBody", "HtmlBody")),
    "notes": PartSpec(name="Note", needs=("ParentId", "Owner.Email", "Body")),
}  # fmt: skip
"""The menu of what a mapping's `part` may name."""


@dataclass
class SalesforceSource:
    """Reads a Salesforce org. Which stages end an opportunity is asked once a reading."""

    api: SalesforceApi
    _ends: Ends | None = field(default=None, init=False)

    def changed(self, part: str, columns: Sequence[str], since: datetime | None) -> Iterator[Record]:
        """The records of a part that changed since then, all without it."""
        spec = PARTS[part]
        yield from self._made(part, self._query(spec, columns, _since(since)))
        if since is not None and part == "lines":
            ids = self._owners_of("OpportunityLineItem", "OpportunityId", since)
            yield from self.again(part, columns, ids)
        if since is not None and part == "products":
            yield from self.again(part, columns, self._owners_of("PricebookEntry", "Product2Id", since))

    def again(self, part: str, columns: Sequence[str], ids: Sequence[str]) -> Iterator[Record]:
        """The records of these ids; of a stage its opportunity is asked for."""
        own = list(dict.fromkeys(one.partition(":")[0] for one in ids))
        for chunk in _chunks(own):
            yield from self._made(part, self._query(PARTS[part], columns, [f"Id IN ({_quoted(chunk)})"]))

    def gone(self, part: str, since: datetime) -> Iterator[Gone]:
        """What lies in the recycle bin since then; a merged record names the one it went into."""
        spec = PARTS[part]
        if part in ("stages", "lines"):
            return
        merged = spec.merges and "MasterRecordId" in self.api.fields(spec.name)
        names = "Id, MasterRecordId" if merged else "Id"
        where = " AND ".join(["IsDeleted = true", *_since(since), *([spec.where] if spec.where else [])])
        for one in self.api.query(f"SELECT {names} FROM {spec.name} WHERE {where}", deleted=True):
            into = str(one.get("MasterRecordId") or "")
            yield Gone(id=str(one["Id"]), how="merged" if into else "deleted", into=into)

    def _query(
        self, spec: PartSpec, columns: Sequence[str], conditions: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        names = self._readable(spec, columns)
        where = " AND ".join([*conditions, *([spec.where] if spec.where else [])])
        soql = f"SELECT {', '.join(names)} FROM {spec.name}" + (f" WHERE {where}" if where else "")
        yield from self.api.query(f"{soql} ORDER BY {MODIFIED} ASC, Id ASC")

    def _readable(self, spec: PartSpec, columns: Sequence[str]) -> list[str]:
        """Fields that there are and that the user may see; a field of a related record is asked for as it is."""
        wrong = [name for name in columns if name not in MADE and not _NAME.fullmatch(name)]
        if wrong:
            raise FeedError(f"映射里的列名不是 Salesforce 字段 (no field name): {wrong[0]}")
        there = self.api.fields(spec.name)
        asked = dict.fromkeys(["Id", MODIFIED, *spec.needs, *(name for name in columns if name not in MADE)])
        return [name for name in asked if "." in name or name in there]

    def _made(self, part: str, found: Iterable[dict[str, Any]]) -> Iterator[Record]:
        if self._ends is None:
            rows = self.api.query("SELECT ApiName, MasterLabel, IsClosed, IsWon FROM OpportunityStage")
            self._ends = Ends.of(rows)
        many: Callable[[list[dict[str, Any]], Ends], Iterator[Record]] | None = {
            "stages": self._steps, "lines": self._offers, "products": self._products,
        }.get(part)  # fmt: skip
        rest = iter(found)
        while many is not None and (chunk := list(islice(rest, AT_ONCE))):
            yield from many(chunk, self._ends)
        for one in rest if many is None else ():
            yield Record(
                id=str(one["Id"]), cells=cells_of(part, one, self._ends), at=_moment(one.get(MODIFIED))
            )

    def _steps(self, chunk: list[dict[str, Any]], ends: Ends) -> Iterator[Record]:
        soql = (
            "SELECT Id, OpportunityId, StageName, CreatedDate FROM OpportunityHistory "
            f"WHERE OpportunityId IN ({_ids(chunk)}) ORDER BY OpportunityId ASC, CreatedDate ASC, Id ASC"
        )
        yield from steps_of(
            self.api.query(soql), ends, {str(one["Id"]): _moment(one[MODIFIED]) for one in chunk}
        )

    def _offers(self, chunk: list[dict[str, Any]], ends: Ends) -> Iterator[Record]:
        names = [
            "Id",
            "OpportunityId",
            "Product2Id",
            "Quantity",
            "UnitPrice",
            "ListPrice",
            "TotalPrice",
            "Product2.Name",
        ]
        names += ["CurrencyIsoCode"] if "CurrencyIsoCode" in self.api.fields("OpportunityLineItem") else []
        soql = (
            f"SELECT {', '.join(names)} FROM OpportunityLineItem WHERE OpportunityId IN ({_ids(chunk)}) "
            "ORDER BY OpportunityId ASC, CreatedDate ASC, Id ASC"
        )
        lines = list(self.api.query(soql))
        for one in chunk:
            own = [line for line in lines if line["OpportunityId"] == one["Id"]]
            yield from offers_of(cells_of("lines", one, ends), own, _moment(one.get(MODIFIED)))

    def _products(self, chunk: list[dict[str, Any]], ends: Ends) -> Iterator[Record]:
        soql = (
            "SELECT Product2Id, UnitPrice FROM PricebookEntry WHERE Pricebook2.IsStandard = true AND IsActive = true "
            f"AND Product2Id IN ({_ids(chunk)}) ORDER BY Product2Id ASC, Id ASC"
        )
        prices = prices_of(self.api.query(soql))
        for one in chunk:
            cells = cells_of("products", one, ends) | {"price": prices.get(str(one["Id"]))}
            yield Record(id=str(one["Id"]), cells=cells, at=_moment(one.get(MODIFIED)))

    def _owners_of(self, name: str, owner: str, since: datetime) -> list[str]:
        """Whose lines or prices changed, taken away ones included: the record itself need not have."""
        soql = f"SELECT {owner} FROM {name} WHERE {' AND '.join(_since(since))}"
        return list(dict.fromkeys(str(one[owner]) for one in self.api.query(soql, deleted=True)))


def _since(since: datetime | None) -> list[str]:
    return [] if since is None else [f"{MODIFIED} >= {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"]


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield list(ids[start : start + AT_ONCE])


def _quoted(ids: Iterable[str]) -> str:
    return ", ".join(f"'{one}'" for one in ids if one.isalnum())


def _ids(chunk: Sequence[dict[str, Any]]) -> str:
    return _quoted(str(one["Id"]) for one in chunk)


def _moment(value: Any) -> datetime | None:
    return as_moment(value, "UTC") if value else None
