"""`chengdan score`: what was scored when, the rules in force with their versions, and how much is known of the leads."""

from __future__ import annotations

from typing import Any

from actions.score_desk import ScoreDesk
from bot.wiring import House
from knowledge import blueprints
from knowledge.blueprints.scores import Scores
from knowledge.library import blueprints as rows
from knowledge.model import Lead, Person, ScoreEntry

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .modelling import allowed
from .opening import asker, opened
from .screen import out, out_json, table
from .trouble import Trouble


def history(subject: str, who: str, *, as_json: bool) -> None:
    """What was stored of a lead or a deal, newest first."""
    house = opened()
    found = _scores(house, asker(house, who)).history(subject.upper())
    if found is None:
        raise Trouble(f"没有 {subject} / there is no {subject}", EXIT_NOT_FOUND)
    if as_json:
        out_json([_entry(one) for one in found])
        return
    if not found:
        out("还没有存下的评分 / no score is stored yet")
        return
    table(["", "at", "score", "grade", "method", "n", "why", "reasons"], [[
        f"{one.turn}", f"{one.at:%Y-%m-%d %H:%M}", f"{one.value:.1f}", one.grade, one.method, f"{one.n}", one.why,
        ", ".join(f"{name} {points:+.1f}" for name, _, points in one.reasons[:3]),
    ] for one in found])  # fmt: skip


def rules(*, as_json: bool) -> None:
    """The rules in force and every version of them."""
    house = opened()
    with house.store.reading() as session:
        content = blueprints.active_or_default(session, "scores")
        known = rows.versions(session, "scores", "default")
    shaped, version = Scores.model_validate(content), blueprints.version_of(content)
    if as_json:
        out_json({"version": version, "rules": shaped.model_dump(), "versions": [
            {"version": one.version, "active": one.active, "author": one.author_id,
             "published_at": one.published_at.isoformat()} for one in known
        ]})  # fmt: skip
        return
    lead = shaped.lead
    out(f"{version[:12]} · A ≥ {lead.grades.A:g} · B ≥ {lead.grades.B:g} · C ≥ {lead.grades.C:g} · D")
    out(f"半衰期 / half-life: {lead.half_life_days:g} d " + " ".join(
        f"{group} {days:g} d" for group, days in sorted(lead.half_lives.items())
    ))  # fmt: skip
    for one in known:
        out(
            f"{'*' if one.active else ' '} {one.version[:12]} {one.published_at:%Y-%m-%d %H:%M} {one.author_id or ''}"
        )


def change(settings: list[str], who: str, *, as_json: bool) -> None:
    """Publish the rules with some values changed: `lead.grades.A=80`. Everything is scored anew by them."""
    house = opened()
    person = allowed(asker(house, who))
    with house.store.session() as session:
        content = blueprints.active_or_default(session, "scores")
        for setting in settings:
            _put(content, setting)
        try:
            blueprints.publish(session, "scores", "default", content, person.id, now=house.clock())
        except blueprints.BlueprintError as error:
            raise Trouble(str(error), EXIT_FAILED) from error
    rules(as_json=as_json)


def rollback(version: str, who: str, *, as_json: bool) -> None:
    """An earlier version again."""
    house = opened()
    allowed(asker(house, who))
    with house.store.session() as session:
        try:
            blueprints.roll_back(session, "scores", "default", version)
        except blueprints.BlueprintError as error:
            raise Trouble(str(error), EXIT_NOT_FOUND) from error
    rules(as_json=as_json)


def features(who: str, *, as_json: bool) -> None:
    """The registry with how much of it is known of the open leads one sees."""
    from knowledge.coverage import by_dimension, coverage
    from knowledge.lead_history import lead_facts

    house = opened()
    seen = [one.lead.id for one in _scores(house, asker(house, who)).leads()]
    with house.store.reading() as session:
        leads = [session.get_one(Lead, one) for one in seen]
        covered = coverage(lead_facts(session, leads, house.clock()))
    parts = by_dimension(covered)
    if as_json:
        out_json({
            "leads": len(seen),
            "dimensions": {g: {"features": n, "live": live, "share": s} for g, (n, live, s) in parts.items()},
            "features": [{
                "name": one.feature.name, "group": one.feature.group, "type": one.feature.type,
                "source": one.feature.source, "fresh_days": one.feature.fresh_days,
                "missing": one.feature.missing, "known": one.known, "of": one.of,
                "newest": one.newest.isoformat() if one.newest else None,
            } for one in covered],
        })  # fmt: skip
        return
    table(["dimension", "feature", "type", "source", "days", "missing", "known"], [[
        one.feature.group, one.feature.name, one.feature.type, one.feature.source, f"{one.feature.fresh_days or '-'}",
        one.feature.missing, f"{one.known}/{one.of}",
    ] for one in covered])  # fmt: skip
    for group, (n, live, share) in parts.items():
        out(f"{group:<10} {live}/{n} 有来源 / with a source · {100 * share:.0f}%")


def refresh(*, as_json: bool) -> None:
    """Score everything that is marked, now."""
    house = opened()
    done = house.rescorer.drain()
    if as_json:
        out_json({"scored": done})
    else:
        out(f"{len(done)} 个已重新评分 / scored anew")


def _scores(house: House, person: Person) -> ScoreDesk:
    return house.desk(person, "", "terminal", person.language).scores


def _entry(one: ScoreEntry) -> dict[str, Any]:
    return {
        "turn": one.turn, "at": one.at.isoformat(), "checked_at": one.checked_at.isoformat(), "value": one.value,
        "grade": one.grade, "method": one.method, "n": one.n, "model": one.version, "rules": one.rules,
        "why": one.why, "reasons": one.reasons,
    }  # fmt: skip


def _put(content: dict[str, Any], setting: str) -> None:
    """`a.b.c=1.5` into the content; a name that is not there is refused by the shape when it is published."""
    path, mark, value = setting.partition("=")
    try:
        number = float(value)
    except ValueError:
        mark = ""
        number = 0.0
    *parents, last = path.strip().split(".")
    place = content
    for name in parents:
        found = place.setdefault(name, {})
        if not isinstance(found, dict):
            mark = ""
            break
        place = found
    if not mark or not parents:
        raise Trouble(
            "写法 / write: lead.grades.A=80 lead.half_life_days=21 lead.half_lives.web=7", EXIT_USAGE
        )
    place[last] = int(number) if number == int(number) else number
