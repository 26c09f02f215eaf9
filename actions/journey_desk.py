"""The journeys' side of the desk: touches, stages and churn signals for one person, from the rows they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge import journeys
from knowledge.blueprints.churn import ChurnRules
from knowledge.blueprints.interventions import Interventions
from knowledge.blueprints.journey import Journey, Sight
from knowledge.insight.churn_replay import Replay, Saved, replay, saved
from knowledge.insight.churn_signals import Signal, gone, signals
from knowledge.insight.journey.events import Touch, by_person
from knowledge.insight.journey.health import Counted
from knowledge.insight.journey.placing import moves, stage_at
from knowledge.insight.journey.touch_numbers import TouchNumber, touch_number, touch_numbers
from knowledge.insight.rfm import Orders, rfm
from knowledge.journey.reading import Events
from knowledge.library import customers
from knowledge.model import Account, ChurnAlert

from .gate import Gate
from .journey_rows import anonymous
from .journey_sight import names_of, orders_of, seen, without
from .journey_view import AtRisk, Healths, JourneyLine, Numbers
from .rows import Rows


@dataclass(frozen=True)
class JourneyDesk:
    """Bound to one person; implements actions.journey_view.Journeys."""

    gate: Gate
    rows_of: Callable[[Session], Rows]
    roles: tuple[str, ...]

    @property
    def now(self) -> datetime:
        return self.gate.clock()

    @property
    def sight(self) -> Sight:
        """What these roles see of a journey (the blueprint's `sight`)."""
        with self.gate.store.reading() as session:
            return journeys.journey_book(session).seen_by(list(self.roles))

    def books(self) -> tuple[Journey, Interventions, ChurnRules]:
        with self.gate.store.reading() as session:
            return (
                journeys.journey_book(session),
                journeys.intervention_book(session),
                journeys.churn_rules(session),
            )

    def line(self, account_id: str) -> JourneyLine | None:
        with self.gate.store.reading() as session:
            rows = self.rows_of(session)
            account = session.get(Account, account_id)
            if account is None or not rows.sees_account(account):
                return None
            book = journeys.journey_book(session)
            sight = book.seen_by(list(self.roles))
            _, every = next(journeys.by_account(session, [account_id], self.now))
            found = {person: moves(touches, book) for person, touches in by_person(every).items()}
            mine = seen(session, rows, account, every)
            kept = [
                without(one, sight)
                for one in mine
                if not sight.stages or stage_at(found.get(one.person, []), one.at) in sight.stages
            ]
            shown = {one.person for one in kept}
            return JourneyLine(
                account=account,
                touches=tuple(kept),
                moves=tuple(
                    move
                    for person in sorted(found)
                    if person in shown
                    for move in found[person]
                    if not sight.stages or move.stage in sight.stages
                ),
                names=names_of(session, [*found], hidden="name" in sight.hidden),
                hidden=len(every) - len(kept),
            )

    def health(self) -> Healths:
        with self.gate.store.reading() as session:
            book = journeys.journey_book(session)
            sight = book.seen_by(list(self.roles))
            counted, starts, n, accounts = Counted(book, self.now), list[datetime](), 0, 0
            led: dict[str, Touch] = {}
            for _, touches in self._accounts(session):
                accounts += bool(touches)
                starts += [one.at for one in touches[:1]]
                for mine in by_person(touches).values():
                    n += 1
                    counted.add(mine)
                    into = {move.touch_id for move in moves(mine, book)}
                    led |= {one.id: without(one, sight) for one in mine if one.id in into}
            visitors = self._visitors(session, counted, sight)
            stages = {
                one.id: counted.of(one.id)
                for one in book.stages
                if not sight.stages or one.id in sight.stages
            }
            people = {
                p for one in stages.values() for p in (*one.here, *(move.person for move in one.entries))
            }
            return Healths(
                book=book,
                stages=stages,
                accounts=accounts,
                persons=n,
                since=min(starts, default=None),
                names=names_of(session, sorted(people), hidden="name" in sight.hidden),
                touches=led,
                visitors=visitors,
            )

    def _visitors(self, session: Session, counted: Counted, sight: Sight) -> int | None:
        """Count in who leads to no record of ours, where the asker may see such journeys; how many."""
        mine = not sight.stages or counted.first in sight.stages
        if not mine or not self.rows_of(session).may(anonymous("visitors")):
            return None
        for touches in Events(session).visitors():
            counted.visit(touches)
        return len(counted.visitors)

    def numbers(self) -> Numbers:
        """Customers as a whole: everybody's touches before the customer's first payment."""
        with self.gate.store.reading() as session:
            kept: dict[str, Touch] = {}
            names: dict[str, str] = {}

            def customers_of() -> Iterator[list[Touch]]:
                for account_id, touches in self._accounts(session):
                    found = touch_number(touches)
                    if isinstance(found, TouchNumber):
                        kept.update({t.id: t for t in touches if t.id in (found.touch_id, found.payment_id)})
                    if found is not None:
                        names[account_id] = session.get_one(Account, account_id).name
                    yield [replace(one, person=account_id) for one in touches]

            return Numbers(found=touch_numbers(customers_of()), touches=kept, names=names)

    def at_risk(self) -> Sequence[AtRisk]:
        with self.gate.store.reading() as session:
            rules = journeys.churn_rules(session)
            found: list[
                tuple[Account, tuple[Signal, ...], dict[str, Touch], ChurnAlert | None, datetime | None]
            ] = []
            paid: list[Orders] = []
            for account_id, touches in self._accounts(session):
                one = journeys.customer_of(session, account_id, touches)
                paid.append(orders_of(account_id, touches))
                fired, lost = signals(one, rules, self.now), gone(one, rules, self.now)
                alert = last_alert(session, account_id)
                if fired:
                    ids = {touch_id for signal in fired for touch_id in signal.rows}
                    known = {touch.id: touch for touch in touches if touch.id in ids}
                    found.append((session.get_one(Account, account_id), fired, known, alert, lost))
            ranks = {one.customer: one for one in rfm(paid, self.now.date().toordinal())}
            made = [
                AtRisk(account=a, signals=s, touches=t, alert=alert, lost_since=lost, rfm=ranks.get(a.id))
                for a, s, t, alert, lost in found
            ]
            return sorted(
                made, key=lambda one: (one.lost_since is not None, -one.signals[0].strength, one.account.id)
            )

    def replay(self, begin: datetime) -> tuple[Replay, Saved, int]:
        """The churn signals over history since then, who was saved, and over how many customers."""
        with self.gate.store.reading() as session:
            rules = journeys.churn_rules(session)
            found = [
                journeys.customer_of(session, account_id, touches)
                for account_id, touches in self._accounts(session)
                if touches
            ]
            by_id = {one.id: one for one in found}
            raised = session.exec(select(ChurnAlert).order_by(col(ChurnAlert.at), col(ChurnAlert.id))).all()
        alerts = [(by_id[one.account_id], one.at, one.held_out) for one in raised if one.account_id in by_id]
        return replay(found, rules, begin, self.now), saved(alerts, rules, self.now), len(found)

    def _accounts(self, session: Session) -> Iterator[tuple[str, list[Touch]]]:
        """The customers the person may see, each with the touches they may see."""
        rows = self.rows_of(session)
        every = customers.accounts(session, rows.principal.teams, rows.me)
        mine = [one for one in every if rows.sees_account(one)]
        known = {one.id: one for one in mine}
        for account_id, touches in journeys.by_account(session, [one.id for one in mine], self.now):
            yield account_id, seen(session, rows, known[account_id], touches)


def last_alert(session: Session, account_id: str) -> ChurnAlert | None:
    """The newest churn alert of a customer."""
    query = select(ChurnAlert).where(ChurnAlert.account_id == account_id)
    return session.exec(query.order_by(col(ChurnAlert.at).desc(), col(ChurnAlert.id))).first()
