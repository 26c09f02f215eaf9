"""What is wrong with a feed is said: rows land in the report, files and mappings get a sentence."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.feeds import FeedError
from knowledge.model import Team
from knowledge.store import Store
from tests.fakes.feed_files import ACCOUNTS, DEAL_HEADER, GOOD, LINES, company, deals, make_folder, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (GOOD.replace("1280000.50", "NaN"), "amount", "不是金额"),
        (GOOD.replace("1280000.50", "-5"), "amount", "负数"),
        (GOOD.replace("1280000.50", "1e40"), "amount", "太大"),
        (GOOD.replace("1280000.50", ""), "amount", "必填"),
        (GOOD.replace("2026-02-01", "2027-02-01"), "closed", "在将来"),
        (GOOD.replace("2026-02-01", "2025-02-01"), "closed", "早于创建"),
        (GOOD.replace("2026-02-01", "02/01/2026"), "closed", "不是日期"),
        (GOOD.replace("Won", "Gewonnen"), "stage", "不在映射的 values 里"),
        (GOOD.replace("华东医疗", "华东医药"), "account", "最像的是“华东医疗”"),
        (GOOD.replace("lina@", "nobody@"), "owner", "没有 email"),
        (GOOD + ",x,y", "", "这一行有 10 格"),
    ],
)
def test_a_wrong_row_is_rejected_with_row_column_and_reason(
    sqlite_store: Store, folder: Path, line: str, column: str, reason: str
) -> None:
    company(sqlite_store)
    report = run(sqlite_store, deals(folder, line.replace("1,", "0,", 1), GOOD))
    assert (report.new, report.rejected) == (1, 1)
    (rejection,) = report.feeds[0].rejections
    assert (rejection.row, rejection.column) == (2, column)
    assert reason in rejection.reason
    assert report.feeds[0].rejected_file is not None
    with report.feeds[0].rejected_file.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["row"], row["column"], row["id"]) == ("2", column, "0")


def test_repeated_keys_and_unknown_ids_are_rejected(sqlite_store: Store, folder: Path) -> None:
    company(sqlite_store)
    report = run(sqlite_store, deals(folder, GOOD, GOOD))
    assert (report.new, report.rejected) == (1, 1)
    assert "与第 2 行重复" in report.feeds[0].rejections[0].reason
    (folder / "c.yaml").write_text(
        "name: c\ntable: contact\nrows: [{id: c, name: 王, account: A-9}]\n"
        "columns: {id: id, name: name, account_id: account}", encoding="utf-8"
    )  # fmt: skip
    report = run(sqlite_store, folder / "c.yaml")
    assert (report.new, report.rejected) == (0, 1)
    assert "A-9" in report.feeds[0].rejections[0].reason


def test_missing_columns_are_named_with_the_closest(sqlite_store: Store, folder: Path) -> None:
    (folder / "accounts.csv").write_text(LINES.replace("客户名称", "客户名"), encoding="utf-8")
    with pytest.raises(FeedError, match=r"客户名称（最像的：客户名.*文件的列是.*建档日期"):
        run(sqlite_store, folder / "accounts.yaml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("table: account", "table: acount", "acount"),
        ("required:", "requierd:", "requierd 不认识，是不是 required"),
        ("  name: {column: 客户名称}", "  nmae: {column: 客户名称}", "没有字段 nmae.*是不是 name"),
        ("type: list", "type: lst", "aliases.type"),
        ("{column: 客户编号}", "{}", "columns.id"),
        ("name: test-accounts", "name: [", "第 4 行"),
        ("table: account", "table: account\nkey: [ID]", "key 里的 ID"),
        ("table: account", "table: account\ntimezone: Mars/Base", "不认识时区 Mars/Base"),
        ("{column: 客户编号}", "{column: x, lookup: acount.name}", "没有表 acount"),
    ],
)
def test_a_wrong_mapping_names_file_key_and_what_is_allowed(
    sqlite_store: Store, folder: Path, old: str, new: str, told: str
) -> None:
    (folder / "accounts.yaml").write_text(ACCOUNTS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FeedError, match=f"(?s)accounts.yaml.*{told}"):
        run(sqlite_store, folder / "accounts.yaml")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("accounts.csv", b"", "空文件"),
        ("accounts.csv", "客户编号,客户编号\n1,2\n".encode(), "列名重复"),
        ("accounts.csv", LINES.encode().replace("湖".encode(), b"\xe6\xb9"), "第 3 行有损坏的 UTF-8"),
        ("accounts.csv", LINES.encode() + b'A-3,"open quote,' + b"x" * 17_000_000, "读不下去"),
        ("accounts.xlsx", b"PK not a zip", "不是完好的 Excel"),
        ("accounts.xls", b"\xd0\xcf\x11\xe0", "另存为"),
    ],
)
def test_a_broken_file_is_a_sentence(
    sqlite_store: Store, folder: Path, name: str, data: bytes, told: str
) -> None:
    (folder / name).write_bytes(data)
    (folder / "accounts.yaml").write_text(ACCOUNTS.replace("accounts.csv", name), encoding="utf-8")
    with pytest.raises(FeedError, match=told):
        run(sqlite_store, folder / "accounts.yaml")


CELLS = st.one_of(
    st.text(max_size=12), st.sampled_from(["NaN", "-1", "=1+1", "2026-01-01", "Won", "华东医疗", "\x00"])
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=8, max_size=8), min_size=1, max_size=6))
def test_whatever_the_cells_say_nothing_crashes_and_twice_is_once(
    sqlite_store: Store, folder: Path, rows: list[list[str]]
) -> None:
    with sqlite_store.reading() as session:
        if session.get(Team, "t") is None:
            company(sqlite_store)
    target = deals(folder)
    with (folder / "deals.csv").open("w", encoding="utf-8", newline="", errors="ignore") as stream:
        csv.writer(stream).writerows([DEAL_HEADER.strip().split(","), GOOD.split(","), *rows])
    first = run(sqlite_store, target)
    again = run(sqlite_store, target)
    assert (again.new, again.changed) == (0, 0)
    assert again.rejected == first.rejected
    assert again.unchanged == first.new + first.changed + first.unchanged
