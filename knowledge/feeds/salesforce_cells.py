"""The cells of Salesforce's records: its own fields, and what this house makes of them for the mappings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from .crm_lines import RawLine, offer_cells
from .mails import ids_in, row_id
from .plain_words import words_of
from .source import Record
from .values import CellError

MADE = frozenset({
    "id", "stage", "closed_on", "domains", "deal_id", "account_id", "contact_id", "row_id", "text", "lines", "total",
    "discount_bp", "offer_status", "direction", "at", "price", "contact_address", "todo_status",
})  # fmt: skip
"""Cells that are no fields of Salesforce: made here, and not asked for."""

_ACCOUNT, _CONTACT, _OPPORTUNITY = "001", "003", "006"
"""How the ids of these objects begin, in every org."""


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Stage name -> `won`, `lost`, or nothing for a stage in which an opportunity is open."""

    by_name: Mapping[str, str]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Ends:
        """From the rows of OpportunityStage."""
        found: dict[str, str] = {}
        for one in rows:
            end = ("won" if one.get("IsWon") else "lost") if one.get("IsClosed") else ""
            for name in (one.get("ApiName"), one.get("MasterLabel")):
                if name and end:
                    found[str(name)] = end
        return cls(by_name=found)

    def stage(self, name: Any) -> str:
        return self.by_name.get(str(name or ""), str(name or ""))


def cells_of(part: str, one: Mapping[str, Any], ends: Ends) -> dict[str, Any]:
    """A record's fields with what this house makes of them."""
    cells: dict[str, Any] = dict(one)
    links = [str(one.get(name) or "") for name in ("WhatId", "WhoId", "RelatedToId", "ParentId", "AccountId")]
    cells |= {
        "id": str(one["Id"]),
        "deal_id": _link(links, _OPPORTUNITY),
        "account_id": _link(links, _ACCOUNT),
        "contact_id": _link(links, _CONTACT),
    }
    if part in ("opportunities", "lines"):
        cells |= _opportunity(one, ends)
    elif part == "accounts":
        cells["domains"] = _domains(str(one.get("Website") or ""))
    elif part == "emails":
        cells |= _email(one)
    elif part == "calls":
        cells["at"] = one.get("CompletedDateTime") or one.get("ActivityDate") or one.get("CreatedDate")
        cells["direction"] = {"Inbound": "inbound", "Outbound": "outbound"}.get(
            str(one.get("CallType") or ""), ""
        )
    elif part == "notes":
        cells["text"] = words_of(one.get("Body"))
    elif part == "todos":
        cells["todo_status"] = "done" if one.get("IsClosed") else "open"
    return cells


def _link(links: Sequence[str], beginning: str) -> str | None:
    return next((one for one in links if one.startswith(beginning)), None)


def _opportunity(one: Mapping[str, Any], ends: Ends) -> dict[str, Any]:
    closed = bool(one.get("IsClosed"))
    stage = ("won" if one.get("IsWon") else "lost") if closed else ends.stage(one.get("StageName"))
    on = one.get("LastStageChangeDate") or one.get("CloseDate") if closed else None
    status = {"won": "accepted", "lost": "expired"}.get(stage, "draft")
    return {"stage": stage, "closed_on": on, "offer_status": status}


def _domains(website: str) -> list[str]:
    """The mail domain that a website suggests."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return []
    host = host.removeprefix("www.").lower()
    return [host] if "." in host else []


def _email(one: Mapping[str, Any]) -> dict[str, Any]:
    """A mail has the row its Message-ID has everywhere in this house."""
    ids = ids_in(str(one.get("MessageIdentifier") or ""))
    incoming = bool(one.get("Incoming"))
    other = str(one.get("FromAddress" if incoming else "ToAddress") or "")
    return {
        "row_id": row_id(ids[0]) if ids else f"sf-mail-{one['Id']}",
        "text": words_of(one.get("TextBody") or one.get("HtmlBody")),
        "direction": "inbound" if incoming else "outbound",
        "contact_address": other.split(";")[0].strip().lower(),
    }


def steps_of(
    history: Iterable[Mapping[str, Any]], ends: Ends, changed: Mapping[str, datetime | None]
) -> Iterator[Record]:
    """One record for each stage an opportunity came into; `history` is in order of opportunity and time. A row that says
    the stage it was in already (its amount changed) is no step."""
    owner, before = "", ""
    for one in history:
        if one["OpportunityId"] != owner:
            owner, before = str(one["OpportunityId"]), ""
        stage = ends.stage(one.get("StageName"))
        if stage and stage != before:
            before = stage
            cells = {"deal_id": owner, "stage": stage, "at": one["CreatedDate"]}
            yield Record(id=f"{owner}:{one['Id']}", cells=cells, at=changed.get(owner))


def offers_of(
    cells: dict[str, Any], lines: Sequence[Mapping[str, Any]], at: datetime | None
) -> Iterator[Record]:
    """The lines of an opportunity as one offer; none without lines."""
    if not lines:
        return
    currency = str(cells.get("CurrencyIsoCode") or "")
    made = [
        RawLine(
            product_id=f"sf-product-{line['Product2Id']}" if line.get("Product2Id") else "",
            name=str(line.get("Product2.Name") or ""),
            quantity=line.get("Quantity"),
            list_price=line.get("ListPrice"),
            unit_price=line.get("UnitPrice"),
            currency=str(line.get("CurrencyIsoCode") or "") if currency else "",
        )
        for line in lines
    ]
    try:
        yield Record(id=cells["id"], cells=cells | dict(offer_cells(made, currency)), at=at)
    except CellError as error:
        yield Record(id=cells["id"], cells=cells, at=at, problem=str(error))


def prices_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Product id -> its price in the standard price book."""
    found: dict[str, Any] = {}
    for one in entries:
        found.setdefault(str(one["Product2Id"]), one.get("UnitPrice"))
    return found
