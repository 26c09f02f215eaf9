"""Exports: with the manager's yes, capped and marked, harmless in a spreadsheet, without cost or floor, and taken back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from actions import exports
from actions.action import Outcome, State, Status
from actions.cards import card_of
from actions.sheets import FORMULA, Sheet, as_csv, as_xlsx, harmless
from knowledge.model import Contact, Deal, Interaction
from tests.fakes.deeds import GUESSED, TYPED, row, wish
from tests.fakes.firm import Firm

LABELS = {"what": TYPED, "tool": TYPED}


def export(
    firm: Firm,
    what: str = "deals",
    format: str = "csv",
    *,
    who: str = "p-lina",
    about: str = "t-1",
    **more: Any,
) -> Outcome:
    more.setdefault("labels", LABELS)
    return wish(firm, "export_data", {"what": what, "format": format}, who=who, about=about, **more)


def fetched(firm: Firm, outcome: Outcome, by: str = "p-zhao") -> bytes:
    assert firm.approve(by, outcome.code).state is State.SCHEDULED
    firm.performer.tick()
    return firm.gate.hands.files.read(row(firm, outcome).result["reference"])


def table(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_manager_decides_and_the_file_is_marked(firm: Firm) -> None:
    outcome = export(firm)
    assert outcome.approvers == ("p-zhao",)
    assert any("离开系统" in warning for warning in outcome.warnings)
    mark, columns, *rows = table(fetched(firm, outcome))
    assert mark[0].startswith("# ")
    for part in ("李娜 (p-lina)", "2026-11-23 10:00", outcome.code, "一组", "2 / 2"):
        assert part in mark[0]
    assert columns[0] == "编号 id"
    assert [line[0] for line in rows] == ["D-1", "D-2"]
    assert rows[0][5] == "1280000"
    detail = row(firm, outcome).result["detail"]
    assert f"/fetch {outcome.code}" in detail
    assert f"deals-t-1-{outcome.code}.csv" in detail


def test_only_the_teams_own_rows(firm: Firm) -> None:
    with firm.store.session() as session:
        session.add(Interaction(id="I-1", kind="call", at=firm.clock(), team_id="t-1", text="我方的"))
        session.add(Interaction(id="I-3", kind="call", at=firm.clock(), team_id="t-3", text="别组的"))
        session.add(Interaction(id="I-0", kind="call", at=firm.clock(), text="无主的"))
    text = fetched(firm, export(firm, "interactions")).decode()
    assert "我方的" in text
    assert "别组的" not in text
    assert "无主的" not in text
    contacts = table(fetched(firm, export(firm, "contacts", key="c")))
    assert [line[0] for line in contacts[2:]] == ["C-1", "C-2"]


def test_cost_and_floor_are_in_no_column(firm: Firm) -> None:
    for n, what in enumerate(exports.WHAT):
        if what != "interactions":
            text = fetched(firm, export(firm, what, key=f"k{n}")).decode()
            assert "70000000" not in text
            assert "100000000" not in text
    assert not any("cost" in name or "floor" in name for names in exports.COLUMNS.values() for name in names)


def test_formulas_come_out_as_text(firm: Firm) -> None:
    evil = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝1+1", '=HYPERLINK("http://x","y")')
    with firm.store.session() as session:
        for n, name in enumerate(evil):
            session.add(Contact(id=f"C-9{n}", account_id="A-1", name=name, phone="+86 139"))
    lines = table(fetched(firm, export(firm, "contacts")))[2:]
    names = [line[1] for line in lines if line[0].startswith("C-9")]
    assert names == [f"'{name}" for name in evil]
    assert all(cell.startswith("'+86") for line in lines if line[0].startswith("C-9") for cell in line[6:7])
    book = load_workbook(io.BytesIO(fetched(firm, export(firm, "contacts", "xlsx", key="x"))))
    assert all(cell.data_type != "f" for sheet in book for line in sheet for cell in line)


def test_a_workbook_has_its_mark_on_a_sheet_of_its_own(firm: Firm) -> None:
    outcome = export(firm, "deals", "xlsx")
    book = load_workbook(io.BytesIO(fetched(firm, outcome)))
    assert book.sheetnames == ["deals", "水印 watermark"]
    marks = {line[0].value: line[1].value for line in book["水印 watermark"]}
    assert marks["动作 action"] == outcome.code
    assert marks["导出人 exported by"] == "李娜 (p-lina)"
    assert outcome.code in str(book["deals"].oddFooter.center.text)
    assert book["deals"]["F2"].value == 1_280_000


def test_a_thousand_rows_and_no_more(firm: Firm) -> None:
    with firm.store.session() as session:
        for n in range(1005):
            session.add(
                Deal(id=f"E-{n:05}", name="x", account_id="A-1", owner_id="p-lina", team_id="t-1", stage="won", created_at=firm.clock())
            )  # fmt: skip
    outcome = export(firm)
    with firm.store.reading() as session:
        assert card_of(session, row(firm, outcome)).lines[0].value == "1000 / 1007 (≤ 1000)"
    lines = table(fetched(firm, outcome))
    assert len(lines) == 1002
    assert "1000 / 1007" in lines[0][0]
    assert "共 1007 行" in row(firm, outcome).result["detail"]


def test_handed_back_nobody_finds_it(firm: Firm) -> None:
    outcome = export(firm)
    fetched(firm, outcome)
    assert firm.approvals.undo("p-lina", outcome.code).state is State.UNDONE
    result = row(firm, outcome).result
    assert "sha256" not in str(result)
    assert "不能再取" in result["detail"]
    late = export(firm, key="late")
    fetched(firm, late)
    firm.clock.pass_(24 * 3600 + 1)
    assert firm.approvals.undo("p-lina", late.code).status is Status.REFUSED


@pytest.mark.parametrize(("who", "about"), [("p-wu", "t-1"), ("p-lina", "t-3"), ("p-lina", "t-404")])
def test_another_teams_data_do_not_exist(firm: Firm, who: str, about: str) -> None:
    outcome = export(firm, who=who, about=about)
    assert (outcome.action_id, outcome.status) == ("", Status.REFUSED)


@pytest.mark.parametrize("who", ["p-audit", "p-gao", "p-lin"])
def test_who_only_looks_does_not_export(firm: Firm, who: str) -> None:
    assert export(firm, who=who).state is State.DENIED


def test_a_manager_needs_somebody_else(firm: Firm) -> None:
    outcome = export(firm, who="p-zhao")
    assert outcome.approvers == ("p-zhou",)
    assert firm.approve("p-zhao", outcome.code).status is Status.REFUSED
    assert table(fetched(firm, outcome, by="p-zhou"))


def test_an_export_nobody_asked_for_says_so(firm: Firm) -> None:
    outcome = export(firm, labels={"what": GUESSED, "tool": GUESSED})
    assert outcome.approvers == ("p-zhao",)
    assert any("不是本人要求的" in warning for warning in outcome.warnings)


@pytest.mark.parametrize("args", [{"what": "products"}, {"what": "deals", "format": "exe"}, {}])
def test_only_what_is_on_the_list(firm: Firm, args: dict[str, str]) -> None:
    assert "导出" in wish(firm, "export_data", args, about="t-1").reason


def test_nothing_to_export_is_said(firm: Firm) -> None:
    assert "没有可导出" in export(firm, "interactions").reason


def test_twice_is_once(firm: Firm) -> None:
    first = export(firm)
    assert export(firm).action_id == first.action_id


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_is_a_formula(text: str) -> None:
    made = str(harmless(text))
    assert not made.startswith(FORMULA)
    assert made in (text, f"'{text}")


def test_numbers_stay_numbers_and_the_same_rows_are_the_same_bytes() -> None:
    sheet = Sheet(
        title="t",
        columns=("a", "=b"),
        rows=[[-5, None], [1.5, "x\x01y"]],
        marks=(("who", "李娜 & co"),),
        at=datetime(2026, 11, 23, 2, tzinfo=UTC),
    )
    assert as_xlsx(sheet) == as_xlsx(sheet)
    assert as_csv(sheet) == as_csv(sheet)
    assert table(as_csv(sheet))[1:3] == [["a", "'=b"], ["-5", ""]]
    page = load_workbook(io.BytesIO(as_xlsx(sheet)))["t"]
    assert [[cell.value for cell in line] for line in page] == [["a", "'=b"], [-5, None], [1.5, "xy"]]
