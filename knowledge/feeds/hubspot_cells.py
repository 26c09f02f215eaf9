"""The cells of HubSpot's objects: its own properties, and what this house makes of them for the mappings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .crm_lines import RawLine, offer_cells
from .mails import ids_in, row_id
from .plain_words import words_of
from .source import Record
from .values import CellError

MADE = frozenset({
    "id", "owner_email", "company_id", "contact_id", "deal_id", "stage", "stage_label", "closed_on", "domains", "full_name",
    "row_id", "text", "lines", "total", "discount_bp", "offer_status", "at", "direction", "created", "updated", "currency",
})  # fmt: skip
"""Cells that are no properties of HubSpot: made here, and not asked for."""

_DIRECTIONS = {"INBOUND": "inbound", "OUTBOUND": "outbound", "INCOMING_EMAIL": "inbound", "EMAIL": "outbound",
               "FORWARDED_EMAIL": "outbound"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is asked once: owner id -> address, stage id -> (label, won/lost/"")."""

    owners: Mapping[str, str]
    stages: Mapping[str, tuple[str, str]]

    def stage(self, name: str) -> str:
        """`won` or `lost` for a stage that ends a deal in any pipeline, else the stage's own id."""
        return self.stages.get(name, ("", ""))[1] or name


def cells_of(one: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """An object's properties with what this house makes of them."""
    given: dict[str, Any] = dict(one["properties"])
    owner, stage = str(given.get("hubspot_owner_id") or ""), str(given.get("dealstage") or "")
    domains = [given.get("domain"), *str(given.get("hs_additional_domains") or "").split(";")]
    made = {
        "id": str(one["id"]),
        "created": one.get("created_at"),
        "updated": one.get("updated_at"),
        "owner_email": known.owners.get(owner, f"HubSpot owner {owner}" if owner else ""),
        "company_id": _first(one, "companies"),
        "contact_id": _first(one, "contacts"),
        "deal_id": _first(one, "deals"),
        "full_name": " ".join(part for part in (given.get("firstname"), given.get("lastname")) if part)
        or given.get("email"),
        "domains": [str(each).strip().lower() for each in domains if each and str(each).strip()],
        "stage": known.stage(stage),
        "stage_label": known.stages.get(stage, ("", ""))[0],
        "closed_on": given.get("closedate") if known.stages.get(stage, ("", ""))[1] else None,
        "currency": given.get("deal_currency_code"),
        "direction": _DIRECTIONS.get(
            str(given.get("hs_call_direction") or given.get("hs_email_direction") or ""), ""
        ),
    }
    return given | made


def records_of(
    part: str, cells: dict[str, Any], one: Mapping[str, Any], known: Known, lines: Sequence[Mapping[str, Any]]
) -> Iterator[Record]:
    """The records that one object makes of a part: mostly one."""
    if part == "deal_stages":
        yield from _steps(cells, one, known)
    elif part == "deal_contacts":
        for each in neighbours(one, "contacts"):
            own = f"{cells['id']}:{each}"
            yield Record(id=own, cells={"deal_id": cells["id"], "contact_id": each}, at=_when(one))
    elif part == "deal_lines":
        yield from _offer(cells, one, lines)
    elif part in _WORDS:
        yield _talk(part, cells, one)
    else:
        yield Record(id=str(cells["id"]), cells=cells, at=_when(one))


def neighbours(one: Mapping[str, Any], other: str) -> list[str]:
    """Ids of associated objects, the primary one first, each once."""
    beside = one.get("associations") or {}
    named = (
        beside.get(other) or beside.get(other.replace("_", " ")) or {}
    )  # the list endpoint says "line items"
    results = named.get("results") if isinstance(named, Mapping) else getattr(named, "results", None)
    found = [(str(_get(each, "id")), str(_get(each, "type") or "")) for each in results or []]
    found.sort(key=lambda pair: pair[1].endswith("_unlabeled"))
    return list(dict.fromkeys(identity for identity, _type in found))


def _get(each: Any, name: str) -> Any:
    return each.get(name) if isinstance(each, Mapping) else getattr(each, name, None)


def _first(one: Mapping[str, Any], other: str) -> str | None:
    return next(iter(neighbours(one, other)), None)


def _when(one: Mapping[str, Any]) -> datetime | None:
    at = one.get("updated_at")
    if not isinstance(at, datetime):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _steps(cells: dict[str, Any], one: Mapping[str, Any], known: Known) -> Iterator[Record]:
    """One record for each stage the deal came into, oldest first; a stage written again is no step."""
    history = (one.get("properties_with_history") or {}).get("dealstage") or []
    steps = sorted(
        ((_get(each, "timestamp"), str(_get(each, "value") or "")) for each in history),
        key=lambda pair: pair[0],
    )
    before = ""
    for at, stage in steps:
        if stage and stage != before:
            before = stage
            own = f"{cells['id']}:{int(at.timestamp() * 1000)}"
            yield Record(
                id=own, cells={"deal_id": cells["id"], "stage": known.stage(stage), "at": at}, at=_when(one)
            )


def _offer(
    cells: dict[str, Any], one: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> Iterator[Record]:
    if not lines:
        return
    status = {"won": "accepted", "lost": "expired"}.get(cells["stage"], "draft")
    try:
        made = offer_cells([_line(each) for each in lines], str(cells.get("currency") or ""))
    except CellError as error:
        yield Record(id=str(cells["id"]), cells=cells, at=_when(one), problem=str(error))
        return
    yield Record(id=str(cells["id"]), cells=cells | dict(made) | {"offer_status": status}, at=_when(one))


def _line(given: Mapping[str, Any]) -> RawLine:
    """`amount` is what the line comes to; without it the list price less the discount of a piece."""
    price, quantity = given.get("price"), given.get("quantity") or 1
    unit: Any = price
    try:
        if given.get("amount") not in (None, ""):
            unit = f"{float(str(given['amount'])) / float(str(quantity)):.4f}"
        elif given.get("discount") not in (None, ""):
            unit = f"{float(str(price)) - float(str(given['discount'])):.4f}"
    except (ValueError, ZeroDivisionError):
        unit = given.get("amount")  # what is no number is refused with the cell that is none
    return RawLine(
        product_id=f"hs-product-{given['hs_product_id']}" if given.get("hs_product_id") else "",
        name=str(given.get("name") or ""), quantity=quantity, list_price=price, unit_price=unit,
        currency=str(given.get("hs_line_item_currency_code") or ""),
    )  # fmt: skip


_WORDS = {
    "notes": ("hs_note_body",),
    "calls": ("hs_call_body",),
    "emails": ("hs_email_text", "hs_email_html"),
    "meetings": ("hs_meeting_body", "hs_internal_meeting_notes"),
}


def _talk(part: str, cells: dict[str, Any], one: Mapping[str, Any]) -> Record:
    """A note, call, mail or meeting. A mail has the row its Message-ID has everywhere in this house."""
    text = next((words_of(cells[name]) for name in _WORDS[part] if cells.get(name)), "")
    ids = ids_in(str(cells.get("hs_email_message_id") or ""))
    own = row_id(ids[0]) if part == "emails" and ids else f"hs-{part.rstrip('s')}-{cells['id']}"
    at = cells.get("hs_meeting_start_time") or cells.get("hs_timestamp") or cells.get("created")
    return Record(id=str(cells["id"]), cells=cells | {"text": text, "row_id": own, "at": at}, at=_when(one))
