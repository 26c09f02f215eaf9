"""Journeys over a handful of accounts and touches in memory: implements actions.journey_view.Journeys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from actions.journey_view import AtRisk, Healths, JourneyLine, Numbers
from knowledge import blueprints
from knowledge.blueprints.churn import ChurnRules
from knowledge.blueprints.interventions import Interventions
from knowledge.blueprints.journey import Journey, Sight
from knowledge.insight.journey.events import Touch, by_person, in_order
from knowledge.insight.journey.health import stage_health
from knowledge.insight.journey.placing import moves
from knowledge.insight.journey.touch_numbers import touch_numbers
from knowledge.model import Account

START = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
BOOK = Journey.model_validate(blueprints.default("journey"))
ROWS = Interventions.model_validate(blueprints.default("interventions"))
RULES = ChurnRules.model_validate(blueprints.default("churn"))


def touch(id: str, days: float = 0.0, person: str = "contact:C-001", **more: Any) -> Touch:
    """A page view so many days after START; `more` are fields of the touch."""
    fields: dict[str, Any] = {"name": "page_view", "source": "web", "page": "/"} | more
    return Touch(id=id, at=START + timedelta(days=days), person=person, **fields)


def message(id: str, days: float, text: str = "在吗", person: str = "contact:C-001", **more: Any) -> Touch:
    """The customer writes to us."""
    fields = {"name": "message", "source": "chat", "direction": "in", "title": text, "page": ""} | more
    return touch(id, days, person, **fields)


def payment(id: str, days: float, person: str = "contact:C-001", fen: int = 100_000, **more: Any) -> Touch:
    """The customer pays."""
    fields = {"name": "payment", "source": "order", "payment": True, "value_fen": fen, "page": ""} | more
    return touch(id, days, person, **fields)


@dataclass
class FakeJourneys:
    """`touches` by account id; `risks` is what `at_risk` answers."""

    accounts: list[Account] = field(default_factory=list)
    touches: dict[str, list[Touch]] = field(default_factory=dict)
    risks: list[AtRisk] = field(default_factory=list)
    now: datetime = START + timedelta(days=80)
    sight: Sight = field(default_factory=Sight)
    names: dict[str, str] = field(default_factory=dict)

    def line(self, account_id: str) -> JourneyLine | None:
        account = next((one for one in self.accounts if one.id == account_id), None)
        if account is None:
            return None
        mine = in_order(self.touches.get(account_id, []))
        found = [move for person in by_person(mine).values() for move in moves(person, BOOK)]
        return JourneyLine(account=account, touches=tuple(mine), moves=tuple(found), names=self.names)

    def health(self) -> Healths:
        every = [one for mine in self.touches.values() for one in mine]
        return Healths(
            book=BOOK,
            stages=stage_health(by_person(every).values(), BOOK, self.now),
            accounts=len(self.touches),
            persons=len(by_person(every)),
            since=min((one.at for one in every), default=None),
            names=self.names,
            touches={one.id: one for one in every},
        )

    def numbers(self) -> Numbers:
        every: Iterable[list[Touch]] = by_person(t for mine in self.touches.values() for t in mine).values()
        return Numbers(
            found=touch_numbers(every),
            touches={one.id: one for mine in self.touches.values() for one in mine},
            names=self.names,
        )

    def at_risk(self) -> Sequence[AtRisk]:
        return self.risks

    def books(self) -> tuple[Journey, Interventions, ChurnRules]:
        return BOOK, ROWS, RULES
