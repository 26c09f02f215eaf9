"""The values of a contract or a quote, each from a record, each with its source; what is not on record stays blank."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from knowledge.name_forms import is_cjk, surname

from .amounts import capital, figures, plain_figures, words
from .offer_money import Line, Money
from .rows import Incomplete, Missing, Rows, Source

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
UNITS_EN = {"套": "set", "台": "unit", "项": "item", "年": "year", "箱": "box", "个": "pc", "件": "pc"}


@dataclass
class Filled:
    """Values for the template, their sources, and what stays blank."""

    rows: Rows
    values: dict[str, Any] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    blanks: list[Missing] = field(default_factory=list)

    def put(self, name: str, value: str, kind: str, record: str, quote: str = "") -> None:
        """A value with its source."""
        self.values[name] = value
        self.sources.append(Source(field=name, value=value, kind=kind, id=record, quote=quote or value))

    def record(
        self, name: str, value: str, kind: str, record: str, missing: tuple[str, str] | None = None
    ) -> None:
        """A value of a record; an empty one leaves the place blank and says how to fill it."""
        if value:
            self.put(name, value, kind, record)
            return
        self.values[name] = ""
        if missing and self.rows.template.asks_for(name):
            self.blanks.append(Missing(field=name, zh=missing[0], en=missing[1]))


def filled(rows: Rows, number: str) -> Filled:
    """The values every paper has. Raises Incomplete when a party has no name."""
    lacking = [
        Missing(field=name, zh=zh, en=en, needed=True)
        for name, value, zh, en in (
            (
                "seller_name",
                rows.company.name,
                "卖方名称（在 company 蓝图里填写本公司资料）",
                "the seller's name (fill in the blueprint `company`)",
            ),
            ("buyer_name", rows.account.name, "客户名称", "the customer's name"),
        )
        if not value.strip()
    ]
    if lacking:
        raise Incomplete(lacking)
    paper = Filled(rows)
    paper.put(
        "contract_no" if rows.template.kind == "contract" else "quote_no",
        number,
        "deal",
        rows.deal.id,
        rows.deal.id,
    )
    paper.put("date", date_line(rows.now, rows), "clock", rows.day.date().isoformat())
    paper.put("deal_name", rows.deal.name, "deal", rows.deal.id)
    paper.put("deal_id", rows.deal.id, "deal", rows.deal.id)
    _buyer(paper)
    _seller(paper)
    _sums(paper)
    return paper


def date_line(moment: datetime, rows: Rows) -> str:
    """A day as the paper's language writes it: 2026年11月25日, 25 November 2026."""
    day = moment.astimezone(rows.zone).date()
    if rows.template.language == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def _buyer(paper: Filled) -> None:
    rows = paper.rows
    account, contact = rows.account, rows.contact
    extra = account.extra
    paper.put("buyer_name", account.name, "account", account.id)
    paper.record(
        "buyer_address",
        extra.get("address", ""),
        "account",
        account.id,
        (
            "买方地址（在客户资料里补充 address）",
            "the buyer's address (add `address` to the customer's record)",
        ),
    )
    paper.record(
        "buyer_tax_id",
        extra.get("tax_id", ""),
        "account",
        account.id,
        (
            "买方税号（在客户资料里补充 tax_id）",
            "the buyer's tax number (add `tax_id` to the customer's record)",
        ),
    )
    for name, value in (
        ("buyer_contact", contact.name if contact else ""),
        ("buyer_contact_title", contact.title if contact else ""),
        ("buyer_phone", contact.phone if contact else ""),
        ("buyer_email", contact.email if contact else ""),
    ):
        wanted = name == "buyer_contact"
        how = (
            ("买方联系人（把联系人加到商机上）", "the buyer's contact (add one to the deal)")
            if wanted
            else None
        )
        paper.record(name, value, "contact", contact.id if contact else "", how)


def _seller(paper: Filled) -> None:
    company, owner, english = paper.rows.company, paper.rows.owner, paper.rows.template.language == "en"
    name = company.name_en if english and company.name_en else company.name
    paper.put("seller_name", name, "company", "company")
    for field_name, value in (
        ("seller_address", company.address),
        ("seller_tax_id", company.tax_id),
        ("seller_bank", company.bank),
        ("seller_account", company.account),
        ("seller_phone", company.phone),
    ):
        paper.record(field_name, value, "company", "company")
    paper.put(
        "seller_contact", latin_name(owner.name) if english else owner.name, "person", owner.id, owner.name
    )
    paper.record(
        "seller_contact_title", "" if english and is_cjk(owner.title) else owner.title, "person", owner.id
    )
    paper.record("seller_email", owner.email, "person", owner.id)


def latin_name(name: str) -> str:
    """A Chinese name as an English paper writes it (李娜 -> Na Li); any other as it is."""
    if not is_cjk(name):
        return name
    from pypinyin import lazy_pinyin

    family = surname(name)
    parts = ("".join(lazy_pinyin(one)).capitalize() for one in (name[len(family) :], family))
    return " ".join(part for part in parts if part)


def _sums(paper: Filled) -> None:
    rows = paper.rows
    money, offer = rows.money, rows.offer
    record = ("offer", offer.id) if offer else ("product", money.lines[0].product_id)
    english = rows.template.language == "en"
    paper.values["lines"] = [_line(line, number, english) for number, line in enumerate(money.lines, 1)]
    for number, line in enumerate(money.lines, 1):
        quote = f"{line.name} ×{line.quantity} @ {figures(line.unit_price_fen, money.currency)}"
        where = record if offer else ("product", line.product_id)
        paper.sources.append(
            Source(
                field=f"lines.{number}",
                value=figures(line.amount_fen, money.currency),
                kind=where[0],
                id=where[1],
                quote=quote,
            )
        )
    total = figures(money.total_fen, money.currency)
    in_words = words(money.total_fen, money.currency) if english else _capital(money)
    for name, value in (
        ("total", total),
        ("total_words", in_words),
        ("list_total", figures(money.list_total_fen, money.currency)),
        ("discount", percent(money.discount_bp)),
    ):
        paper.put(name, value, *record, f"{total} · {percent(money.discount_bp)}")
    paper.put("currency", money.currency, *record)


def _capital(money: Money) -> str:
    """大写; another currency than yuan is named in front of it."""
    text = capital(money.total_fen)
    return text if money.currency == "CNY" else f"{money.currency} {text.removeprefix('人民币')}"


def percent(bp: int) -> str:
    """1250 -> 12.5%; none is a dash."""
    return f"{bp / 100:g}%" if bp else "—"


def _line(line: Line, number: int, english: bool) -> dict[str, str]:
    return {
        "number": str(number),
        "name": line.name,
        "product_id": line.product_id,
        "description": line.description,
        "quantity": str(line.quantity),
        "unit": UNITS_EN.get(line.unit, line.unit) if english else line.unit,
        "list_price": plain_figures(line.list_price_fen),
        "unit_price": plain_figures(line.unit_price_fen),
        "discount": percent(line.discount_bp),
        "amount": plain_figures(line.amount_fen),
    }
