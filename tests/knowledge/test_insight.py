"""Deal warnings and open points: each fires when it should, stays quiet when not, and quotes verbatim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge import blueprints
from knowledge.blueprints.process import Process
from knowledge.blueprints.trackers import Tracker
from knowledge.insight.calendar import working_days
from knowledge.insight.open_points import OpenPoint, open_points
from knowledge.insight.warnings import deal_warnings
from knowledge.model import Deal, Interaction, Offer, StageChange
from knowledge.snapshot import DealFacts
from tests.fakes.company import desk
from tests.fakes.company_history import NOW, ago, interaction, talk

PROCESS = Process.model_validate(blueprints.default("process"))


def facts(*rows: Interaction, **changes: object) -> DealFacts:
    """Deal D-001 with these interactions; `changes` set fields of the deal."""
    base = desk().deal("D-001")
    assert base is not None
    record = base.deal.model_dump() | changes
    newest_first = tuple(sorted(rows, key=lambda row: row.at, reverse=True))
    return replace(base, deal=Deal(**record), interactions=newest_first, offers=())


def fired(case: DealFacts, process: Process = PROCESS) -> set[str]:
    return {one.id for one in deal_warnings(case, process)}


def call(days: float, *lines: tuple[str, str, str], id: str = "") -> Interaction:
    return interaction(id or f"call-{days}", "call", days, provenance="call_transcript", **talk(*lines))


def mail(days: float, text: str, direction: str = "outbound", id: str = "") -> Interaction:
    return interaction(id or f"mail-{days}", "mail", days, direction=direction, text=text)


class TestWarnings:
    @pytest.mark.parametrize(("days", "expected"), [(13, False), (14, True), (40, True)])
    def test_no_activity(self, days: float, expected: bool) -> None:
        case = facts(mail(days, "你好", "inbound"), stage="discovery")
        assert ("no_activity" in fired(case)) is expected

    def test_web_visits_are_no_contact(self) -> None:
        case = facts(interaction("w", "web", 1, text="看了价格页"), mail(20, "好", "inbound"))
        assert "no_activity" in fired(case)

    @pytest.mark.parametrize(
        ("stage", "heard", "expected"),
        [
            ("discovery", 6, False),
            ("discovery", 7, True),
            ("negotiation", 4, False),
            ("negotiation", 7, True),
        ],
    )
    def test_ghosted_needs_two_mails_and_the_silence(self, stage: str, heard: float, expected: bool) -> None:
        case = facts(
            mail(heard, "收到", "inbound"), mail(heard - 1, "跟进一"), mail(heard - 2, "跟进二"), stage=stage
        )
        assert ("ghosted" in fired(case)) is expected
        once = facts(mail(heard, "收到", "inbound"), mail(heard - 1, "跟进一"), stage=stage)
        assert "ghosted" not in fired(once)

    def test_a_chat_in_which_the_customer_spoke_is_an_answer(self) -> None:
        chat = interaction("c", "chat", 1, direction="outbound", **talk(("王建国", "customer", "收到了")))
        silent = (mail(20, "收到", "inbound"), mail(9, "跟进一"), mail(8, "跟进二"))
        assert "ghosted" in fired(facts(*silent))
        assert "ghosted" not in fired(facts(*silent, chat))

    def test_overdue(self) -> None:
        assert "overdue" in fired(facts(expected_close=ago(1)))
        assert "overdue" not in fired(facts(expected_close=NOW))

    def test_contacts_by_size_of_the_deal(self) -> None:
        two = (call(3, ("王建国", "customer", "好")), call(4, ("刘敏", "customer", "好"), id="b"))
        assert "not_enough_contacts" in fired(facts(*two))
        assert "not_enough_contacts" not in fired(facts(*two, amount_fen=1_000_000))

    def test_no_power_until_somebody_with_power_spoke(self) -> None:
        only_user = interaction("x", "call", 3, contact_id="C-002", **talk(("刘敏", "customer", "好")))
        assert "no_power" in fired(facts(only_user))
        assert "no_power" not in fired(facts(only_user, stage="evaluation"))
        assert "no_power" not in fired(facts(only_user, call(2, ("王建国", "customer", "好"))))

    def test_pricing_not_mentioned(self) -> None:
        assert "pricing_not_mentioned" in fired(facts(mail(2, "演示很好", "inbound")))
        assert "pricing_not_mentioned" not in fired(facts(mail(2, "报价收到", "inbound")))

    def test_a_red_flag_is_the_customers_and_quoted(self) -> None:
        case = facts(call(2, ("王建国", "customer", "领导说预算砍了一半。项目先放一放。")))
        flag = next(one for one in deal_warnings(case, PROCESS) if one.id == "red_flag")
        assert flag.quote in case.interactions[0].text
        assert (flag.source_id, flag.speaker) == ("call-2", "王建国")
        assert "red_flag" not in fired(facts(call(2, ("李娜", "rep", "您不会先放一放吧。"))))

    def test_trackers_feed_the_warnings_beside_the_words(self) -> None:
        stall = Tracker(id="s", name="暂缓", side="customer", phrases=["预算…收紧"], feeds="red_flag")
        money = Tracker(id="p", name="价钱", keywords=["每台几块"], feeds="pricing_not_mentioned")
        idle = Tracker(id="i", name="别的", keywords=["收紧"])
        process = PROCESS.with_trackers([stall, money, idle])
        case = facts(call(2, ("王建国", "customer", "今年预算全面收紧了。")))
        (flag,) = [one for one in deal_warnings(case, process) if one.id == "red_flag"]
        assert (flag.quote, flag.speaker) == ("今年预算全面收紧了。", "王建国")
        assert "red_flag" not in fired(case), "without the tracker"
        assert "red_flag" not in fired(facts(call(2, ("李娜", "rep", "预算会收紧吗"))), process)
        assert "pricing_not_mentioned" not in fired(facts(mail(2, "每台几块", "inbound")), process)
        assert [one.id for one in process.warnings.trackers] == ["s", "p"]

    @pytest.mark.parametrize(("days", "expected"), [(30, False), (31, True)])
    def test_stalled_in_stage(self, days: float, expected: bool) -> None:
        case = replace(
            facts(), stages=(StageChange(id="s", deal_id="D-001", stage="negotiation", at=ago(days)),)
        )
        assert ("stalled_in_stage" in fired(case)) is expected

    def test_an_offer_without_any_sign(self) -> None:
        offer = Offer(id="O-9", deal_id="D-001", status="sent", created_at=ago(5))
        assert "unopened_proposal" in fired(replace(facts(), offers=(offer,)))
        assert "unopened_proposal" not in fired(replace(facts(mail(2, "看了", "inbound")), offers=(offer,)))

    def test_closed_deals_old_talk_and_switched_off_rules_give_none(self) -> None:
        assert fired(facts(stage="won")) == set()
        old = facts(mail(10, "项目暂缓", "inbound"), created_at=ago(2))
        assert "red_flag" not in fired(old)
        quiet = PROCESS.model_copy(
            update={"warnings": PROCESS.warnings.model_copy(update={"off": ["no_activity"]})}
        )
        assert "no_activity" not in fired(facts(), quiet)

    def test_every_reason_is_in_both_languages_and_has_a_source(self) -> None:
        for one in deal_warnings(facts(expected_close=ago(9)), PROCESS):
            assert one.reason
            assert one.reason_en.isascii()
            assert one.source_id


def points(*rows: Interaction) -> tuple[OpenPoint, ...]:
    case = facts(*rows)
    found = open_points(case)
    texts = {row.id: row.text for row in rows}
    assert all(one.quote in texts[one.interaction_id] for one in found)
    return found


class TestOpenPoints:
    def test_a_deferred_question_stays_open_until_it_is_spoken_of(self) -> None:
        asked = call(
            9, ("王建国", "customer", "老数据迁移要停机几个小时?"), ("李娜", "rep", "我回去确认后再回复您。")
        )
        assert [(one.kind, one.speaker) for one in points(asked) if one.kind == "question"] == [
            ("question", "王建国")
        ]
        answer = mail(5, "王总,老数据迁移安排在夜间,停机约四小时。")
        assert [one.kind for one in points(asked, answer)] == []

    def test_a_question_answered_in_the_same_talk_is_closed(self) -> None:
        assert (
            points(
                call(3, ("王建国", "customer", "支持等保三级吗?"), ("李娜", "rep", "支持,去年已经通过测评。"))
            )
            == ()
        )

    def test_another_mail_is_no_answer(self) -> None:
        asked = mail(9, "付款能否改成分三期?", "inbound")
        assert [one.quote for one in points(asked, mail(2, "王总,祝您中秋快乐。"))] == ["付款能否改成分三期?"]

    def test_small_talk_and_our_own_questions_are_none(self) -> None:
        said = call(
            3,
            ("王建国", "customer", "听得到吗?"),
            ("李娜", "rep", "您看什么时候方便演示?"),
            ("王建国", "customer", "对吧?"),
        )
        assert points(said) == ()

    def test_a_promise_is_open_until_kept(self) -> None:
        promised = call(9, ("李娜", "rep", "我明天把等保测评报告发给您。"))
        assert [one.kind for one in points(promised)] == ["promise"]
        assert points(promised, mail(7, "附上等保测评报告,请查收。")) == ()

    def test_a_promise_of_an_offer_is_kept_by_an_offer(self) -> None:
        case = facts(call(9, ("李娜", "rep", "我们下周给您出一版新报价。")))
        assert [one.kind for one in open_points(case)] == ["promise"]
        offer = Offer(id="O-2", deal_id="D-001", created_at=ago(4))
        assert open_points(replace(case, offers=(offer,))) == ()

    def test_english(self) -> None:
        asked = call(
            9,
            ("Grace Huang", "customer", "Could you share the data migration plan?"),
            ("Li Na", "rep", "Let me check with our team and get back to you."),
        )
        assert "Could you share the data migration plan?" in {one.quote for one in points(asked)}
        answered = mail(5, "Dear Grace, attached is the data migration plan.")
        assert points(asked, answered) == ()

    def test_quoted_earlier_mail_is_not_said_again(self) -> None:
        reply = mail(2, "收到,谢谢。\n> 付款能否改成分三期?", "inbound")
        assert points(reply) == ()

    def test_same_input_same_output(self) -> None:
        row = call(9, ("王建国", "customer", "能否分期付款?什么时候能上线?"), ("李娜", "rep", "我回去确认。"))
        assert points(row) == points(row)


def test_working_days_skip_weekends() -> None:
    friday = NOW - timedelta(days=3)
    assert friday.weekday() == 4
    assert working_days(friday, NOW, 8) == 1
    assert working_days(NOW - timedelta(days=14), NOW, 8) == 10
    assert working_days(NOW, friday, 8) == 0
