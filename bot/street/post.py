"""Rows of the way out, made from what is to be said."""

from __future__ import annotations

from datetime import datetime

from knowledge.model import DeliveryRow

from .port import Traits
from .splitting import split
from .wire import chat_of, parcel_json
from .words import Address, Load, Parcel


def row_of(key: str, parcel: Parcel, now: datetime, card_id: str = "") -> DeliveryRow:
    """One parcel queued under `key`, due at once."""
    return DeliveryRow(
        key=key,
        channel=parcel.address.channel,
        lane=chat_of(parcel.address),
        load=parcel.load,
        payload=parcel_json(parcel),
        due_at=now,
        at=now,
        card_id=card_id,
    )


def text_row(key: str, address: Address, text: str, now: datetime, *, marked: bool = False) -> DeliveryRow:
    """One sentence queued under `key`."""
    return row_of(key, Parcel(id=key, load=Load.TEXT, address=address, text=text, marked=marked), now)


def text_rows(key: str, address: Address, text: str, now: datetime, traits: Traits) -> list[DeliveryRow]:
    """A text of any length in parts that the platform takes whole, the first of them under `key`."""
    parts = split(text, traits.limit, traits.measure, marked=False)
    return [
        text_row(f"{key}:{number}" if number else key, address, part, now)
        for number, part in enumerate(parts)
    ]
