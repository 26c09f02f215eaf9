"""Put trackers or a scorecard in force, or an earlier version again: proposed by a colleague, agreed to by their manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from actions import notices, publishing
from actions.arguments import given, line, tainted
from actions.card import CardLine
from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.tables import Action
from policies.facts import ActionFacts

KINDS = {"trackers": ("追踪词", "tracker"), "scorecard": ("评分卡", "scorecard")}
"""What may be proposed here, with its name."""


class Arguments(BaseModel):
    """What publish_blueprint takes: new content, or the beginning of an earlier version's hash (`none`: out of force)."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["trackers", "scorecard"]
    name: str = Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    content: dict[str, Any] | None = None
    rollback: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=300)


class PublishBlueprint:
    """The verb `publish_blueprint`: versions are kept, so that going back is a version again."""

    name = "publish_blueprint"
    about = "report"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        wish = given(Arguments, args, ("配置", "configuration"))
        if (wish.content is None) == (not wish.rollback):
            raise BadArguments("给出内容或要回到的版本,二者之一 / give content or a version, one of the two")
        base = publishing.in_force(scene.session, wish.kind, wish.name)
        try:
            version, content = publishing.wanted(
                scene.session, wish.kind, wish.name, wish.content, wish.rollback
            )
        except ValueError as error:
            raise BadArguments(f"不能发布 / it cannot be published: {error}") from error
        if version == base.version:
            raise BadArguments("这就是现在生效的版本 / this version is in force already")
        return {
            "kind": wish.kind,
            "name": wish.name,
            "content": wish.content,
            "rollback": bool(wish.rollback),
            "version": version,
            "base": base.version,
            "reason": line(wish.reason),
            "difference": publishing.difference(base.content, content),
            "tried": publishing.tried(
                scene.session, wish.kind, content, scene.subject.resource.id, scene.now
            ),
        }

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        return ActionFacts(
            recipient_class="self",
            recipient_count=0,
            external_domains=0,
            changed_fields=frozenset({str(payload["kind"])}),
            tainted_args=tainted(scene),
        )

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:  # noqa: ARG002
        zh, en = KINDS[payload["kind"]]
        old, new = (str(payload[key])[:12] or "–" for key in ("base", "version"))
        verb = ("回到", "Go back to") if payload["rollback"] else ("发布", "Publish")
        lines = [CardLine(zh="版本", en="Version", value=f"{old} → {new}")]
        if payload["reason"]:
            lines.append(CardLine(zh="原因", en="Why", value=payload["reason"]))
        if payload["tried"]:
            lines.append(CardLine(zh="近 90 天试跑", en="Tried on 90 days", value=payload["tried"]))
        return Preview(
            headline=f"{verb[0]}{zh} {payload['name']}",
            headline_en=f"{verb[1]} {en} {payload['name']}",
            lines=tuple(lines),
            difference=payload["difference"],
        )

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:  # noqa: ARG002
        payload = order.payload
        if publishing.in_force(session, payload["kind"], payload["name"]).version != payload["base"]:
            raise BadArguments("在此期间变过,请重新提出 / it has changed since; propose it again")
        reviewer = publishing.reviewer(session, order.action_id)
        publishing.put(session, payload, order.sender.id, reviewer, order.now)
        zh, en = KINDS[payload["kind"]]
        code = session.get_one(Action, order.action_id).code
        words = (
            f"📌 {zh} {payload['name']} 已生效({code})",
            f"📌 {en} {payload['name']} is in force ({code})",
        )
        notices.tell(session, order.sender.id, words, order.action_id, order.now)
        return Change(
            detail=f"{zh} {payload['name']} 已生效 / {en} {payload['name']} is in force",
            reference=payload["version"],
            undo={"before": payload["base"], "version": payload["version"]},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        kind, name = order.payload["kind"], order.payload["name"]
        if publishing.in_force(session, kind, name).version != change["version"]:
            raise BadArguments("之后又变过,不能撤回 / it has changed again since")
        publishing.back(session, kind, name, str(change["before"]))
        return f"{name} 已回到之前的版本 / {name} is back to what it was"
