"""A new rule book, or an earlier one again: checked, replayed, and put in force; in an emergency only stricter, for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from actions import notices, record
from actions.card import CardLine
from actions.effect import BadArguments, Change, Order, Scene
from actions.tables import Action, Approval, EmergencyRules
from knowledge.blueprints import version_of
from policies import constitution
from policies.bundle import Bundle, same_schema
from policies.engine import Judge
from policies.rulebook import PolicyError

from . import emergencies, published, replays
from .changing import EMERGENCY, NARROWER, Shown, replay_lines, replay_summary, typed

EMERGENCY_LASTS = timedelta(hours=24)
LONGEST_DIFF = 400
"""Lines of difference on a card; more than that is reviewed in the files."""

PUBLISHED = "rules_published"


class Arguments(BaseModel):
    """A rule book as text, or the version of an earlier one (`shipped` for the rules that come with the product)."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    content: dict[str, Any] | None = None
    rollback: str = ""
    emergency: bool = False
    reason: str = Field(default="", max_length=500)


class PolicyChange:
    """The kind `policy`."""

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        given = typed(Arguments, args)
        if (given["content"] is None) == (not given["rollback"]):
            raise BadArguments(
                "给出规则内容或要回到的版本,二者之一 / give a rule book or a version, one of the two"
            )
        session, now = scene.session, scene.now
        try:
            version, new = _wanted(session, given)
            base = published.in_force(session, now)
            judge, (used, old) = _sound(new), published.usable(session, base)
        except PolicyError as error:
            raise BadArguments(
                f"规则不能用,没有提交 / the rules cannot be used, nothing was submitted: {error}"
            ) from error
        difference = new.difference(old)
        # Rules in force that cannot be used any more are mended even by what looks the same.
        if version == base or (used == base and not difference):
            raise BadArguments("这就是现在生效的规则 / these rules are in force already")
        emergency = bool(given["emergency"])
        tried, looser = replays.looser(session, old, new, now) if emergency else (0, ())
        return {
            "kind": "policy",
            "content": None if given["rollback"] else new.as_content(),
            "rollback": bool(given["rollback"]),
            "version": version,
            "base": base,
            "emergency": emergency,
            "reason": given["reason"].strip(),
            "difference": _shortened(difference),
            "rules": len(judge.rules),
            "cases": len(new.cases()),
            "replay": replay_summary(replays.of_rules(session, judge, now), now),
            "tried": tried,
            "looser": [f"{one.what}: {one.step}" for one in looser[:10]],
        }

    def touches(self, payload: Mapping[str, Any], scene: Scene) -> frozenset[str]:
        """An emergency is narrower when nothing became milder on the record and in the cases, against the rules it was
        tried on; when those have changed since, the proof no longer holds."""
        touched = {"policy"}
        if payload["emergency"]:
            touched.add(EMERGENCY)
            same = published.in_force(scene.session, scene.now) in (payload["base"], payload["version"])
            if same and payload["tried"] and not payload["looser"]:
                touched.add(NARROWER)
        return frozenset(touched)

    def shown(self, payload: Mapping[str, Any]) -> Shown:
        old, new = published.shown(payload["base"]), published.shown(payload["version"])
        verb = ("回到规则", "Go back to rules") if payload["rollback"] else ("发布规则", "Publish rules")
        until = ("(紧急,24 小时)", " (emergency, 24 hours)") if payload["emergency"] else ("", "")
        lines = [
            CardLine(zh="原因", en="Why", value=payload["reason"] or "–"),
            CardLine(zh="规则 / 用例", en="Rules / cases", value=f"{payload['rules']} / {payload['cases']}"),
            *replay_lines(payload["replay"]),
        ]
        if payload["emergency"]:
            value = f"{len(payload['looser'])} / {payload['tried']}"
            lines.append(CardLine(zh="会变宽的问题", en="Questions that become milder", value=value))
            lines += [CardLine(zh="变宽", en="Milder", value=one) for one in payload["looser"]]
        return Shown(
            zh=f"{verb[0]} {new},代替 {old}{until[0]}",
            en=f"{verb[1]} {new} in place of {old}{until[1]}",
            lines=tuple(lines),
            difference=payload["difference"],
        )

    def apply(self, order: Order, session: Session) -> Change:
        payload, now = order.payload, order.now
        before = published.in_force(session, now)
        if before != payload["base"]:
            raise BadArguments("规则在此期间变过,请重新提出 / the rules have changed since; propose it again")
        if payload["content"] is not None:
            reviewer = _reviewer(session, order.action_id)
            published.keep(session, payload["content"], order.sender.id, reviewer, now)
        regular = published.regular(session)
        if payload["emergency"]:
            self._emergency(order, session)
        else:
            end_emergencies(session, order)
            published.put_in_force(session, payload["version"])
        _announce(session, order, payload["version"])
        what = published.shown(payload["version"])
        return Change(
            detail=f"规则 {what} 已生效 / rules {what} are in force",
            reference=payload["version"],
            undo={"before": regular, "version": payload["version"], "emergency": payload["emergency"]},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        if change["emergency"]:
            row = session.get(EmergencyRules, order.action_id)
            if row is None or row.ended_at is not None:
                raise BadArguments("紧急规则已经结束 / the emergency has ended already")
            emergencies.end(session, row, order.sender.id, order.now)
        else:
            if published.regular(session) != change["version"]:
                raise BadArguments("规则之后又变过,不能撤回 / the rules have changed again since")
            published.put_in_force(session, change["before"])
        _announce(session, order, published.in_force(session, order.now))
        what = published.shown(published.in_force(session, order.now))
        return f"已回到规则 {what} / rules {what} are in force again"

    def _emergency(self, order: Order, session: Session) -> None:
        row = EmergencyRules(
            action_id=order.action_id,
            version=order.payload["version"],
            by_id=order.sender.id,
            started_at=order.now,
            ends_at=order.now + EMERGENCY_LASTS,
        )
        session.add(row)
        session.flush()


def end_emergencies(session: Session, order: Order) -> None:
    """Two people decided: whatever one person laid over the rules ends."""
    while (row := published.emergency(session, order.now)) is not None:
        emergencies.end(session, row, order.sender.id, order.now)


def _wanted(session: Session, given: Mapping[str, Any]) -> tuple[str, Bundle]:
    """The version and the rule book that is asked for."""
    if given["rollback"]:
        version = published.full_version(session, given["rollback"])
        return version, published.bundle_of(session, version)
    content = Bundle.from_content(given["content"]).as_content()
    return version_of(content), Bundle.from_content(content)


def _sound(book: Bundle) -> Judge:
    """The judge of a rule book that may be published. Raises PolicyError with every fault."""
    own = Bundle.of().schema
    if not same_schema(book.schema, own):
        raise PolicyError(
            "schema.cedarschema 属于程序本身,不能改;请只改 rules/ / the schema is the program's own: change rules/ alone"
        )
    faults = replace(book, schema=own).faults()
    if faults:
        raise PolicyError("\n".join(faults))
    judge = book.judge()
    given_up = constitution.faults(judge)
    if given_up:
        raise PolicyError("\n".join(given_up))
    return judge


def _reviewer(session: Session, action_id: str) -> str:
    query = select(Approval.person_id).where(Approval.action_id == action_id, Approval.verdict == "yes")
    return session.exec(query.order_by(col(Approval.id))).first() or ""


def _announce(session: Session, order: Order, version: str) -> None:
    """Chain what is in force now, and tell whom it concerns."""
    action = session.get_one(Action, order.action_id)
    detail = published.as_detail(session, order.now)
    entry = record.Event(name=PUBLISHED, action=action, actor=order.sender.id, detail=detail)
    record.append(session, entry, order.now)
    what, who = published.shown(version), order.sender.name
    words = (
        f"📜 现在生效的规则是 {what}(由{who}提出,{action.code})。查看: /show {action.code}",
        f"📜 The rules in force are {what} now (asked for by {who}, {action.code}). /show {action.code}",
    )
    for person_id in emergencies.who_hears(session):
        if person_id != order.sender.id:
            notices.tell(session, person_id, words, action.id, order.now, kind="rules")


def _shortened(difference: str) -> str:
    lines = difference.splitlines()
    if len(lines) <= LONGEST_DIFF:
        return difference
    rest = len(lines) - LONGEST_DIFF
    return "\n".join([*lines[:LONGEST_DIFF], f"… 还有 {rest} 行 / {rest} more lines"])
