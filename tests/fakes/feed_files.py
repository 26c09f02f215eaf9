"""A small foreign export for the tests of feeds: accounts and deals with their mappings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knowledge.feeds import IngestReport, ingest
from knowledge.model import Account, Person, Product, Team
from knowledge.store import Store

NOW = datetime(2026, 11, 23, tzinfo=UTC)

ACCOUNTS = """
name: test-accounts
file: accounts.csv
table: account
columns:
  id: {column: 客户编号}
  name: {column: 客户名称}
  aliases: {column: 别名, type: list}
  created_at: {column: 建档日期, type: date}
required: [id, name]
"""
LINES = "客户编号,客户名称,别名,建档日期\nA-1,华东医疗器械有限公司,华东医疗|东医,2025-04-07 09:00\nA-2,澄湖医院,,2025/4/8\n"


def make_folder(tmp_path: Path) -> Path:
    """A folder with accounts.csv and its mapping."""
    place = tmp_path / "in"
    place.mkdir()
    (place / "accounts.yaml").write_text(ACCOUNTS, encoding="utf-8")
    (place / "accounts.csv").write_text(LINES, encoding="utf-8")
    return place


def run(store: Store, target: Path, **options: Any) -> IngestReport:
    options.setdefault("rejected", target.parent / "rejected")
    return ingest(store, target, now=NOW, **options)


def seller(store: Store) -> Store:
    """One colleague in one team, and nothing else; the same store."""
    with store.session() as session:
        session.add(Team(id="t", name="一组"))
        session.flush()
        session.add(Person(id="p", name="李娜", team_id="t", email="lina@us.example"))
    return store


def company(store: Store) -> None:
    with seller(store).session() as session:
        session.add(Account(id="A-1", name="华东医疗", team_id="t", created_at=NOW))
        session.add(Product(id="x", name="GTX Pro"))


DEALS = """
name: test-deals
file: deals.csv
table: deal
columns:
  id: {column: id, prefix: "crm-"}
  name: {column: id}
  account_id: {column: account, lookup: account.name, loose: true}
  owner_id: {column: owner, lookup: person.email}
  team_id: {column: owner, lookup: person.email, take: team_id}
  product_id: {column: product, lookup: product.name, loose: true}
  stage: {column: stage, type: map, values: {Won: won, Lost: lost, Open: discovery}}
  amount_fen: {column: amount, type: money}
  created_at: {column: created, type: date}
  closed_at: {column: closed, type: date}
required: [id, amount_fen]
"""
DEAL_HEADER = "id,account,owner,product,stage,amount,created,closed\n"


def deals(folder: Path, *lines: str) -> Path:
    (folder / "deals.csv").write_text(DEAL_HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    (folder / "deals.yaml").write_text(DEALS, encoding="utf-8")
    return folder / "deals.yaml"


GOOD = "1,华东医疗,lina@us.example,GTXPro,Won,1280000.50,2026-01-01,2026-02-01"
"""A deal that comes in without complaint once `company` is there."""
