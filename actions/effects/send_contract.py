"""Send a prepared contract: a mail with its PDF, by hash. Signing stays with people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from actions.effect import Hands, Order, Preview, Scene
from actions.gateways.mail import Delivery
from actions.mailing import as_interaction, post
from actions.paper_mail import mark_sent, sending_facts, sending_payload, sending_preview
from policies.facts import ActionFacts


class SendContract:
    """The verb `send_contract`. Irreversible; the executor hashes the file again and refuses a swapped one."""

    name = "send_contract"
    about = "deal"
    gateway = "mail"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        return sending_payload(args, scene, "contract")[0]

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        return sending_facts(payload, scene)

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        return sending_preview(payload, facts, ("合同", "a contract"))

    def perform(self, order: Order, hands: Hands) -> Delivery:
        return post(order, hands)

    def afterwards(self, order: Order, session: Session, delivery: Delivery) -> None:  # noqa: ARG002
        mark_sent(order, session)
        session.add(as_interaction(order))
