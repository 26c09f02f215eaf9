"""A manager's story on a small desk: a period in figures beside the own past, pictures, people's marks, and what stays private."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agents.moods import OWN_MOOD, mood_over, own_mood
from agents.skill import Turn
from agents.skills import trackers
from knowledge import blueprints
from knowledge.blueprints.call_metrics import OwnMood
from knowledge.insight.mood import Mood
from knowledge.model import CallNote, HumanMark, Interaction, Judgement
from tests.agents.test_skill_calls import LINES, as_person, call_on
from tests.agents.test_skills import assert_cited, run, turn_of
from tests.fakes.company import desk
from tests.fakes.company_history import NOW
from tests.fakes.desk import FakeDesk
from tests.fakes.mood_talks import planted

SINCE = (NOW - timedelta(days=9)).date()


def timed(row: Interaction, per_char: float = 0.4) -> Interaction:
    """The same call with seconds: every character takes as long, a second between turns."""
    at, segments = 0.0, []
    for one in row.segments:
        length = per_char * len(str(one["text"]))
        segments.append({**one, "start": at, "end": at + length})
        at += length + 1
    row.segments = segments
    return row


def long_lines(drop: bool = True) -> tuple[tuple[str, str, str], ...]:
    turns, _ = planted(5, "zh", drop=drop)
    said = [("王建国", "customer", one.text) if one.customer else ("李娜", "rep", one.text) for one in turns]
    return tuple(
        [*said, ("李娜", "rep", "您平时怎么处理旧片子？"), ("王建国", "customer", "下周三您过来演示吧。")]
    )


def period_desk() -> FakeDesk:
    here = desk()
    for number in range(3):
        timed(call_on(here, id=f"I-p{number}", days=2 + number, lines=long_lines(drop=number == 0)))
    for number in range(3):
        timed(call_on(here, id=f"I-old{number}", days=30 + number, lines=long_lines(drop=False)))
    return here


def at_managers(here: FakeDesk, **changes: Any) -> Turn:
    return turn_of(on=as_person(here, **({"id": "p-boss", "name": "赵磊", "roles": ["manager"]} | changes)))


def test_a_period_in_figures_beside_the_own_past_twice_the_same() -> None:
    here = period_desk()
    run(turn_of(on=here), "review_call", person="我", since=SINCE)
    first, second = at_managers(here), at_managers(here)
    text = run(first, "review_call", person="李娜", since=SINCE)
    assert text == run(second, "review_call", person="李娜", since=SINCE)
    assert first.pictures == second.pictures
    assert_cited(first, text)
    assert "n=3" in text.splitlines()[0]
    assert "每通均值" in text
    assert "合并" in text
    assert "本人此前" in text
    assert "此前 90 天本人均分" in text
    assert "客户情绪:均值" in text
    assert "起变差(" in text
    assert "SPIN" in text
    assert "追踪词:" in text
    assert isinstance(here, FakeDesk)
    names = {one.name for one in first.pictures}
    assert {"I-p0_timeline.png", "I-p0_mood.png", "p-lina_trend.png"} <= names
    assert all(first.desk.pictures[one.svg].startswith(b"<?xml") for one in first.pictures)  # type: ignore[attr-defined]
    assert all("n=" in one.alt for one in first.pictures)
    english = at_managers(here)
    english.language = "en"
    told = run(english, "review_call", person="李娜", since=SINCE)
    assert "mean of calls" in told
    assert "Mood of the customer" in told


def test_too_few_calls_are_no_trend_of_a_person() -> None:
    here = desk()
    call_on(here)
    text = run(turn_of(on=here), "review_call", call="I-call")
    assert "本期均分" not in text
    assert "数据不足:客户只说了" in text


def test_a_stored_quote_that_was_changed_is_rejected_and_named() -> None:
    here = desk()
    call_on(here)
    run(turn_of(on=here), "review_call", call="I-call")
    key, kept = next(
        (k, j) for k, j in here.judged.items() if j.kind == "review" and j.interaction_id == "I-call"
    )
    content = {**kept.content, "points": [{**kept.content["points"][0]}]}
    content["points"][0]["moment"] = {**content["points"][0]["moment"], "quote": "你们的价格很合理"}
    here.judged[key] = Judgement(**{**kept.model_dump(), "content": content})
    text = run(turn_of(on=here), "review_call", call="I-call")
    assert "已拒绝" in text
    assert "很合理" not in text


class TestWhoSeesWhat:
    def shown(self, visibility: str, **person: Any) -> str:
        here = desk()
        call_on(here)
        card = blueprints.default("scorecard") | {"visibility": visibility}
        here.published["scorecard"] = card
        here.my_marks += [mark("p-boss", "next_step", "1", 0), mark("p-other", "needs", "0", 1)]
        run(turn_of(on=here), "review_call", call="I-call")
        on = as_person(here, **person) if person else here
        return run(turn_of(on=on), "review_call", person="李娜", since=SINCE)

    def test_the_rep_and_who_leads_them_by_default(self) -> None:
        for text in (
            self.shown("scored+managers"),
            self.shown("scored+managers", id="p-b", name="赵磊", roles=["manager"]),
        ):
            assert "人工评分后" in text
            assert "价格异议" in text

    def test_managers_alone(self) -> None:
        assert "不对您开放" in self.shown("managers")
        assert "人工评分后" in self.shown("managers", id="p-b", name="赵磊", roles=["manager"])

    def test_each_scorer_their_own(self) -> None:
        text = self.shown("scorer", id="p-boss", name="赵磊", roles=["manager"])
        assert text.count("人工评分后") == 1
        assert "人工评分后" not in self.shown("scorer")


def mark(scorer: str, question: str, value: str, hours: float, **more: Any) -> HumanMark:
    fields = {"id": f"m{scorer}{question}{hours}", "interaction_id": "I-call", "card": "sales-talk", "card_version": "v",
              "question_id": question, "scorer_id": scorer, "value": value, "at": NOW + timedelta(hours=hours)}  # fmt: skip
    return HumanMark(**(fields | more))


def test_each_scorer_scores_once_edits_are_counted_and_the_automatic_answer_stays() -> None:
    here = desk()
    call_on(here)
    here.my_marks += [
        mark("p-boss", "next_step", "0", 0),
        mark("p-boss", "next_step", "1", 1, note="口头约了周五"),
        mark("p-chenhao", "next_step", "是", 2),
        mark("p-boss", "needs", "nonsense", 3),
    ]
    text = run(turn_of(on=here), "review_call", call="I-call")
    assert text.count("人工评分后") == 2
    assert "改过 1 次" in text
    assert (
        "✗ 约定了有日期的下一步 · 人工 1:口头约了周五(p-boss) · 人工 1(陈浩)" in text
        or "· 人工 1:口头约了周五" in text
    )


def test_passing_filters_and_who_takes_part() -> None:
    here = desk()
    call_on(here)
    card = blueprints.default("scorecard")
    card["questions"][2] |= {"pass_if": 0.5}
    here.published["scorecard"] = card
    text = run(turn_of(on=here), "review_call", call="I-call")
    assert "达标 1/1" in text
    assert "✓ 提了足够的问题" in text
    short = blueprints.default("scorecard") | {
        "id": "demo-card",
        "name": "演示",
        "call_filter": {"types": ["demo"]},
    }
    here.published["scorecard/demo"] = short
    assert "销售通话" in run(turn_of(on=here), "review_call", call="I-call"), "the deal is in negotiation"
    here.published["scorecard"] = card | {"call_filter": {"least_lines": 99}}
    assert "数据不足" in run(turn_of(on=here), "review_call", call="I-call")
    here.published["scorecard"] = card
    mate = as_person(here, id="p-mate", name="王建国助手")
    assert "没有" in run(turn_of(on=mate), "review_call", person="我", since=SINCE)


@pytest.mark.parametrize(
    ("participants", "asked", "theirs"),
    [("host", True, False), ("attended", True, False), ("invited", True, True), ("invited", False, False)],
)
def test_a_card_for_those_invited_is_for_whoever_the_diary_says(
    participants: str, asked: bool, theirs: bool
) -> None:
    here = desk()
    call_on(here)
    here.published["scorecard"] = blueprints.default("scorecard") | {"participants": participants}
    mate = as_person(here, id="p-mate", name="周宁")
    mate.asked_to = {"I-call": frozenset({"p-lina", "p-mate"} if asked else {"p-lina"})}
    text = run(turn_of(on=mate), "review_call", person="我", since=SINCE)
    assert ("没有" in text.splitlines()[0]) is not theirs
    by_id = run(turn_of(on=mate), "review_call", call="I-call")
    assert ("没有" in by_id.splitlines()[0]) is not theirs


def test_who_spoke_attended() -> None:
    here = desk()
    call_on(here, lines=(*LINES, ("周宁", "rep", "我补充一下接口的部分。")))
    here.published["scorecard"] = blueprints.default("scorecard") | {"participants": "attended"}
    mate = as_person(here, id="p-mate", name="周宁")
    assert "没有" not in run(turn_of(on=mate), "review_call", person="我", since=SINCE).splitlines()[0]


def test_a_note_is_for_its_writer_alone() -> None:
    here = desk()
    call_on(here)
    here.my_notes.append(CallNote(id="n", interaction_id="I-call", person_id="p-lina", text="下次先问预算"))
    assert "下次先问预算" in run(turn_of(on=here), "review_call", call="I-call")
    assert "下次先问预算" not in run(at_managers(here), "review_call", person="李娜", since=SINCE)


class TestOwnMood:
    """capabilities.md C1.5, branch by branch."""

    ON = OwnMood(on=True)

    def desk(self, region: str = "华东", agreed: bool = True) -> tuple[FakeDesk, Interaction]:
        here = desk()
        row = call_on(here, lines=long_lines())
        here.person.region = region
        here.agreed = {f"p-lina:{OWN_MOOD}"} if agreed else set()
        return here, row

    def test_off_by_default_and_nothing_of_it_anywhere(self) -> None:
        here, row = self.desk()
        assert own_mood(turn_of(on=here), row, OwnMood()) == (
            "默认不分析员工的语气", "how colleagues sound is not looked at by default",
        )  # fmt: skip
        text = run(turn_of(on=here), "review_call", call="I-call")
        assert "您自己的语气" not in text
        assert not any(
            "own" in key or "rep_mood" in key for one in here.judged.values() for key in one.content
        )

    @pytest.mark.parametrize("region", ["EU", "EU-West", "DE", "Germany", "德国", "欧盟西区", ""])
    def test_not_in_the_eu_nor_where_nobody_knows(self, region: str) -> None:
        here, row = self.desk(region)
        assert isinstance(own_mood(turn_of(on=here), row, self.ON), tuple)

    def test_a_region_of_the_house_may_be_named_as_eu(self) -> None:
        assert OwnMood(also_eu=["维也纳"]).in_eu("维也纳")
        assert not OwnMood().in_eu("华东")
        assert not OwnMood().in_eu("US-East")

    def test_not_without_the_own_yes(self) -> None:
        here, row = self.desk(agreed=False)
        assert own_mood(turn_of(on=here), row, self.ON) == (
            "您没有同意分析自己的语气",
            "you have not agreed to it",
        )

    def test_never_for_who_leads_them(self) -> None:
        here, row = self.desk()
        boss = as_person(here, id="p-boss", name="赵磊", roles=["manager"])
        boss.agreed.add(f"p-boss:{OWN_MOOD}")
        assert isinstance(own_mood(turn_of(on=boss), row, self.ON), tuple)

    def test_with_all_three_one_sees_it_oneself_and_nothing_is_stored(self) -> None:
        here, row = self.desk()
        found = own_mood(turn_of(on=here), row, self.ON)
        assert isinstance(found, Mood)
        here.published["call_metrics"] = blueprints.default("call_metrics") | {"own_mood": {"on": True}}
        text = run(turn_of(on=here), "review_call", call="I-call")
        assert "您自己的语气(只有您看得到,不保存)" in text
        assert "自己的语气" not in run(at_managers(here), "review_call", person="李娜", since=SINCE)
        assert "语气" not in str([one.content for one in here.judged.values()])


def test_the_mood_of_a_customer_over_their_letters_and_where_it_broke() -> None:
    here = desk()
    base = next(one for one in here.rows.interactions if one.deal_id == "D-001")
    letters = [
        "非常满意,谢谢!",
        "演示很好,领导也认可。",
        "没问题,期待上线。",
        "合作愉快。",
        "我很失望,一直没回复。",
        "太慢了,再这样要投诉。",
        "不满意,影响业务。",
        "还是没人管,很着急。",
    ]
    for number, text in enumerate(letters):
        row = Interaction(**{**base.model_dump(), "id": f"I-m{number}", "kind": "mail", "direction": "inbound", "text": text,
                             "segments": [], "at": NOW - timedelta(days=20 - number)})  # fmt: skip
        here.rows.interactions.append(row)
    here.rows.interactions = [one for one in here.rows.interactions if one.id.startswith("I-m")]
    turn = turn_of("客户的态度什么时候变的", on=here)
    text = run(turn, "customer_mood", deal="D-001")
    assert_cited(turn, text)
    assert "起变差" in text
    assert "我很失望" in text
    assert "不是模型判断" in text
    assert [one.name for one in turn.pictures] == ["D-001_mood.png"]
    mood = mood_over(here.rows.interactions)
    assert mood.turn is not None
    assert mood.turn.id == "I-m4"


def propose(turn: Turn, name: str, *words: str) -> str:
    return trackers.run(turn, trackers.Arguments(do="propose", name=name, words=list(words)))


def test_trackers_are_listed_tried_and_proposed() -> None:
    here = desk()
    call_on(here)
    listed = run(turn_of("有哪些追踪词", on=here), "trackers")
    assert "价格(双方)" in listed
    tried = turn_of("试一下 太贵", on=here)
    text = run(tried, "trackers", do="try", words=["太贵", "CFO…同意"], side="customer")
    assert_cited(tried, text)
    assert "命中 2/2 通,共 3 处" in text
    assert "王建国" in text
    assert here.submitted == []
    turn = turn_of("加一个追踪词 国产化: 信创、国产替代", on=here)
    told = propose(turn, "国产化", "信创", "国产替代")
    (asked,) = here.submitted
    assert asked.action == "publish_blueprint"
    assert asked.args["content"]["trackers"][0]["keywords"] == ["信创", "国产替代"]
    assert "审批" in told or "等待" in told
    assert "有问题" in propose(turn_of(on=here), "x", "/(a+)+/")
    here.published["trackers/x"] = {"trackers": [{"id": "x", "name": "首席财务", "keywords": ["CFO"]}]}
    assert "CFO同意" in run(turn_of("首席财务提到几次", on=here), "trackers")
    assert "首席财务" in run(turn_of(on=replace(here)), "review_call", call="I-call")
