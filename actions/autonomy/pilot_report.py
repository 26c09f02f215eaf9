"""What a pilot changed: outcomes inside and outside of it since it began, beside the same span before (capabilities C4.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlmodel import Session, col

from actions.action import State
from actions.standing import Places
from actions.tables import Action, Incident, Pilot

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        State.EXECUTED: "done",
        State.SCHEDULED: "open",
        State.EXECUTING: "open",
        State.PENDING: "open",
        State.DRAFT_ONLY: "draft",
        State.UNDONE: "undone",
        State.REJECTED: "rejected",
        State.CANCELLED: "rejected",
        State.EXPIRED: "expired",
        State.DENIED: "denied",
        State.FAILED: "failed",
        State.UNKNOWN: "failed",
        State.SUPERSEDED: "edited",
    }
)
NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "done": ("执行", "done"),
        "draft": ("草稿", "draft"),
        "open": ("进行中", "open"),
        "undone": ("撤回", "undone"),
        "rejected": ("驳回", "rejected"),
        "edited": ("修改", "edited"),
        "expired": ("过期", "expired"),
        "denied": ("拒绝", "denied"),
        "failed": ("失败", "failed"),
        "incidents": ("事故", "incidents"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Outcomes of one side of the pilot in one span; `n` is how many were asked for."""

    n: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class PilotReport:
    """One verb's pilot. `before` spans exactly as long before `since` as `since` lies back."""

    verb: str
    scopes: tuple[str, ...]
    since: datetime
    days: float
    inside_before: Cell
    inside_since: Cell
    outside_before: Cell
    outside_since: Cell

    @property
    def cells(self) -> tuple[tuple[str, str, Cell], ...]:
        """(inside or outside, before or since, the cell)."""
        return (
            ("inside", "before", self.inside_before),
            ("inside", "since", self.inside_since),
            ("outside", "before", self.outside_before),
            ("outside", "since", self.outside_since),
        )


def pilot_report(session: Session, verb: str, now: datetime) -> PilotReport | None:
    """The report of a verb; None when it has no pilot. Test cards are left out."""
    rows = list(session.execute(select(Pilot).where(col(Pilot.action) == verb)).scalars())
    if not rows:
        return None
    since = min(row.at for row in rows)
    scopes, begun = {row.scope for row in rows}, since - (now - since)
    found: dict[tuple[bool, bool], Counter[str]] = {
        (i, s): Counter() for i in (True, False) for s in (True, False)
    }
    for place, moment, outcome, incidents in _actions(session, verb, begun):
        cell = found[(bool(scopes & set(place)), moment >= since)]
        cell["n"] += 1
        cell[outcome] += 1
        if incidents:
            cell["incidents"] += 1
    return PilotReport(
        verb=verb,
        scopes=tuple(sorted(scopes)),
        since=since,
        days=round((now - since).total_seconds() / 86_400, 1),
        inside_before=_cell(found[(True, False)]),
        inside_since=_cell(found[(True, True)]),
        outside_before=_cell(found[(False, False)]),
        outside_since=_cell(found[(False, True)]),
    )


def _actions(
    session: Session, verb: str, begun: datetime
) -> list[tuple[tuple[str, ...], datetime, str, int]]:
    columns = (Action.id, Action.resource_id, Action.team_id, Action.created_at, Action.state)
    query = select(*map(col, columns)).where(
        col(Action.action) == verb, col(Action.created_at) >= begun, col(Action.canary_of) == ""
    )
    places = Places.of(session)
    wrong = Counter(session.execute(select(col(Incident.action_id))).scalars())
    return [
        (places.scopes(resource, team), moment, OUTCOMES[State(state)], wrong[id_])
        for id_, resource, team, moment, state in session.execute(query)
    ]


def _cell(counts: Counter[str]) -> Cell:
    return Cell(n=counts["n"], outcomes={name: counts[name] for name in NAMES if counts[name]})
