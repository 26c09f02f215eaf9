"""What the clock does besides what is due: ends emergencies, copies the day's head out, tells what acted by itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from knowledge.model import Person

from . import heads, notices, record
from .action import State
from .gate import Gate
from .levels import CEILING, DIGEST
from .people import eligible
from .ruling import emergencies
from .tables import Action
from .wording import verb

SHOWN = 10


@dataclass
class Daily:
    """Safe in several processes: each look takes the system lock before it writes."""

    gate: Gate
    folder: Path | None = None
    """Where the dated copies of the head lie."""

    def tick(self) -> list[str]:
        """One look; returns the ids of emergencies that ended."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            due = emergencies.over(session, now)
        ended: list[str] = []
        if due:
            with self.gate.store.session() as session:
                ended = emergencies.end_what_is_over(session, now)
        self._once_a_day(now)
        return ended

    def _once_a_day(self, now: datetime) -> None:
        day = heads.day_of(now, self.gate.rules.utc_offset_hours)
        if self.folder is None or heads.written(self.folder, day):
            return
        with self.gate.store.reading() as session:
            if (
                heads.head(session) is None
            ):  # nothing has happened yet: no lock is taken every second to see that
                return
        with self.gate.store.session() as session:
            record.lock_system(session)
            found = heads.head(session)
            if found is None or heads.written(self.folder, day):
                return
            heads.tell(session, day, found, now)
            self._digest(session, now)
            heads.write(self.folder, day, found)

    def _digest(self, session: Session, now: datetime) -> None:
        """L6: what acted by itself within the last day, told to whom it was for and to their manager."""
        query = select(Action).where(
            Action.state == State.EXECUTED,
            col(Action.action).in_([name for name, top in CEILING.items() if top >= DIGEST]),
            col(Action.finished_at) > now - timedelta(days=1),
        )
        told: dict[str, list[Action]] = defaultdict(list)
        for action in session.exec(query.order_by(col(Action.finished_at), col(Action.id))):
            if action.facts.get("autonomy_level") == DIGEST and not action.canary_of:
                managers = [person.id for person in eligible(session, action, "manager", now)]
                for person_id in dict.fromkeys([action.requester_id, *managers]):
                    told[person_id].append(action)
        for person_id, rows in sorted(told.items()):
            notices.tell(session, person_id, _digest_words(session, rows), "", now, kind="digest")


def _digest_words(session: Session, rows: list[Action]) -> tuple[str, str]:
    shown = rows[:SHOWN]
    who = {row.requester_id: session.get_one(Person, row.requester_id).name for row in shown}
    zh = "、".join(f"{row.code} {verb(row.action)}({who[row.requester_id]})" for row in shown)
    en = ", ".join(f"{row.code} {verb(row.action, 'en')} ({who[row.requester_id]})" for row in shown)
    more = len(rows) - len(shown)
    return (
        f"🗒 昨日自动执行 {len(rows)} 项: {zh}{f' 等另 {more} 项' if more else ''}。有问题: /serious 编号 原因",
        f"🗒 Done by itself yesterday, {len(rows)}: {en}{f' and {more} more' if more else ''}. Wrong? /serious CODE why",
    )
