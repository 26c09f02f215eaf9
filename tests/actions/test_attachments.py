"""What is attached is checked as what is written: through the gate, with the place on the card."""

from __future__ import annotations

from typing import Any

import pytest

from actions.action import Outcome
from actions.cards import card_of
from actions.sight import find
from bot.cards import card_text
from knowledge.model import Paper, Person
from tests.fakes import papers
from tests.fakes.firm import Firm

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
FLOOR = "底价 100 万"


def _file(firm: Firm, name: str, data: bytes, kind: str = DOCX, **changes: Any) -> dict[str, Any]:
    sha = firm.gate.hands.files.keep(data, "")
    return {"name": name, "sha256": sha, "size": len(data), "content_type": kind} | changes


def _rules(firm: Firm, outcome: Outcome) -> set[str]:
    with firm.store.reading() as session:
        action = find(session, outcome.action_id)
        assert action is not None
        return {rule["id"] for rule in action.decision["rules"]}


def _card(firm: Firm, outcome: Outcome, language: str = "zh") -> str:
    with firm.store.reading() as session:
        action = find(session, outcome.action_id)
        assert action is not None
        return card_text(card_of(session, action, language), language)


def test_a_harmless_attachment_goes_as_before(firm: Firm) -> None:
    outcome = firm.send(
        attachments=[_file(firm, "会议安排.docx", papers.word("周三下午三点,三号楼会议室。"))]
    )
    assert outcome.state == "scheduled"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (papers.word("您好", FLOOR), "附件 a.docx(正文)"),
        (papers.word_with_comment("您好", FLOOR), "附件 a.docx(批注)"),
        (papers.word_with_hidden("您好", FLOOR), "附件 a.docx(隐藏文字与修订)"),
        (papers.word("您好", keywords="1000000"), "附件 a.docx(文档属性)"),
    ],
)
def test_a_floor_price_anywhere_in_a_document_is_denied_and_its_place_told(
    firm: Firm, data: bytes, place: str
) -> None:
    outcome = firm.send(attachments=[_file(firm, "a.docx", data)])
    assert outcome.state == "denied"
    assert "leak-floor" in _rules(firm, outcome)
    assert place in _card(firm, outcome)


def test_a_floor_price_in_a_hidden_sheet_is_denied(firm: Firm) -> None:
    data = papers.workbook([["项目", "金额"]], hidden={"A1": "成本", "B1": 700000})
    outcome = firm.send(attachments=[_file(firm, "a.xlsx", data, XLSX)])
    assert outcome.state == "denied"
    assert "隐藏工作表 内部" in _card(firm, outcome)
    assert "hidden sheet 内部" in _card(firm, outcome, "en")


def test_another_customer_in_a_pdf_is_denied(firm: Firm) -> None:
    data = papers.word("仁心医院 上个月上线")
    assert "leak-other-customer" in _rules(firm, firm.send(attachments=[_file(firm, "a.docx", data)]))


def test_a_price_in_an_attachment_is_compared_with_the_offer(firm: Firm) -> None:
    other = firm.send("k1", attachments=[_file(firm, "a.docx", papers.word("总价 115 万元"))])
    same = firm.send("k2", attachments=[_file(firm, "a.docx", papers.word("总价 128 万元"))])
    assert "price-off-offer" in _rules(firm, other)
    assert "price-off-offer" not in _rules(firm, same)
    assert "price-as-offered" in _rules(firm, same)


def test_a_promise_in_an_attachment_needs_the_manager(firm: Firm) -> None:
    outcome = firm.send(attachments=[_file(firm, "a.docx", papers.word("我们保证国庆前全部上线。"))])
    assert outcome.state == "pending"
    assert "commitment" in _rules(firm, outcome)


@pytest.mark.parametrize(
    ("name", "data", "kind", "words"),
    [
        ("a.pdf", papers.pdf("x", password="p"), PDF, "已加密"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png", "图片"),
        ("a.bin.dat", bytes(range(256)), "application/octet-stream", "不认识"),
    ],
)
def test_what_cannot_be_read_waits_for_the_manager(
    firm: Firm, name: str, data: bytes, kind: str, words: str
) -> None:
    outcome = firm.send(attachments=[_file(firm, name, data, kind)])
    assert outcome.state == "pending"
    assert "attachment-unread" in _rules(firm, outcome)
    assert words in _card(firm, outcome)
    assert firm.approve("p-lina", outcome.action_id).status == "refused"
    firm.approve("p-zhao", outcome.action_id)
    with firm.store.reading() as session:
        action = find(session, outcome.action_id)
        assert action is not None
        assert action.state == "scheduled"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", b"MZ" + bytes(100), PDF),
        ("报价.pdf.exe", b"MZ" + bytes(100), "application/octet-stream"),
        ("报价\u202efdp.docx", papers.word("x"), DOCX),
        ("a.docx", papers.package(papers.word("x"), {"word/vbaProject.bin": b"x"}), DOCX),
        ("a.docx", papers.word("x"), PDF),
    ],
)
def test_what_is_dangerous_is_denied_whoever_agrees(firm: Firm, name: str, data: bytes, kind: str) -> None:
    outcome = firm.send(attachments=[_file(firm, name, data, kind)])
    assert outcome.state == "denied"
    assert "attachment-refused" in _rules(firm, outcome)


def test_a_file_that_is_not_as_registered_is_for_a_person(firm: Firm) -> None:
    gone = _file(firm, "a.docx", papers.word("x"), sha256="0" * 64)
    other = _file(firm, "b.docx", papers.word("y"), size=5)
    for key, file in (("k1", gone), ("k2", other)):
        assert "attachment-unread" in _rules(firm, firm.send(key, attachments=[file]))


def test_the_name_of_an_attachment_is_read_too(firm: Firm) -> None:
    outcome = firm.send(attachments=[_file(firm, "仁心医院报价.docx", papers.word("x"))])
    assert outcome.state == "denied"
    assert "(文件名)" in _card(firm, outcome)


def test_our_own_paper_is_judged_by_its_record(firm: Firm) -> None:
    data = papers.word("单价 35,000 元,共 32 套,总价 112 万元", "标价合计 140 万元")
    file = _file(firm, "报价单.docx", data)
    before = firm.send("k1", attachments=[file])
    assert "price-off-offer" in _rules(firm, before)
    with firm.store.session() as session:
        session.add(
            Paper(
                id="P-9",
                kind="quote",
                deal_id="D-1",
                team_id="t-1",
                docx_sha256=file["sha256"],
                amount_fen=112_000_000,
            )
        )
    assert "price-off-offer" not in _rules(firm, firm.send("k2", attachments=[file]))
    with firm.store.reading() as session:
        assert session.get(Person, "p-lina") is not None
