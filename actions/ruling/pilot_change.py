"""Where a verb may act at all while it is tried out: a scope comes into the pilot, or leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from actions.autonomy.rows import note, set_pilot
from actions.card import CardLine
from actions.effect import BadArguments, Change, Order, Scene
from actions.tables import Action, Pilot
from actions.wording import verb as said_verb

from . import replays
from .changing import (
    NARROWER,
    OWN_SCOPE,
    Shown,
    check_scope,
    check_verb,
    is_own,
    replay_lines,
    replay_summary,
    typed,
)

EVERYWHERE = ("不限(全部范围)", "no limit (everywhere)")


class Arguments(BaseModel):
    """Which verb, which scope, in or out."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    verb: str
    scope: str = Field(min_length=1)
    add: bool
    reason: str = Field(default="", max_length=500)


class PilotChange:
    """The kind `pilot`. No scope at all means everywhere: the first scope narrows, taking the last one out widens."""

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        given = typed(Arguments, args)
        check_verb(given["verb"])
        check_scope(scene.session, given["scope"])
        before = scopes_of_pilot(scene.session, given["verb"])
        inside = given["scope"] in before
        if inside == given["add"]:
            state = (
                ("已在试点内", "is in the pilot already") if inside else ("不在试点内", "is not in the pilot")
            )
            raise BadArguments(f"{given['scope']} {state[0]} / {given['scope']} {state[1]}")
        after = {*before, given["scope"]} if given["add"] else set(before) - {given["scope"]}
        history = replays.of_pilot(scene.session, given["verb"], tuple(sorted(after)), scene.now)
        return {
            "kind": "pilot",
            "verb": given["verb"],
            "scope": given["scope"],
            "before": list(before),
            "after": sorted(after),
            "reason": given["reason"].strip(),
            "replay": replay_summary(history, scene.now),
        }

    def touches(self, payload: Mapping[str, Any], scene: Scene) -> frozenset[str]:
        touched = {"pilot"}
        if narrows(payload["before"], payload["after"]):
            touched.add(NARROWER)
        if is_own(scene.session, scene.requester, payload["scope"]):
            touched.add(OWN_SCOPE)
        return frozenset(touched)

    def shown(self, payload: Mapping[str, Any]) -> Shown:
        (old_zh, old_en), (new_zh, new_en) = _areas(payload["before"]), _areas(payload["after"])
        return Shown(
            zh=f"{said_verb(payload['verb'])}的试点范围: {old_zh} → {new_zh}",
            en=f"Pilot of {payload['verb']}: {old_en} -> {new_en}",
            lines=(
                CardLine(zh="原因", en="Why", value=payload["reason"] or "–"),
                *replay_lines(payload["replay"]),
            ),
        )

    def apply(self, order: Order, session: Session) -> Change:
        payload = order.payload
        self._set(order, session, payload["before"], payload["after"])
        zh, en = _areas(payload["after"])
        return Change(
            detail=f"{payload['verb']} 的试点: {zh} / pilot of {payload['verb']}: {en}",
            undo={"before": payload["before"]},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        self._set(order, session, order.payload["after"], change["before"])
        zh, en = _areas(change["before"])
        return f"试点恢复为 {zh} / the pilot is {en} again"

    def _set(self, order: Order, session: Session, expected: list[str], after: list[str]) -> None:
        verb = order.payload["verb"]
        if list(scopes_of_pilot(session, verb)) != list(expected):
            raise BadArguments(
                "试点范围在此期间变过,请重新提出 / the pilot has changed since; propose it again"
            )
        set_pilot(session, verb, tuple(after), order.sender.id, order.now)
        action = session.get_one(Action, order.action_id)
        note(session, "pilot_changed", order.sender.id, {"verb": verb, "after": after}, order.now, action)


def scopes_of_pilot(session: Session, verb: str) -> tuple[str, ...]:
    """The scopes a verb's pilot has, in order; none means everywhere."""
    query = select(Pilot.scope).where(Pilot.action == verb).order_by(col(Pilot.scope))
    return tuple(session.exec(query))


def narrows(before: list[str], after: list[str]) -> bool:
    """Whether less is inside than before. Nothing named means everything; so does the scope of everywhere."""
    if not after:
        return False
    return not before or set(after) < set(before)


def _areas(scopes: list[str]) -> tuple[str, str]:
    return ("、".join(scopes), ", ".join(scopes)) if scopes else EVERYWHERE
