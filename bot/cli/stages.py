"""`chengdan stage`: health of the stages, interventions tried on history, and a look by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from actions.journey_trial import simulate as simulated
from bot.jobs import WAIT_S, tick
from bot.keeping import churning_of, journeying_of
from knowledge import blueprints, journeys
from knowledge.blueprints.interventions import Interventions
from knowledge.insight.journey.health import StageHealth
from knowledge.model import Person, Role

from . import EXIT_FAILED
from .books import span_of
from .opening import asker, opened
from .screen import out, out_json, table
from .trouble import Trouble, missing

LEADS = frozenset({Role.MANAGER.value, Role.DIRECTOR.value, Role.ADMIN.value})
SHOWN = 40


def health(who: str, *, as_json: bool) -> None:
    """Every stage over the customers one may see."""
    house = opened()
    found = house.desk(asker(house, who), "", "cli", "zh").journeys.health()
    rows = [_stage(one) for one in found.stages.values()]
    if as_json:
        told = {"accounts": found.accounts, "persons": found.persons, "visitors": found.visitors}
        out_json(told | {"stages": rows})
        return
    unknown = f", {found.visitors} 匿名访客 / anonymous visitors" if found.visitors is not None else ""
    out(f"n = {found.accounts} 客户 / customers, {found.persons} 人 / people{unknown}")
    table(
        ["stage", "now", "entered", "conversion", "95 %", "median d", "P75 d", "bounce", "health"],
        [
            [
                found.book.stages[found.book.place(row["stage"])].name,
                str(len(row["here"]) + row["visitors_here"]),
                str(row["entered"]),
                f"{row['converted']}/{row['cohort']}",
                f"{row['low']:.0%}-{row['high']:.0%}" if row["cohort"] else "-",
                _number(row["median_days"]),
                _number(row["p75_days"]),
                f"{row['bounced']}/{row['sessions']}",
                _number(row["health"]),
            ]
            for row in rows
        ],
    )


def simulate(since: str, file: Path | None, who: str, *, as_json: bool) -> None:
    """What the interventions in force, or those of a file, would have asked for. Writes nothing."""
    house = opened()
    _leads(asker(house, who))
    span, now = span_of(since), house.clock()
    with house.store.reading() as session:
        rows = journeys.intervention_book(session) if file is None else _read(file)
        book = journeys.journey_book(session)
        found = list(simulated(session, rows, book, now - span, now))
    counts = Counter((one.trigger.intervention, one.action or "-", one.note) for one in found)
    if as_json:
        lines = [asdict(one.trigger) | {"account": one.account_id, "action": one.action, "note": one.note,
                                        "at": one.trigger.at.isoformat()} for one in found]  # fmt: skip
        out_json({"n": len(found), "since": (now - span).isoformat(), "would": lines})
        return
    out(f"n = {len(found)} ({since}); 没有发出任何请求 / nothing was asked for")
    for (name, action, note), n in sorted(counts.items()):
        out(f"  {name:<20} {action:<18} {n:>4}  {note}")
    for one in found[:SHOWN]:
        trigger = one.trigger
        told = one.action or one.note
        out(
            f"  {trigger.at:%Y-%m-%d %H:%M} {one.account_id} {trigger.person} {trigger.intervention}: {told} ({trigger.touch_id})"
        )


def look(who: str, *, as_json: bool) -> None:
    """The clock's rounds, now: what is due is asked for through the gate like any other time."""
    house = opened()
    _leads(asker(house, who))
    asked = [*journeying_of(house).look(), *churning_of(house).look()]
    tick(house, wait_s=WAIT_S)
    if as_json:
        out_json({"actions": asked})
        return
    out(f"请求了 {len(asked)} 个动作 / actions asked for: {', '.join(asked) or '-'}")


def _leads(person: Person) -> None:
    if not LEADS & set(person.roles):
        raise Trouble(
            "只有经理、总监和管理员可以 / only managers, directors and administrators may", EXIT_FAILED
        )


def _read(path: Path) -> Interventions:
    import yaml

    if not path.is_file():
        raise missing(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Trouble(f"{path.name}: {error}", EXIT_FAILED) from error
    faults = blueprints.lint("interventions", content)
    if faults:
        raise Trouble("\n".join(faults), EXIT_FAILED)
    return Interventions.model_validate(content)


def _stage(one: StageHealth) -> dict[str, Any]:
    """One stage as JSON: every number with the ids behind it."""
    share = one.conversion.share
    low, high = share.interval
    return {
        "stage": one.stage,
        "here": list(one.here),
        "entered": one.entered,
        "visitors": one.visitors.entered,
        "visitors_here": one.visitors.here,
        "entries": [{"person": m.person, "at": m.at.isoformat(), "touch": m.touch_id} for m in one.entries],
        "cohort": share.n,
        "converted": share.k,
        "conversion": share.value,
        "low": low,
        "high": high,
        "converted_ids": list(one.conversion.converted),
        "not_converted_ids": list(one.conversion.stayed),
        "stays": one.lasting.n,
        "stays_ended": one.lasting.ended,
        "median_days": one.lasting.median,
        "p75_days": one.lasting.p75,
        "sessions": one.bounce.n,
        "bounced": one.bounce.bounced,
        "bounce": one.bounce.rate,
        "bounced_ids": list(one.bounce.ids),
        "health": one.parts.health,
        "conversion_norm": one.parts.conversion_norm,
        "dwell_norm": one.parts.dwell_norm,
        "weeks": one.parts.weeks,
    }


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
