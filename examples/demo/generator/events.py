"""Events of the web site, the order portal and WeCom: rows for events.csv, told from the files that are written before it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from .dice import Dice
from .tables import when, write

TODAY = datetime(2026, 11, 20, 18, 0)
SITE = "https://www.chengdan-demo.cn"
PAGES = (
    ("/", "首页"), ("/cases", "客户案例"), ("/products", "产品"), ("/products/spec", "产品参数"), ("/about", "公司介绍"),
    ("/support", "服务与支持"),
)  # fmt: skip
PRICE = ("/price", "价格与报价说明")
CAMPAIGNS = (
    ("baidu", "cpc", "autumn"),
    ("wechat", "social", "story"),
    ("expo", "offline", "cmef"),
    ("", "", ""),
)
BEFORE_ORDER = (
    "付款凭证发您了,请查收",
    "首款财务已经安排",
    "合同盖好章寄出了,今天打款",
    "采购单已签,麻烦尽快安排",
)
ASKED = (
    "设备安装上线一般要多久?",
    "培训怎么安排,一次能来几个人?",
    "能不能和我们现在的系统对接?",
    "售后维保是怎么算的?",
)
RESTOCK = ("试剂快用完了,这个月还是老样子", "耗材麻烦再来一批", "这批什么时候能到?", "发票开好了吗?")
PORTAL = {
    # account: (first order, days between orders, last order, yuan an order)
    "A-003": ("2025-12-02", 30, "2026-11-18", 46_800), "A-004": ("2026-01-08", 28, "2026-10-16", 32_500),
    "A-013": ("2025-12-15", 35, "2026-11-12", 28_900), "A-019": ("2026-01-20", 31, "2026-06-24", 51_200),
    "A-025": ("2026-02-03", 29, "2026-11-08", 22_600), "A-032": ("2025-12-22", 33, "2026-07-08", 37_400),
    "A-011": ("2026-01-05", 30, "2026-11-16", 41_000), "A-033": ("2026-02-10", 32, "2026-11-10", 30_700),
}  # fmt: skip
"""Who orders reagents on the portal. A-019 and A-032 are lost in summer; A-004 is about to be: last order on October 16."""
FADES = {"A-004": datetime(2026, 10, 18), "A-019": datetime(2026, 6, 8), "A-032": datetime(2026, 6, 20)}
"""From when on a customer looks at pages a third as long, and does not ask any more."""


@dataclass
class Book:
    """What is written so far. Every event has a number of its own."""

    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, at: datetime, name: str, source: str, email: str = "", **more: object) -> None:
        """One event; later than the demo's last day it has not happened."""
        if at > TODAY:
            return
        cells = ("anon_id", "device_id", "session_id", "page", "title", "visible_s", "direction", "value",
                 "utm_source", "utm_medium", "utm_campaign", "order")  # fmt: skip
        self.rows.append((at, name, source, email, *(more.get(cell, "") for cell in cells)))

    def visit(
        self,
        dice: Dice,
        at: datetime,
        email: str,
        key: str,
        *,
        long: float = 1.0,
        pages: int = 0,
        **more: object,
    ) -> None:
        """A session on the site: one page and away, or several, on one of the person's two devices."""
        count = pages or (1 if dice.chance(0.3) else dice.between(2, 4))
        device = f"{key}-{'phone' if dice.chance(0.4) else 'desk'}"
        session = f"{key}-{at:%m%d%H%M}"
        for n, (page, title) in enumerate(dice.some(PAGES, count)):
            seconds = dice.between(3, 8) if count == 1 else round(dice.between(30, 240) * long)
            first = more if n == 0 else {}
            self.add(at, "page_view", "web", email, device_id=device, session_id=session, page=SITE + page,
                     title=title, visible_s=seconds, **first)  # fmt: skip
            at += timedelta(seconds=seconds + 5)


def write_events(home: Path) -> None:
    """events.csv from the contacts, deals and orders in `home`."""
    book = Book()
    emails = {row["联系人编号"]: row["邮箱"] for row in _read(home, "contacts.csv")}
    _before_orders(book, home, emails)
    _around_deals(book, home, emails)
    _on_the_portal(book, home)
    _newcomers(book, home)
    ordered = sorted(book.rows, key=lambda row: (row[0], *map(str, row[1:])))
    write(
        home, "events.csv",
        "id,at,name,source,email,anon_id,device_id,session_id,page,title,visible_s,direction,value,utm_source,utm_medium,"
        "utm_campaign,order",
        ((f"EV-{n:05d}", when(row[0]), *row[1:]) for n, row in enumerate(ordered, start=1)),  # type: ignore[arg-type]
    )  # fmt: skip


def _before_orders(book: Book, home: Path, emails: dict[str, str]) -> None:
    """Most orders follow a line on WeCom or another look at the price within a day."""
    dice = Dice("events/orders")
    for row in _read(home, "interactions.csv"):
        email = emails.get(row["contact_id"], "")
        if row["kind"] != "order" or not email or dice.chance(0.15):
            continue
        at = datetime.strptime(row["at"], "%Y-%m-%d %H:%M") - timedelta(hours=dice.between(1, 20), minutes=7)
        book.add(at, "message", "wecom", email, direction="in", title=dice.pick(BEFORE_ORDER))


def _around_deals(book: Book, home: Path, emails: dict[str, str]) -> None:
    """The first contact of a deal of this year looks around before it, and again while it is open; late ones at the price."""
    dice = Dice("events/deals")
    first: dict[str, str] = {}
    for row in _read(home, "deal_contacts.csv"):
        first.setdefault(row["deal_id"], row["contact_id"])
    for row in _read(home, "deals.csv"):
        created = datetime.strptime(row["创建时间"], "%Y-%m-%d %H:%M")
        contact = first.get(row["商机编号"], "")
        email = emails.get(contact, "")
        if created < datetime(2026, 3, 1) or not email or row["商机编号"] == "D-001":
            continue
        source, medium, campaign = dice.pick(CAMPAIGNS)
        came = created - timedelta(days=dice.between(3, 40), hours=dice.between(1, 5))
        book.visit(
            dice,
            came,
            "",
            contact,
            anon_id=contact.lower(),
            utm_source=source,
            utm_medium=medium,
            utm_campaign=campaign,
        )
        book.visit(dice, came + timedelta(days=2), email, contact, anon_id=contact.lower())
        end = datetime.strptime(row["关闭时间"], "%Y-%m-%d %H:%M") if row["关闭时间"] else TODAY
        for _ in range(dice.between(2, 5)):
            span = max(1, (end - created).days)
            book.visit(
                dice,
                created + timedelta(days=dice.between(0, span), hours=dice.between(1, 6)),
                email,
                contact,
            )
        if row["阶段"] in ("报价", "谈判", "成单确认"):
            at = TODAY - timedelta(days=dice.between(2, 25), hours=dice.between(1, 7))
            for hours in (0, dice.between(20, 60)):
                book.add(at + timedelta(hours=hours), "page_view", "web", email, device_id=f"{contact}-desk",
                         page=SITE + PRICE[0], title=PRICE[1], visible_s=dice.between(40, 300))  # fmt: skip
        if row["阶段"] in ("初访/需求", "方案"):
            at = TODAY - timedelta(days=dice.between(1, 20), hours=dice.between(1, 7))
            book.add(at, "message", "wecom", email, direction="in", title=dice.pick(ASKED))


def _on_the_portal(book: Book, home: Path) -> None:
    """Reagents ordered again and again: a login, a look, a line, then the payment; who fades does less of it weeks before."""
    contacts: dict[str, list[dict[str, str]]] = {}
    for row in _read(home, "contacts.csv"):
        contacts.setdefault(row["客户编号"], []).append(row)
    for account, (begin, cycle, last, yuan) in sorted(PORTAL.items()):
        dice = Dice(f"events/portal/{account}")
        people = contacts[account]
        buyer, at = people[0], datetime.fromisoformat(last) + timedelta(hours=10)
        while at >= datetime.fromisoformat(begin):
            book.add(
                at - timedelta(hours=2),
                "message",
                "wecom",
                buyer["邮箱"],
                direction="in",
                title=dice.pick(RESTOCK[:2]),
            )
            book.visit(dice, at - timedelta(hours=1), buyer["邮箱"], buyer["联系人编号"], pages=3)
            paid = yuan + 100 * dice.between(-20, 20)
            book.add(at, "payment", "order", buyer["邮箱"], value=paid, order=f"{account}-{at:%m%d}")
            at -= timedelta(days=cycle + dice.between(-2, 2))
        _weekly(book, dice, account, people, datetime.fromisoformat(begin))


def _weekly(book: Book, dice: Dice, account: str, people: list[dict[str, str]], begin: datetime) -> None:
    """Every week two or three visits and a question."""
    fades, week = FADES.get(account, TODAY + timedelta(days=1)), begin
    while week < TODAY:
        faded = week >= fades
        if faded and week >= fades + timedelta(days=70):
            return
        for day in dice.some((1, 2, 3, 4), 3 if not faded else 1):
            one = people[day % len(people)]
            book.visit(dice, week + timedelta(days=day, hours=9 + dice.between(0, 7)), one["邮箱"], one["联系人编号"],
                       long=0.2 if faded else 1.0, pages=2)  # fmt: skip
        if not faded:
            book.add(week + timedelta(days=2, hours=11), "message", "wecom", people[0]["邮箱"], direction="in",
                     title=RESTOCK[dice.between(2, 3)])  # fmt: skip
        week += timedelta(days=7)


def _newcomers(book: Book, home: Path) -> None:
    """People at customers who are on no deal yet: they came twice this month and have said nothing."""
    dice = Dice("events/newcomers")
    met = {row["contact_id"] for row in _read(home, "deal_contacts.csv")}
    for row in _read(home, "contacts.csv"):
        if row["联系人编号"] not in met:
            at = TODAY - timedelta(days=dice.between(6, 16), hours=3)
            for days in (0, dice.between(2, 4)):
                book.add(at + timedelta(days=days), "page_view", "web", row["邮箱"], device_id=f"{row['联系人编号']}-phone",
                         page=SITE + PAGES[0][0], title=PAGES[0][1], visible_s=dice.between(15, 60),
                         utm_source="wechat", utm_medium="social", utm_campaign="story")  # fmt: skip


def _read(home: Path, name: str) -> Iterator[dict[str, str]]:
    with (home / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
