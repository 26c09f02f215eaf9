"""An approver's own figures (authority.md E9): how fast, how often yes, what they catch, how long things wait for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from knowledge.model import Person

from .action import State
from .canaries import CAUGHT, MISSED
from .notices import LOAD_A_DAY
from .people import roles_of
from .stored import on_turn
from .tables import Action, Approval, AuditRecord

N = TypeVar("N", int, float)
ENOUGH = 5
"""Below this many decisions shares and percentiles are not told."""

HASTY_S, UNREAD_S = 5, 3
UNREAD_ALARM = 0.30
"""Share of yes within UNREAD_S seconds above which an alarm is raised (capabilities C4.7)."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One answer. `seconds` from the card being opened (None: never opened), `waited_s` from the action's start."""

    yes: bool
    seconds: int | None
    waited_s: float
    delegated: bool
    day: str


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What E9 asks for. Shares are 0-1; None means not enough data (n below ENOUGH, or nothing of that kind)."""

    n: int
    timed: int
    median_s: int | None
    p10_s: int | None
    share_hasty: float | None
    share_unread_yes: float | None
    share_yes: float | None
    edits_per_decision: float | None
    canaries_caught: int
    canaries: int
    waited_p90_s: float | None
    share_delegated: float | None
    escalated: int
    busiest_day: int
    waiting_now: int

    @property
    def alarms(self) -> tuple[tuple[str, str], ...]:
        """What somebody should look at, in Chinese and English."""
        found = []
        if self.share_unread_yes is not None and self.share_unread_yes > UNREAD_ALARM:
            found.append((f"{self.share_unread_yes:.0%} 的批准在 {UNREAD_S} 秒内点下,可能没有读",
                          f"{self.share_unread_yes:.0%} of the yes came within {UNREAD_S} s: perhaps unread"))  # fmt: skip
        if self.busiest_day > LOAD_A_DAY:
            found.append((f"最忙的一天 {self.busiest_day} 件,超过 {LOAD_A_DAY} 件;低风险的会并入摘要",
                          f"{self.busiest_day} on the busiest day, above {LOAD_A_DAY}: low risks go into the digest"))  # fmt: skip
        return tuple(found)


def measure(
    decided: Sequence[Decided], *, edits: int, caught: int, missed: int, escalated: int, waiting: int
) -> Figures:
    """Pure. Percentiles by the nearest-rank method on the sorted seconds."""
    n = len(decided)
    seconds = sorted(one.seconds for one in decided if one.seconds is not None)
    yes_timed = [one.seconds for one in decided if one.yes and one.seconds is not None]
    timed = len(seconds)
    return Figures(
        n=n,
        timed=timed,
        median_s=_rank(seconds, 0.5) if timed >= ENOUGH else None,
        p10_s=_rank(seconds, 0.1) if timed >= ENOUGH else None,
        share_hasty=sum(s < HASTY_S for s in seconds) / timed if timed >= ENOUGH else None,
        share_unread_yes=sum(s < UNREAD_S for s in yes_timed) / len(yes_timed)
        if len(yes_timed) >= ENOUGH
        else None,
        share_yes=sum(one.yes for one in decided) / n if n >= ENOUGH else None,
        edits_per_decision=edits / n if n >= ENOUGH else None,
        canaries_caught=caught,
        canaries=caught + missed,
        waited_p90_s=_rank(sorted(one.waited_s for one in decided), 0.9) if n >= ENOUGH else None,
        share_delegated=sum(one.delegated for one in decided) / n if n >= ENOUGH else None,
        escalated=escalated,
        busiest_day=max(Counter(one.day for one in decided).values(), default=0),
        waiting_now=waiting,
    )


def _rank(ordered: Sequence[N], share: float) -> N:
    """Nearest rank: the smallest value with at least `share` of all at or below it."""
    place = max(1, -(-len(ordered) * round(share * 100) // 100))
    return ordered[place - 1]


def figures_of(session: Session, person_id: str, since: datetime, now: datetime) -> Figures:
    """The figures of one approver since a moment. Their own confirmations of what they asked for are not counted."""
    votes = session.exec(
        select(Approval, Action)
        .join(Action, col(Action.id) == col(Approval.action_id))
        .where(Approval.person_id == person_id, Approval.role != "requester", col(Approval.at) >= since)
        .order_by(col(Approval.id))
    ).all()
    decided = [
        Decided(
            yes=vote.verdict == "yes",
            seconds=vote.seconds,
            waited_s=(vote.at - action.created_at).total_seconds(),
            delegated=bool(vote.delegated_from),
            day=f"{vote.at:%Y-%m-%d}",
        )
        for vote, action in votes
    ]
    events = Counter(
        session.exec(
            select(AuditRecord.event).where(AuditRecord.actor == person_id, col(AuditRecord.ts_utc) >= since)
        )
    )
    mine = {action.id for _, action in votes}
    escalated = session.exec(
        select(AuditRecord.action_id).where(
            AuditRecord.event == "escalated", col(AuditRecord.ts_utc) >= since
        )
    )
    return measure(
        decided,
        edits=events["superseded"],
        caught=events[CAUGHT],
        missed=events[MISSED],
        escalated=sum(action_id in mine for action_id in escalated),
        waiting=waiting_for(session, person_id, now),
    )


def waiting_for(session: Session, person_id: str, now: datetime) -> int:
    """How many actions wait for this person at this moment."""
    person = session.get(Person, person_id)
    rows = session.exec(select(Action).where(Action.state == State.PENDING)).all()
    return sum(bool(person and roles_of(session, row, person, on_turn(row), now)) for row in rows)
