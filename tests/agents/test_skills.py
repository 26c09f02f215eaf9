"""Every skill runs on the fake desk, quotes verbatim, and refuses politely what it cannot see."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agents.skill import Skill, Turn
from agents.skills import SKILLS
from tests.fakes.company import desk
from tests.fakes.desk import FakeDesk

BY_NAME = {skill.name: skill for skill in SKILLS}
MONEY_NEVER_SHOWN = ("777,000", "999,999", "999999", "777000", "底价")


def turn_of(text: str = "", language: str = "zh", on: FakeDesk | None = None, **focus: Any) -> Turn:
    return Turn(desk=on or desk(), text=text, language=language, focus=dict(focus))


def run(turn: Turn, name: str, **arguments: Any) -> str:
    skill = BY_NAME[name]
    return skill.run(turn, skill.arguments.model_validate(arguments))


def assert_cited(turn: Turn, text: str) -> None:
    """Every number in the text is a source, and every quote of an interaction stands in it."""
    numbers = {int(found) for found in re.findall(r"\[(\d+)\]", text)}
    assert numbers <= {source.n for source in turn.sources}
    assert isinstance(turn.desk, FakeDesk)
    said = {row.id: f"{row.subject}\n{row.text}" for row in turn.desk.rows.interactions}
    for source in turn.sources:
        if source.id in said:
            assert source.quote in said[source.id]


def test_the_menu_is_complete_and_every_skill_has_a_prompt() -> None:
    assert list(BY_NAME) == [
        "recall", "deal_brief", "pipeline", "today_list", "win_odds", "score_lead", "price_range", "talk_track",
        "draft_email", "send_email", "make_quote", "prepare_contract",
        "send_document", "update_deal", "create_task", "my_tasks", "book_meeting", "give_discount",
        "message_customer", "export_data", "explain_action", "my_approvals", "my_authority",
        "summarise_call", "review_call", "ask_call", "forecast", "deal_risks", "advice_report", "walk_score",
        "customer_journey", "stage_health", "churn_list", "touch_numbers", "customer_mood", "trackers",
    ]  # fmt: skip
    assert all(len(skill.prompt) > 60 for skill in SKILLS)


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: str(skill.name))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_skill_answers_something_in_the_askers_language(skill: Skill, language: str) -> None:
    needed = {
        "recall": {"query": "zebra"},
        "talk_track": {"objection": "zebra"},
        "update_deal": {"field": "note", "value": "zebra"},
        "create_task": {"title": "zebra"},
        "give_discount": {"discount_pct": 3},
        "message_customer": {"text": "zebra"},
        "export_data": {"what": "deals"},
        "ask_call": {"question": "zebra"},
    }.get(skill.name, {})
    text = skill.run(turn_of(language=language), skill.arguments.model_validate(needed))
    assert text.strip()
    assert bool(re.search(r"[\u4e00-\u9fff]{4}", text.split("\n")[0])) == (
        language == "zh"
    ) or skill.name in ("pipeline", "summarise_call", "ask_call", "walk_score")


class TestDealBrief:
    def test_tells_the_whole_deal_with_sources(self) -> None:
        turn = turn_of()
        text = run(turn, "deal_brief", deal="华东医疗")
        assert_cited(turn, text)
        for fact in (
            "谈判",
            "¥1,280,000",
            "王建国",
            "8%",
            "锐影科技",
            "老数据迁移要停机几个小时?",
            "与王总视频会",
        ):
            assert fact in text
        facts = [line for line in text.splitlines() if not line.endswith(":") and "同一客户" not in line]
        assert all(line.rstrip().endswith("]") for line in facts), facts
        assert turn.focus["deal_id"] == "D-001"

    @pytest.mark.parametrize(
        "aspect", ["all", "offer", "people", "history", "risks", "next_step", "amount", "competitor"]
    )
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_never_shows_cost_or_floor(self, aspect: str, language: str) -> None:
        turn = turn_of(language=language)
        shown = run(turn, "deal_brief", deal="D-001", aspect=aspect) + str(turn.sources)
        assert not any(secret in shown for secret in MONEY_NEVER_SHOWN)

    def test_unknown_and_forbidden_sound_alike(self) -> None:
        unknown = run(turn_of(), "deal_brief", deal="不存在的公司")
        forbidden = run(turn_of(), "deal_brief", deal="仁心医院")
        by_id = run(turn_of(), "deal_brief", deal="D-060")
        assert (
            unknown.replace("不存在的公司", "X")
            == forbidden.replace("仁心医院", "X")
            == by_id.replace("D-060", "X")
        )
        assert unknown.startswith("没有找到")

    def test_a_customer_with_several_deals_means_the_open_one_and_says_so(self) -> None:
        turn = turn_of()
        text = run(turn, "deal_brief", deal="瑞康医院")
        assert turn.focus["deal_id"] == "D-003"
        assert "D-002" in text

    def test_a_place_in_the_last_list(self) -> None:
        turn = turn_of(listed=["D-003", "D-001"])
        run(turn, "deal_brief", deal="第二个")
        assert turn.focus["deal_id"] == "D-001"

    def test_without_a_deal_it_asks(self) -> None:
        assert "哪个商机" in run(turn_of(), "deal_brief")


class TestRecall:
    def test_quotes_verbatim_with_date_and_deal(self) -> None:
        turn = turn_of()
        text = run(turn, "recall", query="数据迁移停机")
        assert_cited(turn, text)
        assert "老数据迁移要停机几个小时?" in text
        assert "2026-11-03" in text
        assert "D-001" in text

    def test_says_when_there_is_nothing(self) -> None:
        assert run(turn_of(), "recall", query="天气预报").startswith("没有找到")

    def test_never_shows_another_teams_words(self) -> None:
        turn = turn_of()
        run(turn, "recall", query="价格太贵")
        assert {source.id for source in turn.sources} == {"I-001", "I-020"}

    def test_filters_by_time_and_outcome(self) -> None:
        turn = turn_of()
        run(turn, "recall", query="价格太贵", since="2026-10-01", outcome="open")
        assert {source.id for source in turn.sources} == {"I-001"}


class TestPipeline:
    def test_sums_and_weights_by_priors(self) -> None:
        turn = turn_of()
        text = run(turn, "pipeline", team=True)
        assert_cited(turn, text)
        assert "合计 2 个,¥1,480,000" in text
        assert "¥916,000" in text  # 1,280,000 x 70 % + 200,000 x 10 %
        assert "先验" in text
        assert "n=2" in text
        assert turn.focus["listed"] == ["D-001", "D-003"]

    def test_own_deals_only_unless_the_team_is_asked_for(self) -> None:
        assert "D-003" not in run(turn_of(), "pipeline")

    def test_by_stage_owner_and_period(self) -> None:
        assert "D-003" in run(turn_of(), "pipeline", owner="赵磊", stage="初访")
        assert "D-001" in run(turn_of(), "pipeline", period_start="2026-12-01", period_end="2026-12-31")
        assert run(turn_of(), "pipeline", period_end="2026-01-01").startswith("没有找到")

    def test_risk_sorting_gives_reasons(self) -> None:
        assert "⚠" in run(turn_of(), "pipeline", team=True, sort="risk")


class TestTalkTrack:
    def test_playbook_and_a_won_deal_verbatim(self) -> None:
        turn = turn_of(deal_id="D-001")
        text = run(turn, "talk_track", objection="客户说太贵了")
        assert_cited(turn, text)
        assert "D-002" in text
        assert "我们按三年总成本算过" in text
        assert "D-060" not in text

    def test_says_when_no_won_deal_has_it(self) -> None:
        assert "没有找到赢单中的同类例子" in run(turn_of(), "talk_track", objection="合同条款不能接受")

    def test_never_suggests_a_banned_phrase(self) -> None:
        own = desk()
        book = own.blueprint("playbook", "default") or {}
        book["banned_phrases"].append("三年总成本")
        own.published["playbook"] = book
        text = run(turn_of(on=own), "talk_track", objection="太贵了")
        assert "三年总成本" not in text
        assert "没有找到赢单中的同类例子" in text


def test_explain_and_approvals_are_polite_when_there_is_nothing() -> None:
    assert run(turn_of(), "explain_action", action="A7F3").startswith("没有找到")
    assert "没有等您审批" in run(turn_of(), "my_approvals")
