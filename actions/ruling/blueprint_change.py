"""A change of the journey's configuration: stages, interventions or churn thresholds, put in force by two people with a trial
on history on the card; switching interventions off takes one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from actions.card import CardLine
from actions.effect import BadArguments, Change, Order, Scene
from actions.journey_trial import simulate
from actions.tables import Action, Approval
from knowledge import blueprints, journeys
from knowledge.blueprints import version_of
from knowledge.blueprints.interventions import Interventions
from knowledge.blueprints.journey import Journey
from knowledge.library import blueprints as rows

from .changing import NARROWER, Shown, typed

BOOKS = {
    "journey": ("旅程阶段", "journey stages"),
    "interventions": ("干预", "interventions"),
    "churn": ("流失预警", "churn rules"),
}
"""What is changed this way; everything else has a way of its own."""

NAME, BLUEPRINT = "default", "blueprint"
TRIED = timedelta(days=90)
MOST_LINES = 12


class Arguments(BaseModel):
    """Which book, and its new content or the beginning of an earlier version."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    book: str
    content: dict[str, Any] | None = None
    rollback: str = ""
    reason: str = Field(default="", max_length=500)


class BlueprintChange:
    """The kind `blueprint`."""

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        given = typed(Arguments, args)
        book = given["book"]
        if book not in BOOKS:
            raise BadArguments(f"可以改的有 / one of: {', '.join(BOOKS)}")
        content = (
            given["content"]
            if given["content"] is not None
            else _earlier(scene.session, book, given["rollback"])
        )
        found = (*blueprints.lint(book, content), *_across(scene.session, book, content))
        if found:
            raise BadArguments("; ".join(found[:5]))
        old = blueprints.active_or_default(scene.session, book)
        changes = list(differences(old, content))
        if not changes:
            raise BadArguments("没有变化 / nothing would change")
        return {
            "kind": BLUEPRINT,
            "book": book,
            "content": content,
            "base": version_of(old),
            "version": version_of(content),
            "changes": changes[:MOST_LINES],
            "more": max(0, len(changes) - MOST_LINES),
            "narrower": book == "interventions" and only_off(old, content),
            "trial": _trial(scene.session, book, content, scene.now),
            "reason": given["reason"].strip(),
        }

    def touches(self, payload: Mapping[str, Any], scene: Scene) -> frozenset[str]:
        old = blueprints.active_or_default(scene.session, payload["book"])
        narrower = payload["book"] == "interventions" and only_off(old, payload["content"])
        return frozenset({BLUEPRINT, NARROWER} if narrower else {BLUEPRINT})

    def shown(self, payload: Mapping[str, Any]) -> Shown:
        zh, en = BOOKS[payload["book"]]
        lines = [CardLine(zh="原因", en="Why", value=payload["reason"] or "–")]
        lines += [CardLine(zh="变化", en="Change", value=one) for one in payload["changes"]]
        if payload["more"]:
            lines.append(CardLine(zh="另有", en="More", value=str(payload["more"])))
        lines += [CardLine(zh="近 90 天试运行", en="Tried on 90 days", value=one) for one in payload["trial"]]
        return Shown(
            zh=f"更改{zh}: {payload['base'][:8]} → {payload['version'][:8]}",
            en=f"Change the {en}: {payload['base'][:8]} -> {payload['version'][:8]}",
            lines=tuple(lines),
        )

    def apply(self, order: Order, session: Session) -> Change:
        payload = order.payload
        old = blueprints.active_or_default(session, payload["book"])
        if version_of(old) != payload["base"]:
            raise BadArguments("配置在此期间变过,请重新提出 / it has changed since; propose it again")
        row = session.get_one(Action, order.action_id)
        blueprints.publish(
            session,
            payload["book"],
            NAME,
            payload["content"],
            order.sender.id,
            _reviewer(session, row),
            order.now,
        )
        zh, en = BOOKS[payload["book"]]
        return Change(
            detail=f"{zh} {payload['version'][:8]} 已生效 / {en} {payload['version'][:8]} are in force",
            reference=payload["version"],
            undo={"content": old, "version": payload["version"]},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        book = order.payload["book"]
        if version_of(blueprints.active_or_default(session, book)) != change["version"]:
            raise BadArguments("之后又变过,不能撤回 / it has changed again since")
        blueprints.publish(session, book, NAME, dict(change["content"]), order.sender.id, None, order.now)
        return f"{BOOKS[book][0]}已恢复 / the {BOOKS[book][1]} are as before"


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """`rows.story_video.on: True → False`, one line a changed value; items of lists go by their id where they have one."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif _named(old) and _named(new):
        yield from differences({one["id"]: one for one in old}, {one["id"]: one for one in new}, path)
        before, after = ([one["id"] for one in x] for x in (old, new))
        if before != after and sorted(before) == sorted(after):
            yield f"{path}: {', '.join(before)} → {', '.join(after)}"
    elif old != new:
        yield f"{path}: {_short(old)} → {_short(new)}"


def only_off(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether nothing but interventions were switched off or taken out, or fewer a day are allowed."""
    before, after = Interventions.model_validate(old), Interventions.model_validate(new)
    known = {one.id: one for one in before.rows}
    same = all(
        one.id in known and (one == known[one.id] or one == known[one.id].model_copy(update={"on": False}))
        for one in after.rows
    )
    return same and after.most_a_day <= before.most_a_day


def _across(session: Session, book: str, content: Any) -> Iterator[str]:
    """Faults that only the books together have: an intervention in a stage that is not there."""
    if blueprints.lint(book, content) or book == "churn":
        return
    stages = Journey.model_validate(content) if book == "journey" else journeys.journey_book(session)
    actions = (
        Interventions.model_validate(content)
        if book == "interventions"
        else journeys.intervention_book(session)
    )
    for one in actions.rows:
        if one.on and stages.stage(one.stage) is None:
            yield f"干预 {one.id} 的阶段 {one.stage} 不存在 / intervention {one.id}: there is no stage {one.stage}"


def _trial(session: Session, book: str, content: Any, now: datetime) -> list[str]:
    """What would have been asked for on the past 90 days with the new stages or interventions."""
    if book == "churn":
        return []
    stages = Journey.model_validate(content) if book == "journey" else journeys.journey_book(session)
    actions = (
        Interventions.model_validate(content)
        if book == "interventions"
        else journeys.intervention_book(session)
    )
    counts = Counter(
        (one.trigger.intervention, one.action or one.note)
        for one in simulate(session, actions, stages, now - TRIED, now)
    )
    told = [f"{name}: {what} {n}" for (name, what), n in sorted(counts.items())]
    return told[:MOST_LINES] or ["n=0"]


def _earlier(session: Session, book: str, beginning: str) -> dict[str, Any]:
    if beginning == "shipped":
        return blueprints.default(book)
    found = [
        row for row in rows.versions(session, book, NAME) if beginning and row.version.startswith(beginning)
    ]
    if len(found) != 1:
        raise BadArguments(f"{book}: 找到 {len(found)} 个以 {beginning!r} 开头的版本 / versions found")
    return dict(found[0].content)


def _reviewer(session: Session, action: Action) -> str | None:
    query = select(Approval.person_id).where(Approval.action_id == action.id).order_by(col(Approval.at))
    return next((one for one in session.exec(query) if one != action.requester_id), None)


def _named(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and "id" in one for one in value)
    )


def _short(value: Any) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
