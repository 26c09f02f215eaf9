"""The three skills on papers, over the demo company: what they say, whose numbers they cite, what they carry on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from agents.skill import Turn
from agents.skills import make_quote, prepare_contract, send_document
from bot.wiring import House
from knowledge.model import Person
from tests.fakes.paper_firm import SOFFICE, OnceOffice

OFFICE = OnceOffice()


class Talk:
    """One conversation of one person; the clock looks once after each answer."""

    def __init__(self, house: House, who: str = "p-lina") -> None:
        self.house, self.who = house, who
        self.focus: dict[str, Any] = {}
        self.turn: Turn | None = None

    def say(self, skill: Any, text: str, language: str = "zh", **arguments: Any) -> str:
        with self.house.store.reading() as session:
            person = session.get_one(Person, self.who)
        desk = self.house.desk(person, "c-1", "terminal", language)
        desk.office = OFFICE if SOFFICE else None
        self.turn = Turn(desk=desk, text=text, language=language, focus=self.focus)
        told = skill.run(self.turn, skill.Arguments(**arguments))
        self.house.performer.tick()
        return str(told)

    def cited(self, told: str) -> dict[str, str]:
        """Record id -> quote of every source the text cites."""
        assert self.turn is not None
        numbers = {int(one) for one in re.findall(r"\[(\d+)\]", told)}
        assert numbers <= {one.n for one in self.turn.sources}
        return {one.id: one.quote for one in self.turn.sources if one.n in numbers}


@pytest.fixture
def talk(demo_house: House) -> Talk:
    return Talk(demo_house)


def test_the_story_of_the_contract(talk: Talk) -> None:
    told = talk.say(prepare_contract, "给华东医疗出一份合同,按上次谈的价格", deal="华东医疗")
    for said in (
        "SL2-D001-1",
        "¥1,288,000.00",
        "人民币壹佰贰拾捌万捌仟元整",
        "没有改动条款",
        "没有发给任何人",
    ):
        assert said in told
    assert {"O-001", "A-001", "C-001", "company", "SL-2"} <= set(talk.cited(told))
    assert (talk.focus["paper_id"], talk.focus["deal_id"], talk.focus["intent"]) == (
        "SL2-D001-1",
        "D-001",
        "prepare_contract",
    )
    paths = [Path(line) for line in told.splitlines() if line.startswith("/")]
    assert [one.suffix for one in paths] == ([".docx", ".pdf"] if SOFFICE else [".docx"])
    assert all(one.stat().st_size > 5000 for one in paths)

    told = talk.say(prepare_contract, "赔偿上限改成50%", changes=["赔偿上限改成50%"])
    assert "SL2-D001-2" in told
    assert "[-100%-]{+50%+}" in told
    told = talk.say(send_document, "发给客户", to="客户")
    assert "还没有发送" in told
    assert "赵磊" in told
    assert "合同金额超过 50 万元" in told
    assert (talk.focus["paper_id"], talk.focus["intent"]) == ("SL2-D001-2", "send_document")
    assert talk.focus["action_id"]


def test_a_change_the_person_typed_is_theirs_and_one_a_model_made_up_is_not(talk: Talk) -> None:
    talk.say(prepare_contract, "出合同", deal="D-001")
    talk.say(prepare_contract, "赔偿上限改成50%", changes=["赔偿上限改成50%"])
    assert _kinds(talk, "liability_cap_percent") == {"rep_input"}
    talk.say(prepare_contract, "把合同改好一点", changes=["质保金改成0%，验收后30%", "第五条: 双方保密。"])
    told = talk.say(prepare_contract, "随便改改", changes=["第五条: 双方保密。"])
    assert "第五条" in told
    assert _kinds(talk, "第五条") == {"llm_inferred"}


def _kinds(talk: Talk, field: str) -> set[str]:
    assert talk.turn is not None
    paper = talk.turn.desk.papers.paper(str(talk.focus["paper_id"]))
    assert paper is not None
    return {one["kind"] for one in paper.sources if one["field"] == field}


def test_a_quote_says_what_each_number_rests_on(talk: Talk) -> None:
    told = talk.say(make_quote, "给松望出一份报价", deal="D-006")
    for said in ("QT1-D006-2", "n=3", "5%–8%", "须经理批准 (discount-manager)", "有效期至"):
        assert said in told
    assert {"D-045", "PR-07"} <= set(talk.cited(told))
    assert "D-113" in " ".join(talk.cited(told).values())
    told = talk.say(make_quote, "给华东医疗出一份报价", deal="D-001")
    assert "n=1，数据不足" in told
    assert "O-001" in talk.cited(told)
    told = talk.say(make_quote, "华东医疗按 20% 报价", deal="D-001", discount_pct=20)
    assert "不能报 20% 的折扣" in told
    assert "QT1" not in told


def test_a_given_discount_carries_who_gave_it(talk: Talk) -> None:
    talk.say(make_quote, "打 5% 的折扣报价", deal="D-006", discount_pct=5)
    assert _kinds(talk, "lines.1.discount") == {"rep_input"}
    talk.say(make_quote, "报个价", deal="D-006", discount_pct=5)
    assert _kinds(talk, "lines.1.discount") == {"llm_inferred"}
    told = talk.say(send_document, "发给褚明远", to="褚明远")
    assert "金额、折扣、链接或附件来自不可信的来源" in told


def test_an_english_customer_gets_an_english_quote_and_cover(demo_house: House) -> None:
    talk = Talk(demo_house)
    told = talk.say(make_quote, "quote Harbour Bridge", "en", deal="D-017")
    assert "Quotation QT1EN-D017-2" in told
    assert "RMB two hundred and twenty-eight thousand only" in told
    told = talk.say(send_document, "send it", "en")
    assert "Not sent yet" in told
    with demo_house.store.reading() as session:
        from actions.sight import find

        action = find(session, str(talk.focus["action_id"]))
    assert action is not None
    assert "Dear Ms" in action.payload or "Dear Helena" in action.payload
    assert "valid until" in action.payload


def test_what_is_missing_is_asked_for_in_words(talk: Talk) -> None:
    told = talk.say(prepare_contract, "松望出一份合同", deal="D-006")
    assert "还缺，填好才能发出: 交货日期" in told
    told = talk.say(send_document, "发给客户")
    assert "合同还有空白" in told
    told = talk.say(prepare_contract, "交货日期 2026-12-31", delivery_date="2026-12-31")
    assert "还缺" not in told
    assert "2026年12月31日" in str(talk.turn and talk.turn.desk.papers.paper(str(talk.focus["paper_id"])))
    assert "看不懂" in talk.say(prepare_contract, "交货日期 明年", delivery_date="明年")


def test_without_a_paper_there_is_nothing_to_send(talk: Talk) -> None:
    assert "没有找到要发的合同或报价" in talk.say(send_document, "发给客户")
    assert "没有找到要发的合同或报价" in talk.say(send_document, "发给客户", document="SL2-D060-1")


def test_another_team_s_deal_is_unknown(talk: Talk) -> None:
    for skill in (prepare_contract, make_quote):
        told = talk.say(skill, "仁心医院", deal="D-060")
        assert told.startswith("没有找到“D-060”")


def test_a_stranger_s_address_reaches_the_gate_as_what_it_is(talk: Talk) -> None:
    talk.say(make_quote, "报价", deal="D-001")
    told = talk.say(send_document, "发到 x@evil.example.net", to="x@evil.example.net")
    assert "收件人域名从未往来过" in told
