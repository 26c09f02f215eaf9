"""Clauses: read with their numbers, compared with the template, changed in the Word file, and wished for in words."""

from __future__ import annotations

from datetime import date

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from actions.documents.catalogue import PaperTemplate, shipped
from actions.documents.clauses import Clause, clauses_of, difference, distance_bp, word_diff
from actions.documents.edits import STRUCK, Edit, edited, find
from actions.documents.faults import DocumentRefused
from actions.documents.render import render
from actions.documents.wishes import date_in, number_of, understood
from tests.fakes.word_files import saved, text_of, word

TODAY = date(2026, 11, 25)


def template(template_id: str) -> PaperTemplate:
    found = shipped().by_id(template_id)
    assert found is not None
    return found


def contract(template_id: str = "EP-3", **values: str) -> bytes:
    """A contract of that template with sample values and the lawyers' own terms."""
    one = template(template_id)
    terms = {name: str(term.standard or "") for name, term in one.terms.items()}
    return render(one.data, one.schema_of_fields.samples() | terms | values)


def test_the_clauses_of_our_contracts_are_found() -> None:
    headings = [one.heading for one in clauses_of(contract())]
    assert headings[0] == "前言"
    assert headings[1:8] == [
        "第一条 产品",
        "第二条 交付",
        "第三条 安装、培训与验收",
        "第四条 付款",
        "第五条 质保",
        "第六条 违约责任",
        "第七条 争议解决",
    ]
    assert headings[8:] == ["签署", "页眉页脚"]
    warranty = clauses_of(contract())[5]
    assert (warranty.number, warranty.name) == ("第五条", "质保")
    assert "质保 12 个月" in warranty.text
    assert "盖章" not in clauses_of(contract())[7].text


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (
            ["1. Scope", "We deliver.", "2. Price", "You pay.", "Signed by: both"],
            ["前言", "1. Scope", "2. Price", "签署"],
        ),
        (["Article 1 Scope", "x", "Article 2 Price", "y"], ["前言", "Article 1 Scope", "Article 2 Price"]),
        (["一、范围", "甲", "二、价款", "乙"], ["前言", "一、范围", "二、价款"]),
        (["第1条 范围", "1. 甲", "2. 乙", "第2条 价款"], ["前言", "第1条 范围", "第2条 价款"]),
    ],
)
def test_other_ways_to_number_clauses(paragraphs: list[str], expected: list[str]) -> None:
    assert [one.heading for one in clauses_of(word(*paragraphs))][: len(expected)] == expected


def test_numbers_that_word_makes_itself_are_counted() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    shape = OxmlElement("w:abstractNum")
    shape.set(qn("w:abstractNumId"), "77")
    level = OxmlElement("w:lvl")
    level.set(qn("w:ilvl"), "0")
    for name, value in (("start", "1"), ("numFmt", "chineseCountingThousand"), ("lvlText", "第%1条")):
        child = OxmlElement(f"w:{name}")
        child.set(qn("w:val"), value)
        level.append(child)
    shape.append(level)
    numbering.insert(0, shape)
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), "77")
    reference = OxmlElement("w:abstractNumId")
    reference.set(qn("w:val"), "77")
    number.append(reference)
    numbering.append(number)
    for index in range(12):
        paragraph = document.add_paragraph(f"条款{index}")
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_numId().val = 77
        properties.get_or_add_ilvl().val = 0
        document.add_paragraph("内容")
    headings = [one.heading for one in clauses_of(saved(document))]
    assert headings[1] == "第一条 条款0"
    assert headings[12] == "第十二条 条款11"
    changed = edited(saved(document), [Edit(op="rewrite", clause="第十二条", text="新的内容")])
    assert [one.clause for one in difference(saved(document), changed)] == ["第十二条 条款11"]


def test_filled_fields_are_no_change_and_a_changed_word_is() -> None:
    assert distance_bp(contract(), contract()) == 0
    assert difference(contract(), contract()) == ()
    changed = edited(contract(), [Edit(op="replace", clause="第五条", old="四小时", text="二小时")])
    (one,) = difference(contract(), changed)
    assert (one.clause, one.kind) == ("第五条 质保", "changed")
    assert "质保期内[-四-]{+二+}小时响应" in one.diff
    assert 1 <= distance_bp(contract(), changed) < 200
    assert "改动" in one.told()
    assert "changed" in one.told("en")


def test_clauses_are_rewritten_added_and_struck_out_and_each_is_told() -> None:
    changed = edited(
        contract(),
        [
            Edit(op="rewrite", clause="第七条", text="提交上海仲裁委员会仲裁。\n裁决是终局的。"),
            Edit(op="remove", clause="违约责任"),
            Edit(op="add", text="保密：双方互相保密。"),
        ],
    )
    told = {one.clause: one for one in difference(contract(), changed)}
    assert told["第六条 违约责任"].after == f"第六条 违约责任\n{STRUCK}"
    assert told["第七条 争议解决"].after.endswith("裁决是终局的。")
    assert told["第八条 保密"].kind == "added"
    assert len(told) == 3
    text = text_of(changed)
    assert "买方（盖章）" in text
    assert "第八条 保密" in text


def test_a_change_of_the_table_or_the_head_is_found_too() -> None:
    for field, value in (("total", "¥1.00"), ("buyer_name", "别的公司"), ("contract_no", "X-1")):
        assert distance_bp(contract(), contract(**{field: value})) > 0


def test_a_clause_that_is_not_there_is_refused() -> None:
    for edit in (
        Edit(op="remove", clause="第九条"),
        Edit(op="replace", clause="第五条", old="没有", text="x"),
    ):
        with pytest.raises(DocumentRefused):
            edited(contract(), [edit])


def test_clauses_are_called_by_number_or_name() -> None:
    found = clauses_of(contract())
    for called in ("第五条", "第 5 条", "5", "质保"):
        clause = find(found, called)
        assert clause is not None
        assert clause.number == "第五条"
    assert find(found, "第九条") is None
    assert find(found, "前言") is None


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("质保改成三年", {"warranty_months": 36}),
        ("质保 24 个月", {"warranty_months": 24}),
        ("把质保期延长到两年半", {"warranty_months": 30}),
        ("保修改为18个月", {"warranty_months": 18}),
        ("warranty to 3 years", {"warranty_months": 36}),
        ("预付改成50%", {"deposit_percent": 50}),
        ("首付五成", {"deposit_percent": 50}),
        ("到货后百分之四十", {"delivery_percent": 40}),
        ("培训改为三轮", {"training_rounds": 3}),
        ("交货日期改为2026年12月31日", {"delivery_date": "2026-12-31"}),
        ("交货日期改成1月15日", {"delivery_date": "2027-01-15"}),
        ("交货地点改为上海市浦东新区样例路 8 号", {"delivery_place": "上海市浦东新区样例路 8 号"}),
        ("违约金上限降到5%", {"liability_cap_percent": 5}),
    ],
)
def test_terms_are_understood(said: str, terms: dict[str, int | str]) -> None:
    wish = understood([said], template("EP-3"), clauses_of(contract()), TODAY)
    assert dict(wish.terms) == terms
    assert (wish.edits, wish.unclear) == ((), ())


@pytest.mark.parametrize(
    ("said", "op", "clause"),
    [
        ("第五条: 质保三年，人为损坏除外。", "rewrite", "第五条"),
        ("第七条：提交卖方所在地人民法院。", "rewrite", "第七条"),
        ("删除第六条", "remove", "第六条"),
        ("去掉违约责任条款", "remove", "违约责任"),
        ("增加一条: 保密：双方互相保密。", "add", ""),
        ("把次日到场改成当日到场", "replace", "第五条"),
        ("第五条的四小时改为两小时", "replace", "第五条"),
        ("争议解决改成提交卖方所在地人民法院", "rewrite", "第七条"),
    ],
)
def test_edits_are_understood_and_can_be_made(said: str, op: str, clause: str) -> None:
    wish = understood([said], template("EP-3"), clauses_of(contract()), TODAY)
    (edit,) = wish.edits
    assert (edit.op, edit.clause) == (op, clause)
    assert difference(contract(), edited(contract(), wish.edits))


@pytest.mark.parametrize(
    "said",
    [
        "写得客气一点",
        "质保改长一点",
        "预付改成150%",
        "第九条: 新的",
        "付款改好一点",
        "质保改成一千年",
        "便宜点",
        "质保改成1.5年",
    ],
)
def test_what_is_not_understood_is_said_and_never_guessed(said: str) -> None:
    wish = understood([said], template("EP-3"), clauses_of(contract()), TODAY)
    assert wish.unclear == (said,)
    assert (dict(wish.terms), wish.edits) == ({}, ())


def test_numbers_and_dates_in_words() -> None:
    assert [number_of(one) for one in ("三", "十", "十二", "三十六", "一百二十", "48", "1.5")] == [
        3,
        10,
        12,
        36,
        120,
        48,
        None,
    ]
    assert date_in("2026年2月30日", TODAY) is None
    assert date_in("十二月", TODAY) is None


def test_words_of_a_diff() -> None:
    assert word_diff("质保 12 个月", "质保 36 个月") == "质保 [-12-]{+36+} 个月"
    assert word_diff("", "新") == "{+新+}"


def test_a_bare_word_is_not_found_inside_a_longer_one() -> None:
    """The software contract has no warranty term: 质保 must not turn the retention money into 三年金."""
    payment = Clause(heading="第三条 付款", text="验收后 25%，质保金 5% 于验收满一年后支付。", paragraphs=())
    wish = understood(["质保改成三年"], template("SL-2"), [payment], TODAY)
    assert wish.unclear == ("质保改成三年",)
    assert wish.edits == ()
    (edit,) = understood(["“满一年后”改成“满两年后”"], template("SL-2"), [payment], TODAY).edits
    assert (edit.op, edit.old) == ("replace", "满一年后")
