"""Send one e-mail about a deal: who gets it and what it says come from the canonical payload alone."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.action import UNTRUSTED_LABELS
from actions.card import RecipientLine
from actions.effect import BadArguments, Hands, Order, Preview, Scene
from actions.gateways.mail import Delivery, Mail, Mailbox
from actions.mail_facts import badge_of, gather
from actions.outbound import OutboundContext, scan
from actions.recipients import normalise_address
from policies.facts import ActionFacts

BADGES = {
    "self": "自己",
    "colleague": "同事",
    "contact_on_deal": "本商机联系人",
    "contact_of_account": "客户联系人",
    "known_domain": "已知域名的新地址",
    "new_domain": "⚠ 陌生域名",
    "free_mail": "⚠ 个人邮箱",
    "blocked": "⛔ 已屏蔽",
}


HARMLESS = frozenset({"greeting", "logistics", "email"})
"""Kinds of findings that an approver need not look at."""

NOON = 12
"""The hour that stands for any hour where no working calendar is kept."""


class Address(BaseModel):
    """One recipient as given."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(default="", max_length=200)
    address: str = Field(max_length=320)
    contact_id: str = ""


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


class SendEmail:
    """The verb `send_email`. Irreversible once performed; the undo window lies before it."""

    name = "send_email"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        try:
            given = Arguments.model_validate(dict(args))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BadArguments(f"邮件的 {where} 不对 / e-mail field {where}: {first['msg']}") from error
        if "\n" in given.subject or "\r" in given.subject:
            raise BadArguments("主题里不能有换行 / the subject must be one line")
        payload = given.model_dump()
        payload["deal_id"] = scene.deal.id
        payload["subject"] = given.subject.strip()
        payload["body"] = given.body.replace("\r\n", "\n").strip() + "\n"
        for field in ("to", "cc"):
            payload[field] = [_address(entry, scene) for entry in getattr(given, field)]
        return payload

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        mail = gather(payload, scene)
        tainted = {name for name, labels in scene.labels.items() if labels & UNTRUSTED_LABELS}
        # A link nobody vouched for is as dangerous as a recipient: it inherits the labels of the text around it.
        if mail.findings.urls and "body" in tainted:
            tainted.add("url")
        local = scene.now.astimezone(timezone(timedelta(hours=scene.utc_offset_hours)))
        return ActionFacts(
            amount_fen=max(mail.findings.amounts_fen, default=0),
            discount_bp=max(int(payload["discount_bp"]), mail.findings.discount_bp),
            margin_below_floor=mail.below_floor(max(int(payload["discount_bp"]), mail.findings.discount_bp)),
            price_matches_offer=mail.findings.price_matches_offer,
            recipient_class=mail.worst_class,
            recipient_count=len(mail.badges),
            external_domains=mail.external_domains,
            confusable_domain=bool(mail.confusable),
            content_classes=mail.findings.content_classes,
            tainted_args=frozenset(tainted),
            leaks_floor=mail.findings.leaks_floor,
            leaks_other_customer=mail.findings.leaks_other_customer,
            template_distance_bp=mail.template_distance_bp,
            mails_to_contact_7d=mail.mails_to_contact_7d,
            mails_by_rep_today=mail.mails_by_rep_today,
            unanswered=mail.unanswered,
            local_hour=local.hour if scene.working_calendar else NOON,
            workday=local.weekday() < 5 or not scene.working_calendar,
        )

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        recipients = [*payload["to"], *payload["cc"]]
        badge = BADGES.get(str(facts.get("recipient_class", "")), "")
        lines = tuple(
            RecipientLine(address=entry["address"], name=entry["name"], badge=entry.get("badge") or badge)
            for entry in recipients
        )
        discount = int(facts.get("discount_bp", 0))
        floor = "低于底价" if facts.get("margin_below_floor") else "不低于底价"
        amount = f"折扣 {discount / 100:g} % · {floor}" if discount else ""
        who = "、".join(entry["name"] or entry["address"] for entry in recipients)
        return Preview(
            headline=f"向 {who} 发送邮件《{payload['subject']}》",
            recipients=lines,
            subject=payload["subject"],
            body=payload["body"],
            amount_line=amount,
            difference=_difference(payload["template_text"], payload["body"]),
            highlights=_highlights(payload["body"]),
        )

    def perform(self, order: Order, hands: Hands) -> Delivery:
        payload = order.payload
        reply_to = str(payload["in_reply_to"])
        return hands.mail.send(
            Mail(
                message_id=order.message_id,
                sender_name=order.sender.name,
                sender_address=order.sender.email,
                to=_mailboxes(payload["to"]),
                cc=_mailboxes(payload["cc"]),
                subject=payload["subject"],
                body=payload["body"],
                in_reply_to=reply_to,
                references=(reply_to,) if reply_to else (),
                date=order.now,
            )
        )


def _address(entry: Address, scene: Scene) -> dict[str, str]:
    try:
        address = normalise_address(entry.address)
    except ValueError as error:
        raise BadArguments(f"收件人地址 {entry.address!r} 不对 / bad recipient address: {error}") from error
    kind, contact = badge_of(address, scene)
    return {
        "address": address,
        "name": contact.name if contact else entry.name.strip(),
        "contact_id": contact.id if contact else "",
        "badge": BADGES[kind],
    }


def _mailboxes(entries: list[dict[str, str]]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(name=entry["name"], address=entry["address"]) for entry in entries)


def _difference(template: str, body: str) -> str:
    """Unified diff of the text against its template; empty when there is no template."""
    if not template:
        return ""
    lines = difflib.unified_diff(template.splitlines(), body.splitlines(), "模板", "邮件", lineterm="", n=0)
    return "\n".join(lines)


def _highlights(body: str) -> tuple[tuple[int, int, str], ...]:
    found = scan(body, OutboundContext())
    return tuple((span.start, span.end, span.kind) for span in found.spans if span.kind not in HARMLESS)
