"""Down the ladder at once: an incident, too many taken back, too many written anew. Nobody is asked, people are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, func, select

from actions import notices
from actions.action import State
from actions.levels import (
    APPROVE,
    CEILING,
    DIGEST,
    DRAFT,
    OFF,
    UNDO,
    UNDONE_OF,
    UNDONE_SHARE,
    ceiling,
    default_level,
    level_name,
)
from actions.people import eligible
from actions.standing import Places, governing
from actions.tables import Action
from actions.wording import verb as said_verb
from knowledge.library.people import people_with_role
from knowledge.model import Role

from .measures import Both, falls, measure
from .rows import Step, note, set_level
from .standings import counts_for, levels
from .traces import traces

RECENT = 300
"""So many of the newest proposals are looked at when one is taken back or written anew."""

_FALLS_FROM = {"serious": OFF + 1, "complaint": UNDO, "wrong": DIGEST}
"""The lowest level that an incident of each kind takes down."""


def after_incident(session: Session, action: Action, kind: str, by_id: str, now: datetime) -> Step | None:
    """One level down where this kind of incident asks for it; None where it does not."""
    step = _down(session, action)
    if step is None or step.before < _FALLS_FROM.get(kind, DIGEST + 1):
        return None
    words = {"serious": ("严重事故", "a serious incident"), "complaint": ("投诉", "a complaint")}
    zh, en = words.get(kind, ("出错", "an error"))
    take_down(session, step, (f"{action.code} {zh}", f"{action.code}: {en}"), by_id, now, action)
    return step


def reconsider(session: Session, action: Action, now: datetime) -> Step | None:
    """After something was taken back or written anew: does its level still hold?"""
    step = _down(session, action)
    if step is None or not _worth_a_look(session, action, step.before):
        return None
    rows = levels(session, action.action)
    since = rows[step.scope].at if step.scope in rows else datetime.min.replace(tzinfo=now.tzinfo)
    by_scope = {name: row.level for name, row in rows.items()}
    placed = traces(session, action.action, since, now, latest=RECENT)
    mine = [one.trace for one in placed if counts_for(step.scope, one.scopes, by_scope)]
    why = falls(step.before, measure(mine, since, now))
    if why is None:
        return None
    take_down(session, step, why, "system", now, action)
    return step


def take_down(
    session: Session, step: Step, why: Both, by_id: str, now: datetime, action: Action | None = None
) -> None:
    """Write the lower level, chain it, tell administrators and managers."""
    set_level(session, step, f"{why[0]} / {why[1]}", by_id, now)
    detail = {"verb": step.verb, "scope": step.scope, "from": step.before, "to": step.after}
    note(session, "demoted", by_id, detail, now, action)
    _tell(session, step, why, by_id, now, action)


def _down(session: Session, action: Action) -> Step | None:
    """One level down from where this action's level comes from; None at the bottom, off the ladder, or for a test card."""
    if action.action not in CEILING or action.canary_of:
        return None
    rows = levels(session, action.action)
    scopes = Places.of(session).scopes(action.resource_id, action.team_id)
    scope = governing(scopes, {name: row.level for name, row in rows.items()})
    level = min(rows[scope].level if scope in rows else default_level(action.action), ceiling(action.action))
    if level <= OFF:
        return None
    return Step(verb=action.action, scope=scope, before=level, after=level - 1)


def _worth_a_look(session: Session, action: Action, level: int) -> bool:
    """A count is cheap; only when it could matter are the traces read."""
    if action.state == State.UNDONE:
        query = select(func.count()).where(Action.action == action.action, Action.state == State.UNDONE)
        return level >= UNDO and session.exec(query).one() > UNDONE_SHARE * UNDONE_OF
    return action.state == State.SUPERSEDED and level in (DRAFT, APPROVE)


def _tell(session: Session, step: Step, why: Both, by_id: str, now: datetime, action: Action | None) -> None:
    zh = f"⬇ {said_verb(step.verb)}{_where(step.scope, '(', ')')}降到 {level_name(step.after)}: {why[0]}"
    en = f"⬇ {said_verb(step.verb, 'en')}{_where(step.scope, ' (', ')')} is down to {level_name(step.after, 'en')}: {why[1]}"
    for person_id in who_is_told(session, action, now):
        if person_id != by_id:
            notices.tell(session, person_id, (zh, en), action.id if action else "", now, kind="autonomy")


def who_is_told(session: Session, action: Action | None, now: datetime) -> Sequence[str]:
    """Every administrator, and the managers of the action's team; of no action, every manager."""
    admins = [person.id for person in people_with_role(session, Role.ADMIN)]
    if action is None:
        managers = [person.id for person in people_with_role(session, Role.MANAGER)]
    else:
        managers = [person.id for person in eligible(session, action, "manager", now)]
    return tuple(dict.fromkeys([*admins, *managers]))


def _where(scope: str, before: str, after: str) -> str:
    return f"{before}{scope}{after}" if scope else ""
