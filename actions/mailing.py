"""What every effect that goes out by mail shares: recipients, facts, preview, the letter itself, the trace it leaves.

A mail payload has `to` and `cc` (lists of {address, name, contact_id, badge}), `subject`, `body`, `template_text`,
`discount_bp`, `in_reply_to`, `language` and `attachments` (lists of {name, sha256, size, content_type}).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from knowledge.model import Interaction, InteractionKind
from policies.facts import ActionFacts

from .action import UNTRUSTED_LABELS
from .card import CardLine, RecipientLine
from .effect import BadArguments, Hands, Order, Preview, Scene
from .gateways.mail import Attachment, Delivery, Mail, Mailbox
from .mail_facts import badge_of, colleague_name, gather, interaction_id, known_names
from .outbound import OutboundContext, scan
from .outgoing import finding_lines
from .recipients import display_name, normalise_address, readable_domain
from .template_distance import difference

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


class AttachedFile(BaseModel):
    """One file that goes along, by its content."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(gt=0, le=25_000_000)
    content_type: str


def recipient(entry: Address, scene: Scene) -> dict[str, str]:
    """One recipient as it will be used: normalised, with the CRM contact it belongs to. Raises BadArguments."""
    try:
        address = normalise_address(entry.address)
    except ValueError as error:
        raise BadArguments(f"收件人地址 {entry.address!r} 不对 / bad recipient address: {error}") from error
    kind, contact = badge_of(address, scene)
    name = contact.name if contact else colleague_name(address, scene)
    return {
        "address": address,
        "name": name or display_name(entry.name, known_names(scene)),
        "contact_id": contact.id if contact else "",
        "badge": BADGES[kind],
    }


def one_line(subject: str) -> str:
    """A subject as it will be used. Raises BadArguments when it is more than a line."""
    if "\n" in subject or "\r" in subject:
        raise BadArguments("主题里不能有换行 / the subject must be one line")
    return subject.strip()


def mail_facts(payload: Mapping[str, Any], scene: Scene, amount_fen: int = 0) -> ActionFacts:
    """The facts of a mail; `amount_fen` is what it is about by its records, where that is more than what it says."""
    mail = gather(payload, scene)
    tainted = {name for name, labels in scene.labels.items() if labels & UNTRUSTED_LABELS}
    # A link nobody vouched for is as dangerous as a recipient: it inherits the labels of the text around it.
    if mail.findings.urls and "body" in tainted:
        tainted.add("url")
    discount = max(int(payload["discount_bp"]), mail.findings.discount_bp)
    local = scene.now.astimezone(timezone(timedelta(hours=scene.utc_offset_hours)))
    return ActionFacts(
        amount_fen=max(amount_fen, *mail.findings.amounts_fen, 0),
        discount_bp=discount,
        margin_below_floor=mail.below_floor(discount),
        price_matches_offer=mail.findings.price_matches_offer,
        recipient_class=mail.worst_class,
        recipient_count=len(mail.badges),
        external_domains=mail.external_domains,
        confusable_domain=bool(mail.confusable),
        content_classes=mail.findings.content_classes,
        tainted_args=frozenset(tainted),
        leaks_floor=mail.findings.leaks_floor,
        leaks_other_customer=mail.findings.leaks_other_customer,
        attachments_unreadable=mail.unreadable,
        attachments_blocked=mail.blocked,
        findings=mail.notes,
        template_distance_bp=mail.template_distance_bp,
        mails_to_contact_7d=mail.mails_to_contact_7d,
        mails_by_rep_today=mail.mails_by_rep_today,
        unanswered=mail.unanswered,
        local_hour=local.hour if scene.working_calendar else NOON,
        workday=local.weekday() < 5 or not scene.working_calendar,
    )


def mail_preview(payload: Mapping[str, Any], facts: Mapping[str, Any], what: tuple[str, str]) -> Preview:
    """The card of a mail; `what` says in Chinese and English what is sent ("邮件", "an e-mail")."""
    people = [*payload["to"], *payload["cc"]]
    discount = int(facts.get("discount_bp", 0))
    floor = "低于底价" if facts.get("margin_below_floor") else "不低于底价"
    who = "、".join(entry["name"] or entry["address"] for entry in people)
    return Preview(
        headline=f"向 {who} 发送{what[0]}《{payload['subject']}》",
        headline_en=f"Send {what[1]} to {who}: {payload['subject']}",
        recipients=recipient_lines(payload, facts),
        subject=payload["subject"],
        body=payload["body"],
        amount_line=f"折扣 {discount / 100:g} % · {floor}" if discount else "",
        difference=difference(payload["template_text"], payload["body"]),
        highlights=_highlights(payload["body"]),
        lines=(
            *attachment_lines(payload.get("attachments", ())),
            *finding_lines(facts.get("findings", ()), payload.get("attachments", ())),
        ),
        evidence=tuple(filter(None, [*(p.get("contact_id", "") for p in people), payload["in_reply_to"]])),
    )


def recipient_lines(payload: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[RecipientLine, ...]:
    """Every recipient with a badge, copies included."""
    badge = BADGES.get(str(facts.get("recipient_class", "")), "")
    return tuple(
        RecipientLine(
            address=entry["address"],
            name=entry["name"],
            badge=_seen(entry["address"], entry.get("badge") or badge),
        )
        for entry in (*payload["to"], *payload["cc"])
    )


def _seen(address: str, badge: str) -> str:
    """The badge, and for an international domain the letters that a mail program would show."""
    shown = readable_domain(address.rpartition("@")[2])
    return badge if shown == address.rpartition("@")[2] else f"{badge} · 显示为 / shown as {shown}"


def attachment_lines(attachments: Sequence[Mapping[str, Any]]) -> tuple[CardLine, ...]:
    """Every attachment with its size and its hash, so that what is opened can be compared with what is sent."""
    return tuple(
        CardLine(
            zh="附件",
            en="Attachment",
            value=f"{file['name']} ({int(file['size']):,} bytes, sha256 {str(file['sha256'])[:16]})",
        )
        for file in attachments
    )


def letter(order: Order, hands: Hands) -> Mail:
    """The mail of an approved payload; each attachment is read by its hash. Raises ValueError for a changed file."""
    payload = order.payload
    reply_to = str(payload["in_reply_to"])
    return Mail(
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
        attachments=tuple(
            Attachment(
                name=file["name"], content_type=file["content_type"], data=hands.files.read(file["sha256"])
            )
            for file in payload.get("attachments", ())
        ),
    )


def post(order: Order, hands: Hands) -> Delivery:
    """Send the mail of an approved payload; a file that is gone or was changed means that nothing is sent."""
    try:
        mail = letter(order, hands)
    except (ValueError, FileNotFoundError) as error:
        return Delivery(
            status="refused",
            detail=f"附件与批准的不一致,没有发送 / attachment refused, nothing was sent: {error}",
        )
    return hands.mail.send(mail)


def as_interaction(order: Order) -> Interaction:
    """What was sent becomes part of the deal's history."""
    payload, deal = order.payload, order.subject.deal
    assert deal is not None, "mail is about a deal"
    names = [str(file["name"]) for file in payload.get("attachments", ())]
    return Interaction(
        id=interaction_id(order.action_id),
        kind=InteractionKind.MAIL,
        at=order.now,
        account_id=deal.account_id,
        deal_id=deal.id,
        contact_id=payload["to"][0].get("contact_id") or None,
        person_id=order.sender.id,
        team_id=deal.team_id,
        direction="outbound",
        subject=str(payload["subject"]),
        text=str(payload["body"]) + "".join(f"\n[附件 / attached: {name}]" for name in names),
        language=str(payload.get("language", "")),
        provenance="llm_inferred"
        if UNTRUSTED_LABELS & order.labels.get("body", frozenset())
        else "crm_record",
        source="chengdan",
        thread_key=order.message_id,
    )


def _mailboxes(entries: list[dict[str, str]]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(name=entry["name"], address=entry["address"]) for entry in entries)


def _highlights(body: str) -> tuple[tuple[int, int, str], ...]:
    found = scan(body, OutboundContext())
    return tuple((span.start, span.end, span.kind) for span in found.spans if span.kind not in HARMLESS)
