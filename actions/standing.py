"""How far a verb may go by itself here and now: its autonomy level and whether the pilot reaches this far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from knowledge.library.people import region_of
from knowledge.model import Deal, Person, Product, Team

from .effect import Subject
from .levels import CEILING, Power, ceiling, default_level
from .tables import Autonomy, Pilot


def scopes_of(session: Session, subject: Subject) -> tuple[str, ...]:
    """The scopes a subject lies in, narrowest first: its product line, its region, everywhere."""
    found = []
    if subject.deal is not None and subject.deal.product_id:
        product = session.get(Product, subject.deal.product_id)
        if product is not None and product.line:
            found.append(f"line:{product.line}")
    if subject.resource.region:
        found.append(f"region:{subject.resource.region}")
    return (*found, "")


def level_of(session: Session, action: str, scopes: tuple[str, ...], default: int) -> int:
    """The ladder level (0-6) in force, never above what this verb may ever reach."""
    query = select(Autonomy.scope, Autonomy.level).where(Autonomy.action == action)
    rows = dict(session.exec(query).all())
    where = governing(scopes, rows)
    return min(rows.get(where, default), ceiling(action))


def governing(scopes: Iterable[str], rows: Mapping[str, int]) -> str:
    """The scope whose row gives the level: one of the subject's own, of its line and its region the lower (a demotion
    holds wherever it was made), else everywhere ("")."""
    own = [scope for scope in scopes if scope and scope in rows]
    return min(own, key=lambda scope: rows[scope], default="")


def in_pilot(session: Session, action: str, scopes: tuple[str, ...]) -> bool:
    """Whether the verb may act here: nobody narrowed it, or one of the subject's scopes was let in."""
    rows = {row.scope for row in session.exec(select(Pilot).where(Pilot.action == action))}
    return not rows or bool(rows & set(scopes))


def powers_of(session: Session, person: Person) -> list[Power]:
    """How far each verb of the ladder goes by itself in this person's region."""
    region = region_of(session, person)
    scopes = (f"region:{region}", "") if region else ("",)
    return [
        Power(
            verb=verb,
            level=level_of(session, verb, scopes, default_level(verb)),
            scope=scopes[0],
            in_pilot=in_pilot(session, verb, scopes),
        )
        for verb in CEILING
    ]


@dataclass(frozen=True)
class Places:
    """Where a deal or a team lies: the line of what it is about, and the region of the team."""

    lines: Mapping[str, str]
    regions: Mapping[str, str]

    @classmethod
    def of(cls, session: Session) -> Places:
        """Read once for many actions."""
        on_line = select(Deal.id, Product.line).join(Product, col(Product.id) == Deal.product_id)
        regions = session.exec(select(Team.id, Team.region))
        return cls(dict(session.exec(on_line).all()), dict(regions.all()))

    def scopes(self, resource_id: str, team_id: str) -> tuple[str, ...]:
        """The scopes of an action, as `scopes_of` gives them for its subject."""
        line, region = self.lines.get(resource_id, ""), self.regions.get(team_id, "")
        return (*([f"line:{line}"] if line else ()), *([f"region:{region}"] if region else ()), "")
