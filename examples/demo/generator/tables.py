"""The CSV tables and the price list: rows in the column names that the mapping files read."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from .nouns import Case, Proposal
from .world import World

STAGE_NAMES = {
    "discovery": "初访/需求", "evaluation": "方案", "proposal": "报价", "negotiation": "谈判",
    "commit": "成单确认", "won": "赢单", "lost": "丢单",
}  # fmt: skip
PROVENANCE = {
    "mail": "inbound_mail", "call": "call_transcript", "meeting": "call_transcript", "chat": "customer_chat",
    "web": "web_form", "order": "crm_record", "note": "crm_record",
}  # fmt: skip
LONG_AGO = datetime(2025, 4, 7, 9, 0)


def when(moment: datetime | None) -> str:
    """Local Shanghai time as written in a spreadsheet, empty for none."""
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""


def write(home: Path, name: str, head: str, rows: Iterable[Sequence[object]]) -> None:
    """One CSV file with Unix line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head.split(","))
    writer.writerows(rows)
    (home / name).write_text(out.getvalue(), encoding="utf-8", newline="\n")


def write_cast(home: Path, world: World) -> None:
    """teams, people, accounts, contacts and the price list."""
    write(home, "teams.csv", "id,name,region", world.teams)
    write(
        home, "people.csv", "工号,姓名,邮箱,职务,角色,团队,区域,语言,在职",
        ((p.id, p.name, p.email, p.title, p.roles, p.team, p.region, p.language, "是" if p.active else "否")
         for p in world.colleagues.values()),
    )  # fmt: skip
    accounts = []
    for company in world.companies.values():
        owner = world.colleagues[company.owner]
        accounts.append((
            company.id, company.name, company.aliases, company.industry, owner.region, company.city, company.size,
            company.tier, f"{company.domain}.example.com", owner.id, owner.team, when(LONG_AGO),
        ))  # fmt: skip
    write(
        home, "accounts.csv",
        "客户编号,客户名称,别名,行业,区域,城市,规模,等级,邮箱域名,负责人,团队,建档日期", accounts,
    )  # fmt: skip
    write(
        home, "contacts.csv", "联系人编号,客户编号,姓名,职务,部门,影响力,邮箱,电话,语言,同意营销",
        ((h.id, h.account, h.name, h.title, h.department, h.influence, h.email, h.phone, h.language,
          "是" if int(h.phone[-2:]) % 3 else "否") for h in world.humans.values()),
    )  # fmt: skip
    _price_list(home / "products.xlsx", world)


def write_deals(home: Path, world: World, cases: Sequence[Case]) -> None:
    """deals, their people, stage history, offers, and the interactions that are not files of their own."""
    write(
        home, "deals.csv",
        "商机编号,商机名称,客户编号,负责人,团队,产品编号,阶段,金额(元),创建时间,预计成交,关闭时间,下一步,下一步时间,竞争对手,丢单原因",
        ((c.id, c.name, c.account, c.owner, world.colleagues[c.owner].team, c.product, STAGE_NAMES[c.stage],
          f"{c.amount:.2f}", when(c.created), when(c.expected), when(c.closed), c.next_step, when(c.next_step_at),
          c.competitor, c.lost_reason) for c in cases),
    )  # fmt: skip
    write(home, "deal_contacts.csv", "deal_id,contact_id", ((c.id, p) for c in cases for p in c.people))
    write(
        home, "stages.csv", "id,deal_id,stage,at",
        ((f"S-{c.id[2:]}-{n}", c.id, s, when(at)) for c in cases for n, (s, at) in enumerate(c.steps, 1)),
    )  # fmt: skip
    write(
        home, "offers.csv",
        "id,deal_id,version,status,lines,total_yuan,discount_percent,valid_until,created_at,note",
        (_offer_row(world, c, o) for c in cases for o in c.offers),
    )  # fmt: skip
    told = (h for c in cases for h in c.happenings if h.form == "csv")
    write(
        home, "interactions.csv",
        "id,kind,at,account_id,deal_id,contact_id,person_id,team_id,direction,subject,text,language,provenance,thread_key",
        ((h.id, h.kind, when(h.at), h.account, h.deal, h.contact, h.person, world.colleagues[h.person].team,
          h.direction, h.subject, h.text, h.language,
          "crm_record" if h.kind == "mail" and h.direction == "outbound" else PROVENANCE[h.kind], h.deal)
         for h in sorted(told, key=lambda h: (h.at, h.id))),
    )  # fmt: skip


def _offer_row(world: World, case: Case, offer: Proposal) -> tuple[object, ...]:
    lines = [
        {"product_id": ware, "name": world.wares[ware].name, "quantity": quantity,
         "list_price_fen": world.wares[ware].list_price * 100, "unit_price_fen": price * 100}
        for ware, quantity, price in offer.lines
    ]  # fmt: skip
    total = sum(quantity * price for _, quantity, price in offer.lines)
    return (
        offer.id, case.id, offer.version, offer.status, json.dumps(lines, ensure_ascii=False), f"{total:.2f}",
        offer.discount_percent, when(offer.valid_until), when(offer.at), offer.note,
    )  # fmt: skip


def _price_list(path: Path, world: World) -> None:
    os.environ["OPENPYXL_LXML"] = "False"  # with lxml at hand openpyxl would write other bytes
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "价目表"
    sheet.append(
        ["产品编号", "产品名称", "别名", "产品线", "单位", "标价(元)", "成本(元)", "底价(元)", "库存", "说明"]
    )
    for w in world.wares.values():
        sheet.append(
            [w.id, w.name, w.aliases, w.line, w.unit, w.list_price, w.cost, w.floor, w.stock, w.description]
        )
    raw = io.BytesIO()
    book.save(raw)
    path.write_bytes(_without_clock(raw.getvalue()))


def _without_clock(book: bytes) -> bytes:
    """The same workbook with fixed times and stored parts, so that it is the same bytes on every machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-11-20T09:00:00Z", content)
            entry = zipfile.ZipInfo(name, date_time=(2026, 11, 20, 9, 0, 0))
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            target.writestr(entry, content)
    return out.getvalue()
