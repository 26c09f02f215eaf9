"""The words of a mail: an approved template filled from records, the asker's points, and where each word came from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from actions.action import UNTRUSTED_LABELS
from knowledge import blueprints
from knowledge.blueprints.mail_templates import TYPED_FIELDS, MailTemplate, MailTemplates, fill
from knowledge.insight.open_points import open_points
from knowledge.insight.sentences import is_customers, split
from knowledge.model import Contact, Interaction
from knowledge.name_forms import is_cjk, surname
from knowledge.snapshot import DealFacts

from .addressee import Addressee
from .provenance import inferred, typed
from .skill import Turn
from .wording import day, money

_ADDRESSED = (
    ("总监", "总监"), ("董事长", "董事长"), ("总", "总"), ("院长", "院长"), ("主任", "主任"), ("处长", "处长"),
    ("科长", "科长"), ("部长", "部长"), ("校长", "校长"), ("所长", "所长"), ("厂长", "厂长"), ("经理", "经理"),
    ("主管", "主管"), ("教授", "教授"), ("医生", "医生"), ("老师", "老师"), ("工程师", "工"), ("CEO", "总"),
    ("CFO", "总"), ("CTO", "总"), ("CIO", "总"),
)  # fmt: skip
"""What stands in a job title -> how one addresses its holder after the family name."""

_OFFERED = frozenset({"approved", "sent", "accepted"})
_LAST_KINDS = {"call": ("电话沟通", "call"), "meeting": ("会面", "meeting"), "mail": ("邮件往来", "exchange"),
               "chat": ("沟通", "chat")}  # fmt: skip
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the mail shall be. `points` in the asker's words; `tone` is "", shorter or formal."""

    purpose: str
    language: str
    points: tuple[str, ...] = ()
    discount_bp: int = 0
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class MailText:
    """Subject and body, and `template_text`: the body from template and records alone, against which is compared.
    `approved` is the template itself, before any record was filled in."""

    subject: str
    body: str
    template_text: str
    last: Interaction | None
    uses_offer: bool
    approved: str


def compose(turn: Turn, facts: DealFacts, to: Addressee, wish: Wish) -> MailText:
    """Fill the approved template of this purpose and language."""
    template = _template(turn, wish)
    last = _last_with(facts, to, wish.purpose)
    records = _records(turn, facts, to, wish, last)
    typed = {**records, "points": _points(wish), "discount": _discount_line(wish)}
    body = _briefly(template.body) if wish.tone == "shorter" else template.body
    return MailText(
        subject=fill(template.subject, records) or facts.deal.name,
        body=fill(body, typed),
        template_text=fill(body, {**records, **dict.fromkeys(TYPED_FIELDS, "")}),
        last=last if "{last_date}" in body else None,
        uses_offer="{offer_" in body and bool(records["offer_total"]),
        approved=f"{template.subject}\n{template.body}",
    )


def labels_of_points(turn: Turn, facts: DealFacts, points: Sequence[str]) -> set[str]:
    """Where the points came from: typed by the asker, or made up by a model from all that it has read."""
    labels: set[str] = set()
    for point in points:
        labels |= (
            {"rep_input"} if typed(turn, "points", point) else quoted_from(facts, point) | inferred(turn)
        )
    return labels


def quoted_from(facts: DealFacts, words: str) -> set[str]:
    """Provenance labels of the untrusted interactions a sentence of which stands in `words`."""
    found: set[str] = set()
    for row in facts.interactions:
        if row.provenance in UNTRUSTED_LABELS and row.provenance not in found:
            sentences = [one for one in split(row.text) if len(one) >= 8]
            if any(one in words for one in sentences) or (len(words) >= 8 and words in row.text):
                found.add(row.provenance)
    return found


def salutation(contact: Contact | None, name: str, language: str, *, formal: bool = False) -> str:
    """王建国, 采购副总 -> 王总; Grace Huang in an English mail -> Grace (formally: Grace Huang)."""
    if language == "en":
        return _english_name(name, formal=formal) if name else "Sir or Madam"
    if not name:
        return "尊敬的客户" if formal else "您好"
    called = name
    if contact is not None and is_cjk(name):
        title = contact.title.upper()
        called = next((surname(name) + how for mark, how in _ADDRESSED if mark in title), name)
    return f"尊敬的{called}" if formal else called


def _template(turn: Turn, wish: Wish) -> MailTemplate:
    try:
        book = MailTemplates.model_validate(turn.desk.blueprint("mail_templates", "default"))
    except ValidationError:
        book = MailTemplates.model_validate(blueprints.default("mail_templates"))
    found = book.find(wish.purpose, wish.language)
    if found is None:
        book = MailTemplates.model_validate(blueprints.default("mail_templates"))
        found = book.find(wish.purpose, wish.language)
    if found is None:
        raise LookupError(f"the default templates have no {wish.purpose}/{wish.language}")
    return found


def _records(
    turn: Turn, facts: DealFacts, to: Addressee, wish: Wish, last: Interaction | None
) -> dict[str, str]:
    offer = next((one for one in facts.offers if one.status in _OFFERED), None)
    me, deal, language = turn.desk.person, facts.deal, wish.language
    return {
        "salutation": salutation(to.contact, to.name, language, formal=wish.tone == "formal"),
        "contact_name": to.name,
        "contact_title": to.contact.title if to.contact else "",
        "account_name": facts.account.name,
        "deal_name": deal.name,
        "product_name": facts.product.name if facts.product else "",
        "offer_version": str(offer.version) if offer else "",
        "offer_total": money(offer.total_fen, offer.currency) if offer else "",
        "offer_valid_until": _date(offer.valid_until, language) if offer and offer.valid_until else "",
        "next_step": deal.next_step,
        "next_step_date": _ahead(facts, language),
        "open_questions": _open_questions(facts),
        "last_date": _date(last.at, language) if last else "",
        "last_kind": _LAST_KINDS[last.kind][1 if language == "en" else 0] if last else "",
        "sender_name": _english_name(me.name, formal=True) if language == "en" else me.name,
        "sender_title": me.title if is_cjk(me.title) != (language == "en") else "",
        "sender_email": me.email,
    }


def _ahead(facts: DealFacts, language: str) -> str:
    """The date of the next step; it is looked forward to only while it lies ahead."""
    at = facts.deal.next_step_at
    return _date(at, language) if at is not None and at > facts.now else ""


def _open_questions(facts: DealFacts) -> str:
    """How many questions of the customer wait for our answer: their number is ours to say, their words are not."""
    count = sum(point.kind == "question" for point in open_points(facts, limit=99))
    return str(count) if count else ""


def _last_with(facts: DealFacts, to: Addressee, purpose: str) -> Interaction | None:
    """The last time this very person wrote or talked to us; one thanks for a talk rather than for a mail."""
    if to.contact is None:
        return None
    kinds = ("call", "meeting") if purpose == "thanks" else tuple(_LAST_KINDS)
    for row in facts.interactions:
        speaks = any(part.get("speaker") == to.contact.name for part in row.segments)
        if row.kind in kinds and (speaks or (row.contact_id == to.contact.id and is_customers(row))):
            return row
    return None


def _points(wish: Wish) -> str:
    points = [point.strip() for point in wish.points if point.strip()]
    stop = "." if wish.language == "en" else "。"
    ended = [point if re.search(r"[。.!?！？…]$", point) else point + stop for point in points]
    if len(ended) < 2:
        return "".join(ended)
    return "\n".join(f"{n}. {point}" for n, point in enumerate(ended, start=1))


def _discount_line(wish: Wish) -> str:
    if not wish.discount_bp:
        return ""
    pct = f"{wish.discount_bp / 100:g}%"
    return (
        f"We can offer you a discount of {pct}." if wish.language == "en" else f"本次可以给到 {pct} 的优惠。"
    )


def _briefly(body: str) -> str:
    """The template without pleasantries: long lines that carry nothing from records, and the thanks for last time."""
    lines = [line for line in body.splitlines() if "{" in line or len(line.strip()) <= 12]
    return "\n".join(line for line in lines if "{last_date}" not in line)


def _date(moment: datetime, language: str) -> str:
    year, month, number = (int(part) for part in day(moment).split("-"))
    return f"{number} {_MONTHS[month - 1]} {year}" if language == "en" else f"{month}月{number}日"


def _english_name(name: str, *, formal: bool) -> str:
    """A name as an English mail writes it; a Chinese name is spelled in pinyin."""
    if not is_cjk(name):
        return name if formal else name.split()[0]
    from pypinyin import lazy_pinyin

    family = surname(name)
    given = name[len(family) :]
    return " ".join(
        part for part in ("".join(lazy_pinyin(one)).capitalize() for one in (given, family)) if part
    )
