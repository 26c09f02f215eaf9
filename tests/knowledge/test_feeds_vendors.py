"""Exports of 纷享销客, 销售易 and 搭贝 through the mappings that come with the house."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge.feeds import FeedError, IngestReport, ingest, read_mapping
from knowledge.feeds.bundle import SHIPPED
from knowledge.model import Account, Contact, Deal, Interaction, Product
from knowledge.store import Store
from tests.fakes.feed_files import seller

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EXPORTS = Path(__file__).parents[2] / "examples" / "crm_exports"


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return seller(sqlite_store)


def load(store: Store, name: str, base: Path, tmp_path: Path, dry_run: bool = False) -> IngestReport:
    return ingest(store, Path(name), base=base, now=NOW, dry_run=dry_run, rejected=tmp_path / "rejected")


def deals(store: Store) -> dict[str, Deal]:
    with store.reading() as session:
        return {row.name: row for row in session.exec(select(Deal)).all()}


def test_fxiaoke_in_gb18030_with_amounts_in_ten_thousands(store: Store, tmp_path: Path) -> None:
    report = load(store, "fxiaoke", EXPORTS / "fxiaoke", tmp_path)
    found = deals(store)
    assert sorted(found) == ["影像中心一期", "手持超声 20 台"]
    running = found["手持超声 20 台"]
    assert (running.amount_fen, running.stage, running.owner_id, running.team_id) == (
        172_000_000,
        "proposal",
        "p",
        "t",
    )
    won = found["影像中心一期"]
    assert won.closed_at == datetime(2026, 9, 28, 9, 5, tzinfo=UTC)
    assert won.amount_fen == 12_800_000
    with store.reading() as session:
        prices = {row.name: row.list_price_fen for row in session.exec(select(Product)).all()}
        note = session.exec(select(Interaction)).one()
        contact = session.exec(select(Contact).where(Contact.name == "郑敏")).one()
        account = session.get(Account, contact.account_id)
    assert prices == {"手持超声 H2": 8_600_000, "影像工作站 W1": 12_800_000}
    assert (note.kind, note.person_id, note.provenance) == ("note", "p", "imported_file")
    assert note.deal_id == running.id
    assert account is not None
    assert (account.city, account.region) == ("杭州市", "浙江省")
    reasons = [one.reason for feed in report.feeds for one in feed.rejections]
    assert len(reasons) == 4
    for told in ("查无此人", "负数", "NaN", "重复"):
        assert any(told in reason for reason in reasons), told


def test_xiaoshouyi_with_currencies_that_contradict_their_sign(store: Store, tmp_path: Path) -> None:
    report = load(store, "xiaoshouyi", EXPORTS / "xiaoshouyi", tmp_path)
    found = deals(store)
    assert {name: (deal.amount_fen, deal.currency) for name, deal in found.items()} == {
        "口扫 8 台": (56_000_000, "CNY"),
        "牙椅 12 张": (9_000_000, "USD"),
    }
    assert found["口扫 8 台"].closed_at is None
    assert found["牙椅 12 张"].closed_at == datetime(2026, 6, 29, 16, tzinfo=UTC)
    [mixed] = [one for feed in report.feeds for one in feed.rejections]
    assert "contradict" in mixed.reason
    products = report.feeds[0]
    assert products.remarks
    assert not products.rows


def test_dabei_as_one_workbook_with_a_sheet_a_table(store: Store, tmp_path: Path) -> None:
    book = EXPORTS / "dabei" / "搭贝导出.xlsx"
    assert load(store, "dabei", book, tmp_path).rejected == 0
    deal = deals(store)["彩超 3 台"]
    assert (deal.amount_fen, deal.stage) == (96_500_000, "negotiation")
    assert deal.created_at == datetime(2026, 8, 8, 2, 30, tzinfo=UTC)
    again = load(store, "dabei", book, tmp_path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 4)


@pytest.mark.parametrize("vendor", ["fxiaoke", "xiaoshouyi"])
def test_twice_is_once_and_a_dry_run_writes_nothing(store: Store, tmp_path: Path, vendor: str) -> None:
    dry = load(store, vendor, EXPORTS / vendor, tmp_path, dry_run=True)
    assert dry.new
    assert not deals(store)
    first = load(store, vendor, EXPORTS / vendor, tmp_path)
    assert (first.new, first.rejected) == (dry.new, dry.rejected)
    again = load(store, vendor, EXPORTS / vendor, tmp_path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.new)


def test_a_missing_column_is_named_and_a_star_is_no_chinese_sign(store: Store, tmp_path: Path) -> None:
    (tmp_path / "客户联系人.csv").write_text("姓名\n张三\n", encoding="utf-8")
    with pytest.raises(FeedError, match="客户"):
        load(store, "dabei", tmp_path, tmp_path)
    (tmp_path / "客户 (2).csv").write_text("名称,负责人\n甲,李娜\n", encoding="utf-8")
    with pytest.raises(FeedError, match="客户名称"):
        load(store, "dabei", tmp_path, tmp_path)


def test_an_amount_with_a_unit_of_its_own_keeps_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "客户.csv").write_text("客户名称,负责人\n甲,李娜\n", encoding="utf-8")
    head = "商机名称,客户名称,商机阶段,预计金额(万元),负责人,提交时间\n"
    lines = "一,甲,赢单,1.5亿,李娜,2026-01-02\n二,甲,报价,30,李娜,2027-01-02\n三,甲,没有的阶段,3,李娜,2026-01-02\n"
    (tmp_path / "商机.csv").write_text(head + lines, encoding="utf-8")
    report = load(store, "dabei", tmp_path, tmp_path)
    assert deals(store)["一"].amount_fen == 15_000_000_000
    reasons = " ".join(one.reason for one in report.feeds[3].rejections)
    assert "clock" in reasons
    assert "没有的阶段" in reasons


@pytest.mark.parametrize(
    "path", sorted(SHIPPED.rglob("*.yaml")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_shipped_mapping_is_sound(path: Path) -> None:
    if path.stem != "import":
        assert read_mapping(path).name
