"""Send one e-mail about a deal: who gets it and what it says come from the canonical payload alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from actions.effect import BadArguments, Hands, Order, Preview, Scene
from actions.gateways.mail import Delivery
from actions.mailing import (
    Address,
    AttachedFile,
    as_interaction,
    mail_facts,
    mail_preview,
    one_line,
    post,
    recipient,
)
from policies.facts import ActionFacts


class Arguments(BaseModel):
    """What send_email takes."""

    model_config = ConfigDict(extra="forbid")

    to: list[Address] = Field(min_length=1, max_length=50)
    cc: list[Address] = Field(default_factory=list, max_length=50)
    subject: str = Field(min_length=1, max_length=300)
    body: str = Field(min_length=1, max_length=20_000)
    deal_id: str = ""
    template_text: str = ""
    discount_bp: int = Field(default=0, ge=0, le=10_000)
    in_reply_to: str = ""
    language: str = "zh"
    attachments: list[AttachedFile] = Field(default_factory=list, max_length=10)


class SendEmail:
    """The verb `send_email`. Irreversible once performed; the undo window lies before it."""

    name = "send_email"
    about = "deal"
    gateway = "mail"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        try:
            given = Arguments.model_validate(dict(args))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BadArguments(f"邮件的 {where} 不对 / e-mail field {where}: {first['msg']}") from error
        payload = given.model_dump()
        payload["deal_id"] = scene.deal.id
        payload["subject"] = one_line(given.subject)
        payload["body"] = given.body.replace("\r\n", "\n").strip() + "\n"
        for field in ("to", "cc"):
            payload[field] = [recipient(entry, scene) for entry in getattr(given, field)]
        return payload

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        return mail_facts(payload, scene)

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        return mail_preview(payload, facts, ("邮件", "an e-mail"))

    def perform(self, order: Order, hands: Hands) -> Delivery:
        return post(order, hands)

    def afterwards(self, order: Order, session: Session, delivery: Delivery) -> None:  # noqa: ARG002
        session.add(as_interaction(order))
