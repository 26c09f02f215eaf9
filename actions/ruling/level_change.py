"""One step on the autonomy ladder: up when what was measured allows it, down whenever somebody says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, select

from actions.autonomy.measures import Measures
from actions.autonomy.rows import Step, note, set_level
from actions.autonomy.standings import standing
from actions.card import CardLine
from actions.effect import BadArguments, Change, Order, Scene
from actions.levels import OFF, level_name
from actions.tables import Action, Autonomy
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
    where,
)


class Arguments(BaseModel):
    """Which verb, where, which way; down may skip levels (`to`)."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    verb: str
    scope: str = ""
    way: Literal["promote", "demote"]
    to: int | None = Field(default=None, ge=0, le=6)
    reason: str = Field(default="", max_length=500)


class LevelChange:
    """The kind `autonomy`."""

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        given = typed(Arguments, args)
        check_verb(given["verb"])
        check_scope(scene.session, given["scope"])
        stands = standing(scene.session, given["verb"], given["scope"], scene.now)
        up = given["way"] == "promote"
        to = given["to"] if given["to"] is not None else stands.level + (1 if up else -1)
        if up:
            _may_rise(stands.level, to, stands.missing)
        elif not OFF <= to < stands.level:
            raise BadArguments(
                f"现在是 L{stands.level},只能往下降 / it stands at L{stands.level}; down means below that"
            )
        history = replays.of_level(scene.session, given["verb"], given["scope"], to, scene.now)
        return {
            "kind": "autonomy",
            "verb": given["verb"],
            "scope": given["scope"],
            "from": stands.level,
            "to": to,
            "reason": given["reason"].strip(),
            "measures": _figures(stands.measures),
            "replay": replay_summary(history, scene.now),
        }

    def touches(self, payload: Mapping[str, Any], scene: Scene) -> frozenset[str]:
        touched = {"autonomy"}
        if payload["to"] < payload["from"]:
            touched.add(NARROWER)
        if is_own(scene.session, scene.requester, payload["scope"]):
            touched.add(OWN_SCOPE)
        return frozenset(touched)

    def shown(self, payload: Mapping[str, Any]) -> Shown:
        zh, en = where(payload["scope"])
        old, new = payload["from"], payload["to"]
        measured = ", ".join(f"{name} {value}" for name, value in payload["measures"].items())
        return Shown(
            zh=f"{said_verb(payload['verb'])}({zh})的自主级别: L{old} → {level_name(new)}",
            en=f"Autonomy of {payload['verb']} ({en}): L{old} -> {level_name(new, 'en')}",
            lines=(
                CardLine(zh="原因", en="Why", value=payload["reason"] or "–"),
                CardLine(zh="实测", en="Measured", value=measured),
                *replay_lines(payload["replay"]),
            ),
        )

    def apply(self, order: Order, session: Session) -> Change:
        payload = order.payload
        stands = standing(session, payload["verb"], payload["scope"], order.now)
        if stands.level != payload["from"]:
            raise BadArguments(
                "自主级别在此期间变过,请重新提出 / the level has changed since; propose it again"
            )
        if payload["to"] > payload["from"]:
            _may_rise(stands.level, payload["to"], stands.missing)
        row = _row(session, payload)
        before = (
            None
            if row is None
            else {"level": row.level, "reason": row.reason, "by_id": row.by_id, "at": row.at.isoformat()}
        )
        step = Step(verb=payload["verb"], scope=payload["scope"], before=payload["from"], after=payload["to"])
        set_level(session, step, payload["reason"], order.sender.id, order.now)
        _chain(session, order, step)
        name = level_name(payload["to"]), level_name(payload["to"], "en")
        return Change(
            detail=f"{payload['verb']} 现在是 {name[0]} / {payload['verb']} is {name[1]} now",
            undo={"before": before},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        payload, before = order.payload, change["before"]
        row = _row(session, payload)
        if row is None or row.level != payload["to"] or row.by_id != order.sender.id:
            raise BadArguments("自主级别之后又变过,不能撤回 / the level has changed again since")
        if before is None:
            session.delete(row)
        else:
            from datetime import datetime

            row.level, row.reason, row.by_id = before["level"], before["reason"], before["by_id"]
            row.at = datetime.fromisoformat(before["at"])
            session.add(row)
        session.flush()
        step = Step(verb=payload["verb"], scope=payload["scope"], before=payload["to"], after=payload["from"])
        _chain(session, order, step)
        return f"{payload['verb']} 回到 L{payload['from']} / {payload['verb']} is back at L{payload['from']}"


def _may_rise(level: int, to: int, missing: tuple[tuple[str, str], ...]) -> None:
    if to != level + 1:
        raise BadArguments(f"一次只能升一级(现在 L{level}) / one level at a time (it stands at L{level})")
    if missing:
        zh, en = ";".join(one[0] for one in missing), "; ".join(one[1] for one in missing)
        raise BadArguments(f"还不能升到 L{to}: {zh} / not yet L{to}: {en}")


def _figures(m: Measures) -> dict[str, Any]:
    shares = {"as_is": m.as_is, "rejected": m.rejected, "wrong": m.wrong, "undone": m.undone}
    return {
        "n": m.n,
        **{name: "–" if value is None else f"{value:.1%}" for name, value in shares.items()},
        "serious": m.serious,
        "complaints": m.complaints,
        "days": m.days,
    }


def _row(session: Session, payload: Mapping[str, Any]) -> Autonomy | None:
    query = select(Autonomy).where(Autonomy.action == payload["verb"], Autonomy.scope == payload["scope"])
    return session.exec(query).first()


def _chain(session: Session, order: Order, step: Step) -> None:
    name = "promoted" if step.after > step.before else "demoted"
    detail = {"verb": step.verb, "scope": step.scope, "from": step.before, "to": step.after}
    note(session, name, order.sender.id, detail, order.now, session.get_one(Action, order.action_id))
