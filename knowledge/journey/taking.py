"""Taking events in: a batch of raw events becomes rows, or reasons why not, in the caller's one transaction.

The same event twice is one event. What an event says about who is who is worked out at once, for the people it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from knowledge.library import identity
from knowledge.library import journey as rows
from knowledge.model import IdentitySpan, Profile

from .affected import Affected
from .cleaning import minimal
from .consenting import Standing, kept_ids
from .deciding import withdraw_at
from .evidence import Evidence
from .faults import Fault
from .incoming import PERSONAL, Clean, Origin, clean
from .keys import HouseKey
from .planning import Plan, plan_in_force
from .rules import Eras, alone, eras
from .stitching import stitch


@dataclass
class Taken:
    """What became of a batch: `new` stored, `unchanged` there already (or twice in the batch), and a Fault by position for
    the rest. `ignored` are properties that the plan does not know, `affected` whom the new events concern."""

    new: int = 0
    unchanged: int = 0
    faults: dict[int, Fault] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    affected: Affected = field(default_factory=Affected)

    def count(self, fate: str) -> int:
        return sum(fault.fate == fate for fault in self.faults.values())


@dataclass
class Batch:
    """What one batch gathers before it is written."""

    key: HouseKey
    plan: Plan
    eras: Eras
    standing: Standing
    events: list[dict[str, Any]] = field(default_factory=list)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)


def take(session: Session, payloads: Sequence[Mapping[str, Any]], origin: Origin, key: HouseKey) -> Taken:
    """Take in raw events; what cannot be taken is told by position and stops nothing else."""
    alone(session)
    told = Taken()
    era = eras(session, origin.received_at)
    cleaned: dict[int, Clean] = {}
    held: dict[int, tuple[Fault, Mapping[str, Any]]] = {}
    for position, payload in enumerate(payloads):
        try:
            cleaned[position] = clean(payload, origin, key, era.rules.blocked)
        except Fault as found:
            told.faults[position] = found
            if found.fate == "quarantined":
                held[position] = (found, payload)
    standing = Standing.of(session, {one for event in cleaned.values() for one in event.ids})
    batch = Batch(key=key, plan=plan_in_force(session), eras=era, standing=standing)
    there = rows.known(session, (event.id for event in cleaned.values()))
    for position, event in cleaned.items():
        if event.id in there:
            told.unchanged += 1
            continue
        there.add(event.id)
        _judge(batch, position, event, payloads[position], told)
    for fault, payload in held.values():
        _hold(batch, fault, payload, origin, ())
    write(session, batch, told)
    return told


def _judge(batch: Batch, position: int, event: Clean, payload: Mapping[str, Any], told: Taken) -> None:
    ids: tuple[str, ...] = ()
    try:
        ids = kept_ids(event, batch.eras.rules, batch.standing)
        accept(batch, event, ids)
    except Fault as fault:
        told.faults[position] = fault
        if fault.fate == "quarantined":
            origin = Origin(source=event.source, received_at=event.received_at)
            _hold(batch, fault, {**payload, "at": event.at.isoformat()}, origin, ids)
        return
    told.ignored |= set(batch.plan.ignored(event))
    told.new += 1


def accept(batch: Batch, event: Clean, ids: tuple[str, ...]) -> None:
    """Gather an event that the plan knows, under these identifiers. Raises Fault."""
    planned = batch.plan.event(event)
    props = batch.plan.props(event, planned)
    batch.events.append(
        {
            "id": event.id,
            "name": event.name,
            "source": event.source,
            "at": event.at,
            "received_at": event.received_at,
            "signature_id": batch.evidence.add(ids, event.at, event.id, event.name),
            "plan": batch.plan.version,
            "conversion": planned.conversion,
            "payment": planned.payment,
            "props": props,
            **event.fields,
        }
    )


def _hold(batch: Batch, fault: Fault, payload: Mapping[str, Any], origin: Origin, ids: Iterable[str]) -> None:
    """Into quarantine, without any personal text; identifiers stay as the hashes they are."""
    kept = minimal(payload, PERSONAL | {"consent"})
    told = f"{payload.get('id') or sorted(map(str, kept.items()))}\n{payload.get('name')}\n{fault.code}"
    one = f"qe-{batch.key.digest('quarantine', told)[:24]}"
    if one in batch.held:
        batch.held[one]["times"] += 1
        return
    batch.held[one] = {
        "id": one,
        "event_id": str(kept.get("id", ""))[:200],
        "name": str(kept.get("name", ""))[:80],
        "source": str(payload.get("source") or origin.source)[:20],
        "reason": fault.reason,
        "payload": {"event": kept, "ids": list(ids)},
        "plan": batch.plan.version,
        "first_seen": origin.received_at,
        "last_seen": origin.received_at,
        "times": 1,
    }


def write(session: Session, batch: Batch, told: Taken) -> None:
    """Everything gathered, into the tables; `told` learns whom it concerns."""
    withdrawn = batch.standing.write(session)
    rows.add_events(session, batch.events)
    rows.quarantine(session, list(batch.held.values()))
    seeds = batch.evidence.write(session, batch.eras)
    told.affected = stitch(session, seeds, batch.eras)
    for one in sorted(withdrawn):
        told.affected.add(withdraw_at(session, one, batch.eras))
    told.affected.account_ids |= {str(event["account_id"]) for event in batch.events} - {""}
    told.affected.add_rows(_whose(session, batch))
    told.affected.mark(session, "touch_event")


def _whose(session: Session, batch: Batch) -> list[Profile]:
    """The profiles of the people whose events came."""
    signatures = {str(event["signature_id"]) for event in batch.events} - {""}
    theirs = identity.values_by(session, IdentitySpan.profile_id, IdentitySpan.signature_id, signatures)
    return rows.customers(session, theirs)
