"""Events that waited in quarantine, taken in again after the plan has changed: under their own time and their hashed identifiers,
without what was personal in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from knowledge.library import journey as rows
from knowledge.model import QuarantinedEvent

from .consenting import Standing
from .faults import Fault
from .incoming import Origin, clean
from .keys import HouseKey
from .planning import plan_in_force
from .rules import alone, eras
from .taking import Batch, Taken, accept, write


def take_again(session: Session, held: Iterable[QuarantinedEvent], key: HouseKey, now: datetime) -> Taken:
    """Those that the plan knows now leave the quarantine; the others stay, with the reason by position."""
    alone(session)
    told = Taken()
    batch = Batch(key=key, plan=plan_in_force(session), eras=eras(session, now), standing=Standing())
    for position, row in enumerate(held):
        origin = Origin(source=row.source, received_at=row.first_seen)
        try:
            event = clean(row.payload.get("event") or {}, origin, key)
            if rows.known(session, [event.id]):
                told.unchanged += 1
            else:
                accept(batch, event=replace(event, received_at=now), ids=tuple(row.payload.get("ids") or ()))
                told.new += 1
        except Fault as fault:
            told.faults[position] = fault
            continue
        session.delete(row)
    write(session, batch, told)
    return told
