"""Keeping who is who up to date: only the people whom something new concerns are worked out anew, and only what changed is
written. The outcome is that of working out everybody from scratch (a property test holds the two together)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session

from knowledge.insight.journey.identifiers import kind_of
from knowledge.insight.journey.identity import HUB, Link, Resolution, resolve
from knowledge.library import identity as rows
from knowledge.model import LINKED, REFUSED, UNDONE, Identifier, IdentityEdge

from .affected import Affected
from .assigning import assign
from .rules import Eras


@dataclass
class Scope:
    """Everybody whom the seeds may concern: identifiers by id, edges by id, and identifiers of others who share a device."""

    inside: dict[str, Identifier] = field(default_factory=dict)
    edges: dict[str, IdentityEdge] = field(default_factory=dict)
    outside: dict[str, Identifier] = field(default_factory=dict)


def stitch(session: Session, seeds: Iterable[str], eras: Eras) -> Affected:
    """Work out anew whom these identifiers concern; returns who that is."""
    scope = _scope(session, set(seeds))
    if not scope.inside:
        return Affected()
    links = {_link(edge): edge for edge in scope.edges.values() if edge.state != UNDONE}
    strangers = {one: row.profile_id for one, row in scope.outside.items()}
    found = resolve(scope.inside, links, eras.limits, strangers, _hubs(session, scope, eras))
    for link, edge in links.items():
        _write_edge(session, edge, found.why[link], stranger=link.a in scope.outside)
    before = {row.profile_id for row in scope.inside.values()}
    _write_identifiers(session, scope, found)
    return assign(session, scope.inside, found, before, frozenset(strangers.values()))


def _scope(session: Session, seeds: set[str]) -> Scope:
    """The seeds, all who share a profile with them, and all whom an edge leads to; devices are reached and not passed."""
    scope = Scope()
    frontier = seeds
    while frontier:
        fresh = rows.identifiers(session, frontier)
        scope.inside |= fresh
        people = [one for one in fresh if kind_of(one) != "device"]
        mates = rows.members_of(session, {fresh[one].profile_id for one in people})
        edges = rows.edges_at(session, people, without=HUB)
        scope.edges |= edges
        reached = {end for edge in edges.values() if edge.state != UNDONE for end in (edge.a, edge.b)}
        frontier = (set(mates) | reached) - set(scope.inside)
    devices = [one for one in scope.inside if kind_of(one) == "device"]
    claims = rows.edges_at(session, devices, without=HUB)
    scope.edges |= claims
    strangers = {edge.a for edge in claims.values() if edge.state != UNDONE} - set(scope.inside)
    scope.outside = rows.identifiers(session, strangers)
    return scope


def _hubs(session: Session, scope: Scope, eras: Eras) -> dict[str, int]:
    """Identifiers that were found to be used by too many before, with the era from which they are: their edges are counted and
    not followed."""
    ends = rows.refused_at(session, scope.inside, HUB) if scope.inside else set()
    found: dict[str, int] = {}
    for one, counted in rows.met_by_era(session, ends).items():
        total = 0
        for era in sorted(counted):
            total += counted[era]
            rules = eras.limits[era]
            if kind_of(one) not in rules.unique and total > rules.hub:
                found.setdefault(one, era)
    return found


def _link(edge: IdentityEdge) -> Link:
    return Link(a=edge.a, b=edge.b, at=edge.at, era=edge.era, manual=edge.kind == "manual")


def _write_edge(session: Session, edge: IdentityEdge, why: str, *, stranger: bool) -> None:
    """What became of an edge. One of somebody outside can only lose here; it wins when its own people are looked at."""
    state = REFUSED if why else LINKED
    if (edge.state, edge.why) != (state, why) and not (stranger and not why):
        edge.state, edge.why = state, why
        session.add(edge)


def _write_identifiers(session: Session, scope: Scope, found: Resolution) -> None:
    for one, row in scope.inside.items():
        profile, shared = found.profile[one], found.shared.get(one)
        if (row.profile_id, row.shared_since) != (profile, shared):
            row.profile_id, row.shared_since = profile, shared
            session.add(row)
    session.flush()
