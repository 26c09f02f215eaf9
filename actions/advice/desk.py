"""The ledger's side of the desk: one person's advice is noted and read, inside their rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from actions.advice_view import Measured, Piece
from actions.rows import Rows
from knowledge.advice_log import entries
from knowledge.insight.advice import Entry
from knowledge.insight.kpi import report
from knowledge.library import forecasts as forecast_rows
from knowledge.library import people
from knowledge.model import Person
from knowledge.store import Store
from policies.facts import Resource

from . import ledger


@dataclass(frozen=True)
class AdviceDesk:
    """Bound to one person; implements actions.advice_view.Advising."""

    store: Store
    clock: Callable[[], datetime]
    rows_of: Callable[[Session], Rows]
    person: Person
    conversation_id: str = ""
    channel: str = ""
    utc_offset_hours: int = 8

    def give(self, pieces: Sequence[Piece]) -> Sequence[str]:
        if not pieces:
            return []
        with self.store.session() as session:
            found = ledger.give(
                session,
                self.person,
                pieces,
                self.clock(),
                conversation_id=self.conversation_id,
                channel=self.channel,
            )
            return [row.id for row in found]

    def revised(self, suggestion_id: str, by: str) -> None:
        with self.store.session() as session:
            ledger.revised(session, suggestion_id, self.person.id, self.clock(), channel=self.channel, by=by)

    def opened(self, ids: Sequence[str]) -> None:
        if ids:
            with self.store.session() as session:
                ledger.opened(session, ids, self.person.id, self.clock(), channel=self.channel)

    def arms(self, kind: str, subjects: Sequence[str]) -> Mapping[str, str]:
        with self.store.reading() as session:
            return ledger.arms(session, kind, subjects)

    def measured(self, since: datetime, until: datetime, team: str = "") -> Measured | None:
        with self.store.reading() as session:
            view = self.rows_of(session)
            if team and team not in view.principal.teams:
                return None
            teams = frozenset({team}) if team else view.principal.teams
            seen = self._allowed(view, entries(session, teams=teams, or_person=self._me(team), until=until))
            found = sorted({one.team_id for one in seen if one.person_id != self.person.id} & teams)
            wide = bool(found) or self._leads(view, team)
            licensed = {
                date.fromisoformat(one.day): self._mine(one.licensed, teams if wide else frozenset())
                for one in forecast_rows.days(session)
            }
            names = [one.name for one in people.teams(session) if one.id in teams] if wide else []
            made = report(seen, licensed, since, until, ledger.rules_of(session), self.utc_offset_hours)
        return Measured(report=made, scope="teams" if wide else "own", teams=tuple(names))

    def _me(self, team: str) -> str:
        return "" if team else self.person.id

    def _allowed(self, view: Rows, found: Sequence[Entry]) -> list[Entry]:
        """The lines the judge lets this person read; asked once for each colleague in each team."""
        owners = sorted({(one.person_id, one.team_id) for one in found})
        allowed = view.judge.may_read_many(view.principal, [advice_resource(*one) for one in owners])
        may = {one for one, ok in zip(owners, allowed, strict=True) if ok}
        return [one for one in found if (one.person_id, one.team_id) in may]

    def _leads(self, view: Rows, team: str) -> bool:
        probe = advice_resource("-", team or self.person.team_id or "-")
        return view.may(probe)

    def _mine(self, licensed: dict[str, list[str]], teams: frozenset[str]) -> dict[str, list[str]]:
        if teams:
            return {name: list(found) for name, found in licensed.items() if name in teams}
        return {"": [self.person.id]}


def advice_resource(person_id: str, team_id: str) -> Resource:
    """The judge's view of what somebody was advised."""
    return Resource(
        kind="suggestion", id=f"{person_id}/{team_id}", owner_id=person_id, team_id=team_id or "-"
    )
