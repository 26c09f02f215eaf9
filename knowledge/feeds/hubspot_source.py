"""HubSpot as a source: which objects make which part, and their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from .hubspot import PAGE, PAGE_WITH_HISTORY, HubSpotApi
from .hubspot_cells import Known, cells_of, records_of
from .source import Gone, Record

CHANGED = "hs_lastmodifieddate"


@dataclass(frozen=True, kw_only=True)
class PartSpec:
    """What a part is made of: the object, properties that are asked for beside those of the mapping, neighbours whose ids
    become cells, properties with their history. `moment` is the property that tells when an object changed."""

    kind: str
    needs: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    moment: str = CHANGED
    lines: bool = False
    merges: bool = False


_DEAL = ("dealstage", "closedate", "deal_currency_code", "hubspot_owner_id")
_TALK = ("companies", "contacts", "deals")
PARTS: dict[str, PartSpec] = {
    "companies": PartSpec(kind="companies", needs=("domain", "hs_additional_domains", "hubspot_owner_id"), merges=True),
    "contacts": PartSpec(kind="contacts", needs=("firstname", "lastname"), beside=("companies",), moment="lastmodifieddate",
                         merges=True),
    "products": PartSpec(kind="products"),
    "deals": PartSpec(kind="deals", needs=_DEAL, beside=("companies",), merges=True),
    "deal_stages": PartSpec(kind="deals", needs=("dealstage",), history=("dealstage",)),
    "deal_contacts": PartSpec(kind="deals", beside=("contacts",)),
    "deal_lines": PartSpec(kind="deals", needs=_DEAL, beside=("line_items",), lines=True),
    "notes": PartSpec(kind="notes", needs=("hs_note_body", "hubspot_owner_id"), beside=_TALK),
    "calls": PartSpec(kind="calls", needs=("hs_call_body", "hs_call_direction", "hubspot_owner_id"), beside=_TALK),
    "emails": PartSpec(kind="emails", needs=("hs_email_text", "hs_email_html", "hs_email_direction", "hs_email_message_id",
                                             "hubspot_owner_id"), beside=_TALK),
    "meetings": PartSpec(kind="meetings", needs=("hs_meeting_body", "hs_meeting_start_time", "hs_timestamp",
                                                 "hubspot_owner_id"), beside=_TALK),
    "tasks": PartSpec(kind="tasks", needs=("hs_task_status", "hubspot_owner_id"), beside=("deals",)),
}  # fmt: skip
"""The menu of what a mapping's `part` may name."""

ONE_BY_ONE = ("deal_stages", "deal_contacts")
"""Parts of which one object makes several records: a refused record is asked for by the object's id."""

LINE_PROPERTIES = (
    "name", "quantity", "price", "amount", "discount", "hs_discount_percentage", "hs_product_id", "hs_line_item_currency_code",
    "hs_position_on_quote",
)  # fmt: skip


class HubSpotSource:
    """Reads a HubSpot account. Owners and stages are asked for once a reading."""

    def __init__(self, api: HubSpotApi) -> None:
        self._api = api
        self._known: Known | None = None
        self._merged: dict[str, list[Gone]] = {}

    def changed(self, part: str, columns: Sequence[str], since: datetime | None) -> Iterator[Record]:
        """The records of a part that changed since then, all without it."""
        spec = PARTS[part]
        if since is None:
            for found in self._pages(spec, columns):
                yield from self._records(part, found)
            return
        ids = (identity for identity, _at in self._api.changed(spec.kind, spec.moment, since))
        yield from self._of_ids(part, columns, ids)
        if spec.lines:
            yield from self._of_ids(part, columns, self._deals_of_changed_lines(since))

    def again(self, part: str, columns: Sequence[str], ids: Sequence[str]) -> Iterator[Record]:
        """The records of these ids."""
        own = list(dict.fromkeys(one.partition(":")[0] for one in ids)) if part in ONE_BY_ONE else list(ids)
        yield from self._of_ids(part, columns, iter(own))

    def gone(self, part: str, since: datetime) -> Iterator[Gone]:
        """What was merged (as the surviving records say) and what was archived since then."""
        yield from self._merged.pop(part, [])
        if part in ONE_BY_ONE:
            return
        after = ""
        while True:
            page = self._api.page(PARTS[part].kind, (), after=after, archived=True)
            for one in page.objects:
                if one.get("archived_at") is None or _aware(one["archived_at"]) >= since:
                    yield Gone(id=str(one["id"]), how="deleted")
            if not page.after:
                return
            after = page.after

    def _records(self, part: str, objects: Sequence[dict[str, Any]]) -> Iterator[Record]:
        if self._known is None:
            self._known = Known(owners=self._api.owners(), stages=self._api.stages())
        spec = PARTS[part]
        if spec.merges:
            found = self._merged.setdefault(part, [])
            for one in objects:
                losers = str(one["properties"].get("hs_merged_object_ids") or "").split(";")
                found += [
                    Gone(id=lost.strip(), how="merged", into=str(one["id"]))
                    for lost in losers
                    if lost.strip()
                ]
        lines = self._lines(objects) if spec.lines else {}
        for one in objects:
            yield from records_of(
                part, cells_of(one, self._known), one, self._known, lines.get(str(one["id"]), [])
            )

    def _pages(self, spec: PartSpec, columns: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        after = ""
        while True:
            page = self._api.page(
                spec.kind, _properties(spec, columns), history=spec.history, beside=spec.beside, after=after
            )
            yield list(page.objects)
            if not page.after:
                return
            after = page.after

    def _of_ids(self, part: str, columns: Sequence[str], ids: Iterator[str]) -> Iterator[Record]:
        spec = PARTS[part]
        size = PAGE_WITH_HISTORY if spec.history else PAGE
        while chunk := list(islice(ids, size)):
            objects = self._api.read(spec.kind, chunk, _properties(spec, columns), spec.history)
            for other in spec.beside:
                near = self._api.beside(spec.kind, other, chunk)
                for one in objects:
                    ordered = [{"id": each, "type": "primary"} for each in near.get(str(one["id"]), [])]
                    one.setdefault("associations", None)
                    one["associations"] = (one["associations"] or {}) | {other: {"results": ordered}}
            yield from self._records(part, objects)

    def _deals_of_changed_lines(self, since: datetime) -> Iterator[str]:
        """Deals one of whose lines changed: the deal itself need not have."""
        ids = (identity for identity, _at in self._api.changed("line_items", CHANGED, since))
        seen: set[str] = set()
        while chunk := list(islice(ids, PAGE)):
            for deals in self._api.beside("line_items", "deals", chunk).values():
                for one in deals:
                    if one not in seen:
                        seen.add(one)
                        yield one

    def _lines(self, objects: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        wanted = {str(one["id"]): _near(one, "line_items") for one in objects}
        ids = iter(
            sorted({each for near in wanted.values() for each in near}, key=lambda text: (len(text), text))
        )
        found: dict[str, dict[str, Any]] = {}
        while chunk := list(islice(ids, PAGE)):
            found |= {
                str(one["id"]): one["properties"]
                for one in self._api.read("line_items", chunk, LINE_PROPERTIES)
            }
        return {
            deal: [found[each] for each in sorted(near, key=lambda one: _place(found, one)) if each in found]
            for deal, near in wanted.items()
        }


def _place(found: dict[str, dict[str, Any]], one: str) -> tuple[int, int, str]:
    """Where a line stands on its quote; else by its id, which is in order of making."""
    position = str(found.get(one, {}).get("hs_position_on_quote") or "")
    return (int(position) if position.isdigit() else 10**6, len(one), one)


def _near(one: dict[str, Any], other: str) -> list[str]:
    from .hubspot_cells import neighbours

    return neighbours(one, other)


def _properties(spec: PartSpec, columns: Sequence[str]) -> list[str]:
    from .hubspot_cells import MADE

    asked = [name for name in columns if name not in MADE]
    merged = ("hs_merged_object_ids",) if spec.merges else ()
    return list(dict.fromkeys([*asked, *spec.needs, *merged, spec.moment]))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
