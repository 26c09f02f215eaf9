"""Change what rules: a rule book, a level of the autonomy ladder, a pilot. People propose it, never the assistant."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlmodel import Session

from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.ruling.blueprint_change import BlueprintChange
from actions.ruling.changing import Changing
from actions.ruling.level_change import LevelChange
from actions.ruling.pilot_change import PilotChange
from actions.ruling.policy_change import PolicyChange
from policies.facts import ActionFacts

KINDS: Mapping[str, Changing] = MappingProxyType(
    {
        "policy": PolicyChange(),
        "autonomy": LevelChange(),
        "pilot": PilotChange(),
        "blueprint": BlueprintChange(),
    }
)


class ChangeRule:
    """The verb `change_rule`. A change of our own rows; going back is another change, and another two people."""

    name = "change_rule"
    about = "rule"
    reversible = False

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        kind = KINDS.get(str(args.get("kind")))
        if kind is None:
            raise BadArguments(f"变更的种类须为 / the kind must be one of: {', '.join(KINDS)}")
        return kind.canonical(args, scene)

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        return ActionFacts(
            changed_fields=KINDS[payload["kind"]].touches(payload, scene),
            recipient_class="self",
            recipient_count=0,
            external_domains=0,
        )

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:  # noqa: ARG002
        shown = KINDS[payload["kind"]].shown(payload)
        return Preview(
            headline=shown.zh, headline_en=shown.en, lines=shown.lines, difference=shown.difference
        )

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:  # noqa: ARG002
        return KINDS[order.payload["kind"]].apply(order, session)

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        return KINDS[order.payload["kind"]].revert(order, session, change)
