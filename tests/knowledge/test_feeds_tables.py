"""Tables come in through a mapping: any encoding, twice is once, each change field by field."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from knowledge.feeds import FeedError
from knowledge.model import Account, Deal, Interaction
from knowledge.store import Store
from tests.fakes.feed_files import ACCOUNTS, GOOD, LINES, company, deals, make_folder, run

ROOT = Path(__file__).parents[2]
SALES = ROOT.parent / "shared" / "data" / "crm_sales_opportunities"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def test_new_then_unchanged_then_changed_field_by_field(any_store: Store, folder: Path) -> None:
    first = run(any_store, folder / "accounts.yaml")
    assert (first.new, first.changed, first.unchanged, first.rejected) == (2, 0, 0, 0)
    again = run(any_store, folder / "accounts.yaml")
    assert (again.new, again.changed, again.unchanged, again.rejected) == (0, 0, 2, 0)
    (folder / "accounts.csv").write_text(LINES.replace("|东医", "|ECM"), encoding="utf-8")
    dry = run(any_store, folder / "accounts.yaml", dry_run=True)
    (change,) = dry.feeds[0].changes
    assert (change.row, change.key, change.fields) == (
        2,
        ("A-1",),
        {"aliases": (["华东医疗", "东医"], ["华东医疗", "ECM"])},
    )
    assert "什么都没有写入" in dry.as_text()
    assert run(any_store, folder / "accounts.yaml").changed == 1
    with any_store.reading() as session:
        account = session.get(Account, "A-1")
        assert account is not None
        assert account.aliases == ["华东医疗", "ECM"]
        assert account.created_at == datetime(2025, 4, 7, 1, 0, tzinfo=UTC)


def test_a_dry_run_of_feeds_that_lean_on_each_other_writes_nothing(any_store: Store, folder: Path) -> None:
    deals(folder, "1,华东医疗器械有限公司,lina@us.example,,Open,5,2026-01-01,")
    (folder / "people.yaml").write_text(
        "name: p\ntable: person\nrows: [{id: p, name: 李娜, email: lina@us.example, team: t}]\n"
        "columns: {id: id, name: name, email: email, team_id: team}", encoding="utf-8"
    )  # fmt: skip
    (folder / "teams.yaml").write_text(
        "name: t\ntable: team\nrows: [{id: t, name: 一组}]\ncolumns: {id: id, name: name}", encoding="utf-8"
    )
    (folder / "import.yaml").write_text(
        "feeds: [teams.yaml, people.yaml, {mapping: accounts.yaml}, {mapping: deals.yaml}]", encoding="utf-8"
    )
    dry = run(any_store, folder, dry_run=True)
    assert (dry.new, dry.rejected) == (5, 0)
    with any_store.reading() as session:
        assert session.execute(select(func.count()).select_from(Account)).scalar() == 0
    assert run(any_store, folder).new == 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "big5", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encoding_and_delimiter_are_found(
    sqlite_store: Store, folder: Path, encoding: str, delimiter: str
) -> None:
    text = (
        LINES
        if encoding != "big5"
        else LINES.translate(str.maketrans("户编号别档华东医疗机构东药", "戶編號別檔華東醫療機構東藥"))
    )
    text = text.translate(str.maketrans("称东仪", "稱東儀")) if encoding == "big5" else text
    mapping = (
        ACCOUNTS if encoding != "big5" else ACCOUNTS.translate(str.maketrans("户编号别档称", "戶編號別檔稱"))
    )
    body = text.replace(",", delimiter).encode(encoding, errors="ignore" if encoding == "big5" else "strict")
    (folder / "accounts.yaml").write_text(mapping, encoding="utf-8")
    (folder / "accounts.csv").write_bytes(body)
    assert run(sqlite_store, folder / "accounts.yaml").new == 2
    with sqlite_store.reading() as session:
        account = session.get(Account, "A-1")
        assert account is not None
        assert account.name[:2] in ("华东", "華東")


def test_excel_with_real_dates_numbers_and_sheets(sqlite_store: Store, folder: Path) -> None:
    book = Workbook()
    page = book.create_sheet("客户")
    page.append(["客户编号", "客户名称", "别名", "建档日期"])
    page.append([1001, "华东医疗", None, datetime(2025, 4, 7, 9)])
    page.append([None, None, None, None])
    page.append([1002.0, "澄湖医院", "澄湖", "2025年4月8日"])
    book.save(folder / "accounts.xlsx")
    mapping = ACCOUNTS.replace("accounts.csv", "accounts.xlsx\nsheet: 客户")
    (folder / "accounts.yaml").write_text(mapping, encoding="utf-8")
    assert run(sqlite_store, folder / "accounts.yaml").new == 2
    with sqlite_store.reading() as session:
        account = session.get(Account, "1001")
        assert account is not None
        assert account.created_at == datetime(2025, 4, 7, 1, tzinfo=UTC)
        assert session.get(Account, "1002") is not None
    (folder / "accounts.yaml").write_text(mapping.replace("sheet: 客户", "sheet: 商机"), encoding="utf-8")
    with pytest.raises(FeedError, match=r"没有工作表 商机.*客户"):
        run(sqlite_store, folder / "accounts.yaml")


def test_lookups_money_and_stages(any_store: Store, folder: Path) -> None:
    company(any_store)
    assert run(any_store, deals(folder, GOOD)).new == 1
    with any_store.reading() as session:
        deal = session.get(Deal, "crm-1")
        assert deal is not None
        assert (deal.account_id, deal.owner_id, deal.team_id, deal.product_id) == ("A-1", "p", "t", "x")
        assert (deal.amount_fen, deal.stage) == (128000050, "won")


def test_spoken_rows_get_segments_sides_and_a_team(any_store: Store, folder: Path) -> None:
    company(any_store)
    (folder / "i.yaml").write_text(
        "name: i\ntable: interaction\nprovenance: customer_chat\n"
        "rows: [{id: i1, kind: chat, at: 2026-11-20 09:30, account: A-1, text: \"王总：太贵了\\n李娜: 我申请一下\\n好\"}]\n"
        "columns: {id: id, kind: kind, at: at, account_id: account, text: text}", encoding="utf-8"
    )  # fmt: skip
    (folder / "c.yaml").write_text(
        "name: c\ntable: contact\nrows: [{id: c, name: 王建国, account: A-1}]\n"
        "columns: {id: id, name: name, account_id: account}", encoding="utf-8"
    )  # fmt: skip
    assert run(any_store, folder / "c.yaml").new == 1
    assert run(any_store, folder / "i.yaml").new == 1
    assert run(any_store, folder / "i.yaml").unchanged == 1
    with any_store.reading() as session:
        found = session.get(Interaction, "i1")
        assert found is not None
        assert [(s["speaker"], s["side"]) for s in found.segments] == [("王总", "customer"), ("李娜", "rep")]
        assert (found.team_id, found.provenance, found.language) == ("t", "customer_chat", "zh")


@pytest.mark.data
@pytest.mark.skipif(not SALES.is_dir(), reason="../shared/data is not here")
def test_a_foreign_crm_export_comes_in_through_its_mapping(any_store: Store, tmp_path: Path) -> None:
    target = ROOT / "examples" / "crm_sales_opportunities" / "import.yaml"
    with (SALES / "sales_pipeline.csv").open(encoding="utf-8") as stream:
        expected = sum(1 for _ in csv.DictReader(stream))
    first = run(any_store, target, base=SALES, rejected=tmp_path)
    assert first.feeds[-1].new == expected
    assert first.rejected == 0
    again = run(any_store, target, base=SALES, rejected=tmp_path)
    assert (again.new, again.changed) == (0, 0)
