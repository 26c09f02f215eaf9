"""Send one chat message to a contact of the CRM: the words that were approved, to the person they were approved for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, func, select

from actions.action import State
from actions.arguments import given, local
from actions.card import RecipientLine
from actions.deal_fields import provenance
from actions.effect import BadArguments, Hands, Order, Preview, Scene
from actions.gateways.mail import Delivery
from actions.gateways.messages import LONGEST, CustomerMessage
from actions.mailing import BADGES, mail_facts, mail_preview
from actions.tables import Action
from knowledge.library import customers
from knowledge.model import OUTBOUND, Contact, Interaction, InteractionKind
from policies.facts import ActionFacts

WEEK = timedelta(days=7)
_COUNTED = (State.SCHEDULED, State.EXECUTING, State.UNKNOWN)


class Arguments(BaseModel):
    """What message_customer takes. Who gets it is a contact's id: no address out of a text can be one."""

    model_config = ConfigDict(extra="forbid")

    contact_id: str = Field(min_length=1, max_length=80)
    body: str = Field(min_length=1, max_length=LONGEST)
    deal_id: str = ""
    language: str = Field(default="zh", pattern="^(zh|en)$")
    name: str = ""
    badge: str = ""


class MessageCustomer:
    """The verb `message_customer`. Judged like a mail; as there is no template for a chat, its distance is the whole."""

    name = "message_customer"
    about = "deal"
    gateway = "messages"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        wish = given(Arguments, args, ("消息", "message"))
        contact = scene.session.get(Contact, wish.contact_id)
        if contact is None or contact.account_id != scene.account.id:
            raise BadArguments("收件人不是这个客户的联系人 / the recipient is no contact of this customer")
        body = wish.body.replace("\r\n", "\n").strip()
        if not body:
            raise BadArguments("消息没有内容 / the message says nothing")
        return {
            "deal_id": scene.deal.id,
            "contact_id": contact.id,
            "name": contact.name,
            "badge": BADGES[_class_of(contact, scene)],
            "body": body,
            "language": wish.language,
        }

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        contact = scene.session.get(Contact, payload["contact_id"])
        gone = contact is None or contact.account_id != scene.account.id
        kind = "blocked" if contact is None or gone else _class_of(contact, scene)
        found = mail_facts(_as_mail(payload, contact), scene)
        return replace(
            found,
            recipient_class=kind,
            recipient_count=1,
            external_domains=1,
            confusable_domain=False,
            mails_to_contact_7d=found.mails_to_contact_7d
            + _messages(scene, scene.now - WEEK, contact_id=payload["contact_id"]),
            mails_by_rep_today=found.mails_by_rep_today + _messages(scene, _midnight(scene)),
        )

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        shown = mail_preview(_as_mail(payload, None), facts, ("消息", "a message"))
        return replace(
            shown,
            headline=f"给 {payload['name']} 发聊天消息",
            headline_en=f"Send a chat message to {payload['name']}",
            recipients=(
                RecipientLine(address=payload["contact_id"], name=payload["name"], badge=payload["badge"]),
            ),
            subject="",
            difference="",
        )

    def perform(self, order: Order, hands: Hands) -> Delivery:
        if hands.messages is None:
            return Delivery(
                status="refused", detail="没有接入聊天平台,没有发送 / no chat platform; nothing was sent"
            )
        return hands.messages.send(
            CustomerMessage(
                message_id=order.message_id,
                contact_id=order.payload["contact_id"],
                to_name=order.payload["name"],
                text=order.payload["body"],
                sender_id=order.sender.id,
                sender_name=order.sender.name,
                at=order.now,
            )
        )

    def afterwards(self, order: Order, session: Session, delivery: Delivery) -> None:  # noqa: ARG002
        deal = order.subject.deal
        assert deal is not None, "a message is about a deal"
        session.add(
            Interaction(
                id=f"I-{order.action_id}",
                kind=InteractionKind.CHAT,
                at=order.now,
                account_id=deal.account_id,
                deal_id=deal.id,
                contact_id=order.payload["contact_id"],
                person_id=order.sender.id,
                team_id=deal.team_id,
                direction="outbound",
                text=order.payload["body"],
                language=order.payload["language"],
                provenance=provenance(order.labels.get("body", frozenset())),
                source="chengdan",
                thread_key=order.message_id,
            )
        )


def _class_of(contact: Contact, scene: Scene) -> str:
    """A contact by the record they have, whatever address they write from."""
    on_deal = {one.id for one in customers.deal_contacts(scene.session, scene.deal.id)}
    return "contact_on_deal" if contact.id in on_deal else "contact_of_account"


def _as_mail(payload: Mapping[str, Any], contact: Contact | None) -> dict[str, Any]:
    """The message in a mail's shape, so that its words are read by the same scan."""
    address = contact.email if contact and contact.email else "nobody@localhost.invalid"
    to = {"address": address, "name": payload["name"], "contact_id": payload["contact_id"]}
    return {
        "to": [to],
        "cc": [],
        "subject": "",
        "body": payload["body"],
        "template_text": "",
        "discount_bp": 0,
        "in_reply_to": "",
        "attachments": [],
    }


def _messages(scene: Scene, since: datetime, contact_id: str = "") -> int:
    """Chat messages since then, sent or about to be, besides this one: to one contact, else by the asker. They count
    beside the mails."""
    sent = select(func.count()).where(
        Interaction.kind == InteractionKind.CHAT,
        col(Interaction.direction).in_(OUTBOUND),
        col(Interaction.at) >= since,
        Interaction.contact_id == contact_id
        if contact_id
        else col(Interaction.person_id) == scene.requester.id,
    )
    waiting = select(Action.payload, Action.requester_id).where(
        col(Action.state).in_(_COUNTED), Action.action == "message_customer", Action.id != scene.action_id
    )
    held = [
        f'"contact_id":"{contact_id}"' in text if contact_id else who == scene.requester.id
        for text, who in scene.session.exec(waiting)
    ]
    return int(scene.session.exec(sent).one()) + sum(held)


def _midnight(scene: Scene) -> datetime:
    today = local(scene.now, scene.utc_offset_hours)
    return today.replace(hour=0, minute=0, second=0, microsecond=0)
