"""Arrivals and parcels as JSON, and the text of strangers made harmless to store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from .words import Address, Arrival, Parcel

LONGEST = 100_000
"""Characters of one message that are kept."""

_ARRIVAL: TypeAdapter[Arrival] = TypeAdapter(Arrival)
_PARCEL: TypeAdapter[Parcel] = TypeAdapter(Parcel)
_ADDRESS: TypeAdapter[Address] = TypeAdapter(Address)


def arrival_json(arrival: Arrival) -> dict[str, Any]:
    """What is kept of an arrival until it is answered."""
    record: dict[str, Any] = _ARRIVAL.dump_python(arrival, mode="json")
    return record


def arrival_of(record: dict[str, Any]) -> Arrival:
    return _ARRIVAL.validate_python(record)


def parcel_json(parcel: Parcel) -> dict[str, Any]:
    """What is kept of a parcel until it is brought out."""
    record: dict[str, Any] = _PARCEL.dump_python(parcel, mode="json")
    return record


def parcel_of(record: dict[str, Any]) -> Parcel:
    return _PARCEL.validate_python(record)


def address_json(address: Address) -> dict[str, Any]:
    record: dict[str, Any] = _ADDRESS.dump_python(address, mode="json")
    return record


def address_of(record: dict[str, Any]) -> Address:
    return _ADDRESS.validate_python(record)


def clean(text: str) -> str:
    """Text that every database takes: no NUL, no half of a surrogate pair, no endless length."""
    return text[:LONGEST].replace("\x00", "").encode("utf-8", "replace").decode()


def cleaned(arrival: Arrival) -> Arrival:
    """The same arrival with every word of the sender made storable."""
    return replace(
        arrival,
        external_id=clean(arrival.external_id)[:500],
        sender=clean(arrival.sender)[:200],
        sender_name=clean(arrival.sender_name)[:200],
        text=clean(arrival.text),
        quoted=clean(arrival.quoted),
        extra={key: clean(value) for key, value in arrival.extra.items()},
        attachments=tuple(replace(file, name=clean(file.name)[:500]) for file in arrival.attachments),
    )


def lane_of(arrival: Arrival) -> str:
    """What must be answered in order: one sender in one chat."""
    return f"{arrival.channel}|{arrival.address.to}|{arrival.sender}"


def chat_of(address: Address) -> str:
    """What must be brought out in order: one chat."""
    return f"{address.channel}|{address.to}"
