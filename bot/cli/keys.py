"""Commands of those who answer for others: stop, resume, delegate, and the approvers' figures."""

from __future__ import annotations

from dataclasses import asdict

from actions.approver_figures import figures_of
from actions.people import principal_of
from bot import command_keys
from bot.command_keys import Keys, figures_text
from bot.jobs import WAIT_S, tick
from knowledge.library import people as people_rows
from knowledge.model import Person, Role

from .books import span_of
from .opening import asker, opened
from .screen import out, out_json

_COMMANDS = {"stop": command_keys.stop, "resume": command_keys.resume, "delegate": command_keys.delegate}
_SEES_OTHERS = frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN, Role.AUDITOR})


def turn(name: str, rest: str, who: str) -> None:
    """Carry out one of them as this person."""
    house = opened()
    person = asker(house, who)
    keys = Keys(house.gate, house.switch, house.timers, house.handing)
    said = _COMMANDS[name](rest, keys, house.desk(person, "", "cli", person.language))
    out(said[1] if person.language == "en" else said[0])
    tick(house, wait_s=WAIT_S)


def approvers(who: str, since: str, *, as_json: bool) -> None:
    """One's own figures; who leads or audits sees those of everybody in their teams."""
    house = opened()
    person = asker(house, who)
    now = house.clock()
    with house.store.reading() as session:
        teams = principal_of(session, person).teams
        shown = [one for one in people_rows.people(session) if _may_see(person, one, teams)]
        found = [(one, figures_of(session, one.id, now - span_of(since), now)) for one in shown]
    found = [
        (one, figures) for one, figures in found if figures.n or figures.waiting_now or one.id == person.id
    ]
    if as_json:
        out_json(
            [{"person": one.id, **asdict(figures), "alarms": list(figures.alarms)} for one, figures in found]
        )
    else:
        out("\n".join(figures_text(one.name, figures, person.language) for one, figures in found))


def _may_see(person: Person, other: Person, teams: frozenset[str]) -> bool:
    if person.id == other.id:
        return True
    everybody = {Role.ADMIN, Role.AUDITOR} & set(person.roles)
    return bool(everybody) or (bool(_SEES_OTHERS & set(person.roles)) and (other.team_id or "-") in teams)
