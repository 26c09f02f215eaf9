"""Contracts and quotes through the gate: filled from records, judged, approved, sent by hash, recorded."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from actions.action import State, Status
from actions.documents.catalogue import FOLDER
from actions.documents.edits import Edit, edited
from actions.documents.pdf_text import lacking, text_of_pdf
from actions.effects import EFFECTS
from actions.files import Shelf
from actions.gateways.mail import gateway_from
from actions.paper_view import ContractAsk, Declined, Prepared, QuoteAsk
from actions.sight import find
from actions.tables import Action
from knowledge.blueprints import publish
from knowledge.model import Account, Deal, Interaction, Offer, Paper, Product
from tests.fakes.paper_firm import (
    COMPANY,
    COST,
    FLOOR,
    SOFFICE,
    OnceOffice,
    PaperFirm,
    offer,
    paper_firm,
    small_deal,
)
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.word_files import text_of, word

needs_office = pytest.mark.skipif(not SOFFICE, reason="LibreOffice (soffice) is not installed")
OFFICE = OnceOffice()
CHAIN = ("p-zhao", "p-lin", "p-gao")


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[PaperFirm]:
    made = paper_firm(tmp_path, OFFICE if SOFFICE else None)
    yield made
    made.firm.store.close()


def contract(firm: PaperFirm, deal: str = "D-1", **ask: object) -> Prepared:
    prepared = firm.papers().contract(deal, ContractAsk(**ask))  # type: ignore[arg-type]
    assert isinstance(prepared, Prepared), prepared
    return prepared


def quote(firm: PaperFirm, deal: str = "D-1", **ask: object) -> Prepared:
    prepared = firm.papers().quote(deal, QuoteAsk(**ask))  # type: ignore[arg-type]
    assert isinstance(prepared, Prepared), prepared
    return prepared


def approve(firm: PaperFirm, code: str, *who: str) -> State:
    state = State.PENDING
    for one in who:
        state = firm.firm.approve(one, code).state
    return state


def facts(firm: PaperFirm, ref: str) -> dict[str, object]:
    with firm.firm.store.reading() as session:
        action = find(session, ref)
        assert action is not None
        return dict(action.facts)


def perform(firm: PaperFirm) -> None:
    firm.firm.clock.pass_(200)
    firm.firm.performer.tick()


# preparing ---------------------------------------------------------------------------------------------------------


def test_a_contract_is_filled_from_records_and_every_number_has_its_record(firm: PaperFirm) -> None:
    prepared = contract(firm)
    assert firm.keep(prepared).status is Status.DONE
    paper = firm.paper(prepared.paper_id)
    assert (paper.amount_fen, paper.discount_bp, paper.distance_bp, paper.status) == (
        128_800_000,
        800,
        0,
        "draft",
    )
    sources = {one["field"]: one for one in paper.sources}
    assert sources["total"] == {
        "field": "total", "value": "¥1,288,000.00", "kind": "offer", "id": "O-2", "quote": "¥1,288,000.00 · 8%",
    }  # fmt: skip
    assert (sources["buyer_name"]["id"], sources["buyer_contact"]["id"], sources["seller_name"]["kind"]) == (
        "A-1",
        "C-1",
        "company",
    )
    text = text_of(firm.firm.gate.hands.files.read(paper.docx_sha256))
    for said in (
        "华东医疗器械有限公司",
        COMPANY["name"],
        "人民币壹佰贰拾捌万捌仟元整",
        "SL2-D1-1",
        "2026年11月23日",
    ):
        assert said in text
    assert firm.firm.posted() == []


@needs_office
def test_the_amounts_in_the_pdf_are_those_of_the_records(firm: PaperFirm) -> None:
    prepared = contract(firm)
    firm.keep(prepared)
    pdf = firm.firm.gate.hands.files.read(firm.paper(prepared.paper_id).pdf_sha256)
    with firm.firm.store.reading() as session:
        row = session.get_one(Offer, "O-2")
    assert lacking(pdf, [f"¥{row.total_fen // 100:,}.00", "人民币壹佰贰拾捌万捌仟元整", "SL2-D1-1"]) == []
    said = {int(one.replace(",", "")) for one in re.findall(r"\d{1,3}(?:,\d{3})+(?=\.00)", text_of_pdf(pdf))}
    assert said == {row.total_fen // 100}


def test_without_a_converter_the_word_file_stands_alone_and_it_is_said(tmp_path: Path) -> None:
    firm = paper_firm(tmp_path, None)
    prepared = contract(firm)
    assert "只有 Word 文件" in prepared.note[0]
    assert firm.keep(prepared).status is Status.DONE
    outcome = firm.send(prepared.paper_id)
    approve(firm, outcome.code, *CHAIN)
    perform(firm)
    (letter,) = firm.firm.posted()
    assert b".docx" in letter.read_bytes()
    firm.firm.store.close()


def test_a_changed_clause_makes_a_new_version_with_its_diff(firm: PaperFirm) -> None:
    first = contract(firm)
    firm.keep(first)
    second = contract(firm, changes=("赔偿上限改成50%",), label="rep_input", based_on=first.paper_id)
    assert (second.paper_id, [one.clause for one in second.changes]) == ("SL2-D1-2", ["第六条 违约责任"])
    assert "[-100%-]{+50%+}" in second.changes[0].diff
    firm.keep(second)
    third = contract(
        firm, changes=("第七条: 变更须经双方书面同意。",), label="llm_inferred", based_on=second.paper_id
    )
    assert [one.clause for one in third.changes] == ["第六条 违约责任", "第七条 变更与签署"]
    assert {one.kind for one in third.sources if one.field in ("第七条", "liability_cap_percent")} == {
        "rep_input",
        "llm_inferred",
    }
    assert firm.paper(first.paper_id).status == "superseded"
    assert firm.paper(second.paper_id).distance_bp > 0
    refused = firm.send(first.paper_id)
    assert refused.status is Status.REFUSED
    assert "已有新版本 SL2-D1-2" in refused.reason


def test_what_cannot_be_understood_or_cannot_be_is_refused_with_a_sentence(firm: PaperFirm) -> None:
    for words, said in (("写好看点", "没看懂"), ("预付改成50%", "合计 120%")):
        declined = firm.papers().contract("D-1", ContractAsk(changes=(words,)))
        assert isinstance(declined, Declined)
        assert said in declined.zh
        assert declined.en


def test_missing_records_are_listed_and_never_invented(firm: PaperFirm) -> None:
    declined = firm.papers().contract("D-2", ContractAsk())
    assert isinstance(declined, Declined)
    assert "还没有已批准或已发出的报价" in declined.zh
    with firm.firm.store.session() as session:
        publish(session, "company", "default", COMPANY | {"name": ""}, None)
    declined = firm.papers().contract("D-1", ContractAsk())
    assert isinstance(declined, Declined)
    assert "卖方名称" in declined.zh


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total_fen": 128_800_001}, "不一致"),
        ({"discount_bp": 500}, "折扣"),
        ({"lines": []}, "没有明细"),
        ({"status": "draft"}, "还没有"),
        ({"status": "expired"}, "还没有"),
    ],
)
def test_an_offer_that_does_not_hold_makes_no_contract(
    firm: PaperFirm, change: dict[str, object], said: str
) -> None:
    firm.change(Offer, "O-1", status="expired")
    firm.change(Offer, "O-2", **change)
    declined = firm.papers().contract("D-1", ContractAsk())
    assert isinstance(declined, Declined)
    assert said in declined.zh


def test_a_lapsed_offer_makes_no_contract_unless_it_was_accepted(firm: PaperFirm) -> None:
    firm.firm.clock.pass_(11 * 24 * 3600)
    declined = firm.papers().contract("D-1", ContractAsk())
    assert isinstance(declined, Declined)
    assert "过期" in declined.zh
    firm.change(Offer, "O-2", status="accepted")
    assert contract(firm).total_fen == 128_800_000


def test_a_paper_is_what_the_person_was_shown_or_it_is_not_kept(firm: PaperFirm) -> None:
    prepared = contract(firm)
    firm.change(Account, "A-1", name="改名医疗有限公司")
    outcome = firm.keep(prepared)
    assert outcome.status is Status.REFUSED
    assert "记录刚刚有变动" in outcome.reason
    assert firm.keep(contract(firm), docx_sha256="0" * 64).status is Status.REFUSED
    assert firm.keep(contract(firm), terms={"no_such_term": 5}).status is Status.REFUSED
    with firm.firm.store.reading() as session:
        assert session.exec(select(Paper)).all() == []


@needs_office
def test_a_pdf_that_says_something_else_is_not_kept(firm: PaperFirm) -> None:
    other = quote(firm)
    refused = firm.keep(contract(firm), pdf_sha256=other.args["pdf_sha256"])
    assert refused.status is Status.REFUSED
    assert "PDF" in refused.reason


def test_blanks_keep_a_contract_at_home_until_they_are_filled(firm: PaperFirm) -> None:
    deal = small_deal(firm)
    prepared = contract(firm, deal)
    assert [one.field for one in prepared.blanks if one.needed] == ["delivery_date"]
    firm.keep(prepared)
    refused = firm.send(prepared.paper_id, deal=deal)
    assert refused.status is Status.REFUSED
    assert "交货日期" in refused.reason
    dated = contract(
        firm, deal, delivery_date="2026-12-31", date_label="rep_input", based_on=prepared.paper_id
    )
    assert (dated.blanks == (), dated.distance_bp) == (False, 0)
    assert not any(one.needed for one in dated.blanks)
    firm.keep(dated)
    assert firm.send(dated.paper_id, deal=deal).status is Status.WAITING


def test_a_draft_can_be_taken_back_and_its_number_is_not_used_again(firm: PaperFirm) -> None:
    first = contract(firm)
    firm.keep(first)
    second = contract(firm, changes=("赔偿上限改成50%",), based_on=first.paper_id)
    outcome = firm.keep(second)
    with firm.firm.store.session() as session:
        action = session.get_one(Action, outcome.action_id)
        effect = EFFECTS["prepare_contract"]
        order = _order(firm, action)
        effect.revert(order, session, action.result["undo"])  # type: ignore[union-attr]
    assert firm.paper(second.paper_id).status == "withdrawn"
    assert firm.paper(first.paper_id).status == "draft"
    assert firm.papers().paper(second.paper_id) is None
    assert contract(firm).paper_id == "SL2-D1-3"


def _order(firm: PaperFirm, action: Action) -> object:
    from actions.effect import Order
    from actions.stored import payload_of
    from actions.subjects import subject_of
    from knowledge.model import Person

    with firm.firm.store.reading() as session:
        return Order(
            action_id=action.id,
            message_id="",
            payload=payload_of(action),
            sender=session.get_one(Person, action.requester_id),
            now=firm.firm.clock(),
            subject=subject_of(session, action),
        )


# sending -----------------------------------------------------------------------------------------------------------


@needs_office
def test_a_contract_goes_out_by_mail_after_all_three_have_said_yes(tmp_path: Path) -> None:
    with SmtpServer() as server:
        firm = paper_firm(tmp_path, OFFICE, gateway_from(server.url, tmp_path / "out"))
        prepared = contract(firm)
        firm.keep(prepared)
        outcome = firm.send(prepared.paper_id)
        assert outcome.status is Status.WAITING
        paper = firm.paper(prepared.paper_id)
        known = facts(firm, outcome.code)
        assert (known["amount_fen"], known["discount_bp"], known["template_distance_bp"]) == (
            128_800_000,
            800,
            0,
        )
        assert (known["margin_below_floor"], known["recipient_class"]) == (False, "contact_on_deal")
        with firm.firm.store.reading() as session:
            action = find(session, outcome.code)
            assert action is not None
            from actions.cards import card_of

            card = card_of(session, action)
        assert any(
            paper.pdf_sha256[:16] in line.value and f"{paper.title}.pdf" in line.value for line in card.lines
        )
        assert "¥1,288,000.00" in card.amount_line
        assert {"O-2", "A-1", "C-1"} <= set(card.evidence)
        assert approve(firm, outcome.code, "p-zhao", "p-lin") is State.PENDING
        assert server.received == []
        approve(firm, outcome.code, "p-gao")
        perform(firm)
        (mail,) = server.received
        (attached,) = list(mail.message.iter_attachments())
        assert hashlib.sha256(attached.get_payload(decode=True)).hexdigest() == paper.pdf_sha256
        assert attached.get_filename() == f"{paper.title}.pdf"
        assert firm.paper(prepared.paper_id).status == "sent"
        with firm.firm.store.reading() as session:
            said = session.exec(select(Interaction).where(Interaction.source == "chengdan")).one()
        assert f"{paper.title}.pdf" in said.text
        assert "已经发出过" in firm.send(prepared.paper_id, "s2").reason
        firm.firm.store.close()


def test_a_swapped_file_is_refused_at_the_last_moment(firm: PaperFirm) -> None:
    prepared = contract(firm)
    firm.keep(prepared)
    outcome = firm.send(prepared.paper_id)
    approve(firm, outcome.code, *CHAIN)
    paper, files = firm.paper(prepared.paper_id), firm.firm.gate.hands.files
    assert isinstance(files, Shelf)
    target = files.path(paper.pdf_sha256 or paper.docx_sha256)
    target.write_bytes(target.read_bytes() + b" ")
    perform(firm)
    assert firm.firm.posted() == []
    with firm.firm.store.reading() as session:
        action = find(session, outcome.code)
        assert action is not None
        assert action.state == State.FAILED
        assert "附件" in action.result["detail"]
    assert firm.paper(prepared.paper_id).status == "draft"
    assert "被改动过" in firm.send(prepared.paper_id, "s2").reason


def test_a_row_pointed_at_another_file_changes_nothing_about_what_was_approved(firm: PaperFirm) -> None:
    prepared, other = contract(firm), quote(firm)
    firm.keep(prepared)
    before = firm.paper(prepared.paper_id)
    outcome = firm.send(prepared.paper_id)
    approve(firm, outcome.code, *CHAIN)
    firm.change(
        Paper, prepared.paper_id, pdf_sha256=other.args["pdf_sha256"], docx_sha256=other.args["docx_sha256"]
    )
    perform(firm)
    (letter,) = firm.firm.posted()
    import email

    names = [part for part in email.message_from_bytes(letter.read_bytes()).walk() if part.get_filename()]
    assert hashlib.sha256(names[0].get_payload(decode=True)).hexdigest() == (
        before.pdf_sha256 or before.docx_sha256
    )  # type: ignore[arg-type]


def test_a_small_unchanged_contract_needs_the_manager_and_a_changed_one_legal_too(firm: PaperFirm) -> None:
    deal = small_deal(firm)
    plain = contract(firm, deal, delivery_date="2026-12-31", date_label="rep_input")
    firm.keep(plain)
    outcome = firm.send(plain.paper_id, "s1", deal=deal)
    assert facts(firm, outcome.code)["template_distance_bp"] == 0
    assert approve(firm, outcome.code, "p-zhao") is State.SCHEDULED
    other = small_deal(firm, "D-T")
    changed = contract(firm, other, delivery_date="2026-12-31", changes=("质保改成三年",), label="rep_input")
    firm.keep(changed)
    outcome = firm.send(changed.paper_id, "s2", deal=other)
    assert int(str(facts(firm, outcome.code)["template_distance_bp"])) > 0
    assert approve(firm, outcome.code, "p-zhao") is State.PENDING
    assert approve(firm, outcome.code, "p-lin") is State.SCHEDULED


def test_the_distance_is_read_from_the_files_and_not_from_the_row(firm: PaperFirm) -> None:
    deal = small_deal(firm)
    changed = contract(firm, deal, delivery_date="2026-12-31", changes=("质保改成三年",), label="rep_input")
    firm.keep(changed)
    firm.change(Paper, changed.paper_id, distance_bp=0, clauses=[])
    outcome = firm.send(changed.paper_id, deal=deal)
    assert int(str(facts(firm, outcome.code)["template_distance_bp"])) > 0


def test_what_a_model_changed_is_marked_when_it_goes_out(firm: PaperFirm) -> None:
    prepared = contract(firm, changes=("赔偿上限改成50%",), label="llm_inferred")
    firm.keep(prepared)
    assert "attachment" in facts(firm, firm.send(prepared.paper_id).code)["tainted_args"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("第五条: 底价为 ¥1,000,000 元。", "leaks_floor"),
        ("第五条: 与仁心医院同等条件。", "leaks_other_customer"),
    ],
)
def test_a_clause_that_gives_something_away_is_refused_when_it_goes_out(
    firm: PaperFirm, words: str, fact: str
) -> None:
    prepared = contract(firm, changes=(words,), label="rep_input")
    firm.keep(prepared)
    outcome = firm.send(prepared.paper_id)
    assert outcome.state is State.DENIED
    assert facts(firm, outcome.action_id)[fact] is True


def test_the_lawyers_own_folder_takes_the_place_of_what_ships(firm: PaperFirm, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(FOLDER, folder)
    rules = replace(firm.firm.gate.rules, templates=folder)
    firm.firm.gate.rules = rules
    name = folder / "software_licence.docx"
    name.write_bytes(
        edited(name.read_bytes(), [Edit(op="replace", clause="第五条", old="双方", text="两方")])
    )
    prepared = contract(firm)
    assert "两方对患者信息" in text_of(firm.firm.gate.hands.files.read(str(prepared.args["docx_sha256"])))
    assert (firm.keep(prepared).status, prepared.distance_bp) == (Status.DONE, 0)
    name.write_bytes(word("{{ buyer_nmae }}"))
    declined = firm.papers().contract("D-1", ContractAsk())
    assert isinstance(declined, Declined)
    assert "正文第 1 段“{{ buyer_nmae …”：未知字段 buyer_nmae，是不是 buyer_name？" in declined.zh
    (folder / "quote.yaml").write_text("id: [", encoding="utf-8")
    declined = firm.papers().quote("D-1", QuoteAsk())
    assert isinstance(declined, Declined)
    assert "quote.yaml" in declined.zh


def test_below_the_floor_nothing_goes_out(firm: PaperFirm) -> None:
    prepared = contract(firm)
    firm.keep(prepared)
    firm.change(Product, "P-1", floor_price_fen=128_800_001)
    outcome = firm.send(prepared.paper_id)
    assert outcome.state is State.DENIED
    assert facts(firm, outcome.action_id)["margin_below_floor"] is True


def test_a_paper_is_on_its_way_once(firm: PaperFirm) -> None:
    prepared = contract(firm)
    firm.keep(prepared)
    first = firm.send(prepared.paper_id, "a")
    again = firm.send(prepared.paper_id, "b")
    assert again.status is Status.REFUSED
    assert first.code in again.reason
    edited = firm.firm.approvals.edit("p-lina", first.code, {"subject": "合同请查收"})
    assert edited.status is Status.WAITING
    with firm.firm.store.reading() as session:
        action = find(session, edited.code)
        assert action is not None
        assert '"subject":"合同请查收"' in action.payload
    refused = firm.firm.approvals.edit("p-lina", edited.code, {"attachments": []})
    assert "附件不能修改" in refused.reason


def test_papers_of_another_deal_team_or_kind_are_unknown(firm: PaperFirm) -> None:
    prepared = contract(firm)
    firm.keep(prepared)
    assert firm.papers("p-wu").paper(prepared.paper_id) is None
    assert firm.papers("p-wu").latest("D-1") is None
    for ask in (
        firm.papers("p-wu").contract("D-1", ContractAsk()),
        firm.papers("p-lina").contract("D-9", ContractAsk()),
    ):
        assert isinstance(ask, Declined)
        assert ask.zh == "没有找到这个商机。"
    assert "没有找到" in firm.send(prepared.paper_id, "x", who="p-chen", deal="D-2").reason
    assert "没有找到" in firm.send("QT1-D1-9", "y").reason


# quotes ------------------------------------------------------------------------------------------------------------


def test_a_quote_is_built_on_won_deals_the_asker_may_see(firm: PaperFirm) -> None:
    prepared = quote(firm)
    (line,) = prepared.lines
    assert (line.discount_bp, line.evidence, line.rule_id, line.approvers) == (
        600,
        ("D-W1", "D-W2", "D-W3"),
        "discount-manager",
        ("manager",),
    )
    assert "n=3" in line.why[0]
    assert "4%–9%" in line.why[0]
    assert "median 6%" in line.why[1]
    others = firm.papers("p-wu").quote(
        "D-3", QuoteAsk()
    )  # two deals of the south: not enough, and no offer of its own
    assert isinstance(others, Declined) or all("n=2" in one.why[0] for one in others.lines)


def test_too_few_won_deals_mean_the_last_offer_or_the_list_price(firm: PaperFirm) -> None:
    with firm.firm.store.session() as session:
        session.delete(session.get_one(Offer, "O-W3"))
    (line,) = quote(firm).lines
    assert (line.discount_bp, line.evidence) == (800, ("O-2",))
    assert "n=2，数据不足" in line.why[0]
    with firm.firm.store.session() as session:
        for one in ("O-1", "O-2"):
            session.delete(session.get_one(Offer, one))
    firm.change(Deal, "D-1", amount_fen=140_000_000)
    (line,) = quote(firm).lines
    assert (line.discount_bp, line.why[0].split("；")[0]) == (0, "按标价")


def test_a_discount_that_is_given_is_used_and_one_below_the_floor_is_refused_without_a_number(
    firm: PaperFirm,
) -> None:
    prepared = quote(firm, discount_bp=1200, label="rep_input")
    assert (prepared.discount_bp, prepared.lines[0].rule_id) == (1200, "discount-manager")
    assert quote(firm, discount_bp=2000).lines[0].approvers == ("director",)
    for bp in (2858, 5000):  # the floor is at 28.57 %
        declined = firm.papers().quote("D-1", QuoteAsk(discount_bp=bp))
        assert isinstance(declined, Declined)
        assert str(FLOOR // 100) not in declined.zh.replace(",", "")


def test_no_floor_and_no_cost_in_anything_that_is_shown_or_sent(firm: PaperFirm) -> None:
    firm.change(Product, "P-1", floor_price_fen=LISTED_FLOOR, cost_fen=77_123_400)
    english = {"discount_bp": 500, "label": "rep_input", "language": "en"}
    for make, ask in ((contract, {}), (quote, {}), (quote, english)):
        prepared = make(firm, **ask)
        firm.keep(prepared)
        paper = firm.paper(prepared.paper_id)
        shown = (
            repr(prepared)
            + repr(paper.fields)
            + repr(paper.sources)
            + text_of(firm.firm.gate.hands.files.read(paper.docx_sha256))
        )
        plain = shown.replace(",", "")
        for secret in (LISTED_FLOOR, LISTED_FLOOR // 100, 77_123_400, 771_234, FLOOR, COST):
            assert str(secret) not in plain


LISTED_FLOOR = 101_234_500


def test_a_sent_quote_is_the_offer_and_mails_may_name_its_numbers(firm: PaperFirm) -> None:
    mail = "附上报价，总价 ¥1,316,000.00 元。"
    before = firm.firm.send("m1", body=mail, template_text="")
    assert facts(firm, before.action_id)["price_matches_offer"] is False
    prepared = quote(firm)
    firm.keep(prepared)
    outcome = firm.send(prepared.paper_id, "q1")
    known = facts(firm, outcome.code)
    assert (known["amount_fen"], known["discount_bp"], known["price_matches_offer"]) == (
        131_600_000,
        600,
        False,
    )
    approve(firm, outcome.code, "p-zhao", "p-gao")
    perform(firm)
    with firm.firm.store.reading() as session:
        made = session.get_one(Offer, f"O-{prepared.paper_id}")
    assert (made.status, made.version, made.total_fen, made.discount_bp) == ("sent", 3, 131_600_000, 600)
    assert made.valid_until is not None
    assert (made.valid_until - firm.firm.clock()).days in (29, 30)
    assert [line["unit_price_fen"] for line in made.lines] == [131_600_000]
    after = firm.firm.send("m2", body=mail, template_text="")
    assert facts(firm, after.action_id)["price_matches_offer"] is True
    assert contract(firm).offer_id == made.id


def test_a_quote_with_the_numbers_of_an_offer_matches_it(firm: PaperFirm) -> None:
    prepared = quote(firm, discount_bp=800, label="rep_input")
    firm.keep(prepared)
    assert facts(firm, firm.send(prepared.paper_id, "q").code)["price_matches_offer"] is True
    other = firm.send(prepared.paper_id, "q2", body="总价 ¥1.00 元")
    assert other.status is Status.REFUSED


def test_a_quote_lapses(firm: PaperFirm) -> None:
    prepared = quote(firm, valid_days=1)
    firm.keep(prepared)
    outcome = firm.send(prepared.paper_id, "q")
    approve(firm, outcome.code, "p-zhao", "p-gao")
    firm.firm.clock.pass_(3 * 24 * 3600)
    firm.firm.performer.tick()
    assert firm.firm.posted() == []
    assert "有效期" in firm.send(prepared.paper_id, "q2").reason
    with pytest.raises(ValueError, match="valid_days"):
        firm.papers().quote("D-1", QuoteAsk(valid_days=31))
    firm.change(Paper, prepared.paper_id, valid_until=firm.firm.clock() + timedelta(days=32))
    assert "最长 30 天" in firm.send(prepared.paper_id, "q3").reason


def test_an_older_offer_is_not_touched(firm: PaperFirm) -> None:
    with firm.firm.store.session() as session:
        session.add(offer("O-3", "D-1", 7, 130_000_000, 714, firm.firm.clock()))
    prepared = quote(firm)
    assert prepared.paper_id == "QT1-D1-8"


@pytest.mark.postgres
def test_a_quote_is_made_sent_and_becomes_the_offer_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    firm = paper_firm(tmp_path, None, url=postgres_url)
    prepared = quote(firm)
    assert firm.keep(prepared).status is Status.DONE
    outcome = firm.send(prepared.paper_id, "q1")
    approve(firm, outcome.code, "p-zhao", "p-gao")
    perform(firm)
    assert len(firm.firm.posted()) == 1
    assert contract(firm).offer_id == f"O-{prepared.paper_id}"
    firm.firm.store.close()
