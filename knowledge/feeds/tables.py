"""Which tables a feed may fill, and what each of their columns wants."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args, get_origin, get_type_hints

from sqlalchemy import Table
from sqlmodel import SQLModel

from knowledge.model import (
    STAGES,
    Account,
    Contact,
    Deal,
    DealContact,
    Interaction,
    InteractionKind,
    Lead,
    LeadTouch,
    Offer,
    Person,
    Product,
    Role,
    StageChange,
    Task,
    Team,
)

TABLES: dict[str, type[SQLModel]] = {
    "person": Person,
    "team": Team,
    "account": Account,
    "contact": Contact,
    "product": Product,
    "deal": Deal,
    "deal_contact": DealContact,
    "stage_change": StageChange,
    "offer": Offer,
    "interaction": Interaction,
    "lead": Lead,
    "lead_touch": LeadTouch,
    "task": Task,
}

TRUSTED_LABELS = ("rep_input", "manager_input", "crm_record")
UNTRUSTED_LABELS = (
    "customer_chat",
    "inbound_mail",
    "call_transcript",
    "web_form",
    "attachment",
    "web_page",
    "imported_file",
)
LABELS = (*TRUSTED_LABELS, *UNTRUSTED_LABELS)

ALLOWED: dict[tuple[str, str], tuple[str, ...]] = {
    ("deal", "stage"): STAGES,
    ("stage_change", "stage"): STAGES,
    ("interaction", "kind"): tuple(kind.value for kind in InteractionKind),
    ("interaction", "provenance"): LABELS,
    ("offer", "status"): ("draft", "approved", "sent", "accepted", "expired"),
    ("lead", "status"): ("new", "working", "converted", "lost"),
    ("lead_touch", "kind"): (
        "visit",
        "price_page",
        "download",
        "form",
        "chat",
        "call",
        "mail",
        "meeting",
        "complaint",
    ),
    ("lead_touch", "direction"): ("in", "out"),
    ("lead_touch", "provenance"): LABELS,
    ("person", "roles"): tuple(role.value for role in Role),
    ("person", "language"): ("zh", "en"),
    ("contact", "language"): ("zh", "en"),
}
"""Closed lists of values; every other text column takes any text."""


def table_of(name: str) -> Table:
    """The SQL table behind a feed table's name."""
    table: Table = TABLES[name].__table__  # type: ignore[attr-defined]
    return table


def kinds(name: str) -> dict[str, str]:
    """Column -> how its cell is read when the mapping does not say: text, int, money, date, list, bool, json."""
    hints = get_type_hints(TABLES[name])
    return {column: _kind(column, hints[column]) for column in table_of(name).columns.keys()}  # noqa: SIM118


def mandatory(name: str) -> frozenset[str]:
    """Columns that need a value in every row: not nullable and without a default."""
    fields = TABLES[name].model_fields
    return frozenset(key for key, field in fields.items() if field.is_required())


def keys(name: str) -> tuple[str, ...]:
    """The columns of the primary key."""
    return tuple(column.name for column in table_of(name).primary_key.columns)


def references(name: str) -> dict[str, str]:
    """Column -> the table whose id it holds."""
    found: dict[str, str] = {}
    for column in table_of(name).columns:
        for key in column.foreign_keys:
            found[column.name] = key.target_fullname.split(".")[0]
    return found


def defaults(name: str, now: datetime) -> dict[str, Any]:
    """What a new row holds where the file says nothing; `created_at` is the moment of the import."""
    values: dict[str, Any] = {}
    for key, field in TABLES[name].model_fields.items():
        if field.is_required():
            continue
        value = field.get_default(call_default_factory=True, validated_data={})
        values[key] = now if isinstance(value, datetime) else value
    return values


def _kind(column: str, hint: Any) -> str:
    inner = [arg for arg in get_args(hint) if arg is not type(None)]
    origin = get_origin(hint)
    if origin in (list, dict):
        return "list" if origin is list and inner == [str] else "json"
    plain = inner[0] if inner else hint
    if plain is datetime:
        return "date"
    if plain is bool:
        return "bool"
    if plain is int:
        return "money" if column.endswith("_fen") else "int"
    return "text"
