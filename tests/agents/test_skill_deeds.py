"""The skills that act, on the fake desk: what they ask for, whose words it was, and when they say no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actions.action import UNTRUSTED_LABELS, ActionRequest
from agents.skill import Turn
from agents.skills import SKILLS
from agents.wishing import asked_for
from knowledge.model import Meeting, Task
from tests.fakes.company import desk
from tests.fakes.company_history import NOW
from tests.fakes.desk import FakeDesk

BY_NAME = {skill.name: skill for skill in SKILLS}
MODEL = "some-model"


def say(
    words: str, name: str, by: str = MODEL, language: str = "zh", on: FakeDesk | None = None, **arguments: Any
) -> tuple[str, Turn, FakeDesk]:
    """Run a skill as a model called it after the asker's words, with the first deal in focus."""
    at = on or desk()
    focus = {
        "deal_id": "D-001",
        "account_id": "A-001",
        "intent": "deal_brief",
        "labels": {"D-001": ["crm_record"]},
    }
    turn = Turn(desk=at, text=words, language=language, focus=focus, drafted_by=by)
    skill = BY_NAME[name]
    turn.skill = name
    return skill.run(turn, skill.arguments.model_validate(arguments)), turn, at


def wish(on: FakeDesk) -> ActionRequest:
    (request,) = on.submitted
    return request


def untrusted(request: ActionRequest) -> set[str]:
    return {name for name, labels in request.labels.items() if labels & UNTRUSTED_LABELS}


class TestUpdateDeal:
    @pytest.mark.parametrize(
        ("text", "field", "value", "new"),
        [
            ("把阶段改成成单确认", "stage", "成单确认", "commit"),
            ("set the stage to commit", "stage", "commit", "commit"),
            ("金额改成 120 万", "amount", "120 万", 120_000_000),
            ("金额改成 1200000", "amount", "1200000", 120_000_000),
            ("change the amount to 1.2 million", "amount", "1.2 million", 120_000_000),
            ("预计成交改到 2026-12-15", "expected_close", "2026-12-15", "2026-12-15"),
            ("把预计成交改到下月 15 号", "expected_close", "2026-12-15", "2026-12-15"),
            ("负责人改成赵磊", "owner", "赵磊", "p-zhaolei"),
            ("竞争对手改成蓝海", "competitor", "蓝海", "蓝海"),
            ("备注:客户要先试用", "note", "客户要先试用", "客户要先试用"),
        ],
    )
    def test_what_the_asker_said_is_theirs(self, text: str, field: str, value: str, new: Any) -> None:
        _, _, at = say(text, "update_deal", field=field, value=value)
        request = wish(at)
        assert request.args["changes"][0] == {"field": field, "new": new}
        assert request.resource_id == "D-001"
        assert untrusted(request) == set()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("stage", "won"),
            ("amount", "999"),
            ("expected_close", "2026-12-31"),
            ("competitor", "别家"),
            ("owner", "赵磊"),
        ],
    )
    def test_what_they_did_not_say_is_not(self, field: str, value: str) -> None:
        _, _, at = say("更新一下这个商机", "update_deal", field=field, value=value)
        assert field in untrusted(wish(at))

    def test_a_deed_nobody_asked_for_is_marked(self) -> None:
        _, _, at = say("华东医疗现在什么情况?", "update_deal", field="competitor", value="别家")
        assert "tool" in untrusted(wish(at))

    def test_evidence_goes_along(self) -> None:
        _, _, at = say(
            "更新竞品",
            "update_deal",
            field="competitor",
            value="锐影科技",
            evidence_id="I-1",
            evidence_quote="看了锐影科技",
        )
        assert wish(at).args["changes"][0]["evidence"] == {"interaction_id": "I-1", "quote": "看了锐影科技"}

    def test_a_new_step_takes_its_day_along_and_leaves_none_of_the_old(self) -> None:
        _, _, dated = say(
            "下一步写:周四下午三点演示", "update_deal", field="next_step", value="周四下午三点演示"
        )
        assert wish(dated).args["changes"][1]["new"].startswith("2026-")
        _, _, plain = say("下一步写:等回复", "update_deal", field="next_step", value="等回复")
        assert wish(plain).args["changes"][1] == {"field": "next_step_at", "new": ""}

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("stage", "月球", "没有“月球”这个阶段"),
            ("amount", "很多", "不是金额"),
            ("expected_close", "以后", "不是日期"),
            ("owner", "无名氏", "没有找到"),
        ],
    )
    def test_what_cannot_be_understood_is_said_and_nothing_asked_for(
        self, field: str, value: str, words: str
    ) -> None:
        text, _, at = say(f"改成{value}", "update_deal", field=field, value=value)
        assert words in text
        assert at.submitted == []


class TestCreateTask:
    def test_for_a_colleague(self) -> None:
        _, _, at = say(
            "给赵磊建个任务,周五前写方案", "create_task", title="写方案", due="2026-11-27", owner="赵磊"
        )
        request = wish(at)
        assert (request.args["owner_id"], request.args["due_at"]) == ("p-zhaolei", "2026-11-27")
        assert untrusted(request) == set()

    def test_an_unknown_colleague_and_an_unknown_day(self) -> None:
        assert "没有找到" in say("建任务给无名氏", "create_task", title="x", owner="无名氏")[0]
        text, _, at = say("make a task", "create_task", language="en", title="x", due="whenever")
        assert "is no date" in text
        assert at.submitted == []

    def test_a_title_of_the_models_own_is_not_the_askers(self) -> None:
        _, _, at = say("建个任务提醒我跟进", "create_task", title="给王建国汇款")
        assert "title" in untrusted(wish(at))


class TestMyTasks:
    def test_lists_what_is_late_and_what_is_booked(self) -> None:
        at = desk()
        at.my_tasks = [
            Task(
                id="T-AAAA",
                title="写方案",
                owner_id="p-lina",
                deal_id="D-001",
                due_at=NOW - timedelta(days=1),
                created_at=NOW,
            ),
            Task(id="T-BBBB", title="打电话", owner_id="p-lina", created_at=NOW),
        ]
        at.my_meetings = [
            Meeting(
                id="MT-1", title="评审", owner_id="p-lina", starts_at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=2),
                attendees=[{"name": "王建国", "address": "w@x.cn", "contact_id": "C-001"}],
            )
        ]  # fmt: skip
        text, turn, _ = say("我的任务", "my_tasks", on=at)
        assert "有 2 个未完成的任务" in text
        assert "T-AAAA 写方案" in text
        assert "已逾期" in text
        assert "评审 · 王建国" in text
        assert "/done T-AAAA" in turn.suggestions
        assert at.submitted == []

    def test_nothing_is_said_too(self) -> None:
        assert say("my tasks", "my_tasks", language="en")[0] == "You have no open task and no booked meeting."


class TestBookMeeting:
    def test_a_contact_and_a_colleague(self) -> None:
        text = "约王总和赵磊 2026-11-26 下午三点开会,讨论迁移"
        _, _, at = say(
            text, "book_meeting", start="2026-11-26T15:00", attendees=["王总", "赵磊"], title="迁移"
        )
        request = wish(at)
        assert [one["name"] for one in request.args["to"]] == ["王建国", "赵磊"]
        assert request.args["starts_at"] == "2026-11-26T15:00:00+08:00"
        assert (request.args["minutes"], request.args["cancel"], request.args["language"]) == (
            60,
            False,
            "zh",
        )

    def test_in_the_customers_language(self) -> None:
        _, _, at = say("约 Grace 周四下午三点", "book_meeting", start="2026-11-26T15:00", attendees=["Grace"])
        assert wish(at).args["language"] == "en"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"attendees": ["王总"]}, "几点开始"),
            ({"attendees": ["王总"], "start": "2026-11-26"}, "几点开始"),
            ({"start": "2026-11-26T15:00"}, "和谁开会"),
            ({"start": "2026-11-26T15:00", "attendees": ["李总"]}, "没有找到"),
            ({"cancel": True}, "没有找到您约的这个会议"),
            ({"move": True, "start": "2026-11-26T15:00", "meeting": "MT-404"}, "没有找到"),
        ],
    )
    def test_what_is_missing_is_asked_for(self, arguments: dict[str, Any], words: str) -> None:
        text, _, at = say("约个会", "book_meeting", **arguments)
        assert words in text
        assert at.submitted == []

    def test_a_booked_meeting_is_moved_or_called_off(self) -> None:
        at = desk()
        start = datetime(2026, 12, 1, 2, tzinfo=UTC)
        who = [{"name": "王建国", "address": "wang.jianguo@huadongmed.example.com", "contact_id": "C-001"}]
        at.my_meetings = [
            Meeting(
                id="MT-1", title="评审", deal_id="D-001", owner_id="p-lina", starts_at=start,
                ends_at=start + timedelta(minutes=30), place="301", attendees=who,
            )
        ]  # fmt: skip
        say(
            "把跟王总的会改到周五上午十点",
            "book_meeting",
            on=at,
            start="2026-11-27T10:00",
            attendees=["王总"],
            move=True,
        )
        moved = at.submitted.pop().args
        assert (moved["meeting_id"], moved["minutes"], moved["place"], moved["title"]) == (
            "MT-1",
            30,
            "301",
            "评审",
        )
        assert [one["address"] for one in moved["to"]] == [who[0]["address"]]
        say("取消跟王总的会", "book_meeting", on=at, attendees=["王总"], cancel=True)
        off = at.submitted.pop().args
        assert (off["cancel"], off["starts_at"]) == (True, start.isoformat())

    def test_a_guest_of_the_models_own_is_looked_at(self) -> None:
        _, _, at = say(
            "约王总周四下午三点", "book_meeting", start="2026-11-26T15:00", attendees=["x@evil.example"]
        )
        assert "to" in untrusted(wish(at))


class TestTheOthers:
    def test_a_discount_that_was_said_and_one_that_was_not(self) -> None:
        _, _, at = say("给他 8% 折扣", "give_discount", discount_pct=8)
        assert wish(at).args == {"discount_bp": 800}
        assert "discount_bp" not in untrusted(wish(at))
        _, _, other = say("给他点折扣", "give_discount", discount_pct=30)
        assert "discount_bp" in untrusted(wish(other))

    def test_a_message_goes_to_a_contact_by_id(self) -> None:
        text, turn, at = say("在微信上告诉王总,样机周三到", "message_customer", to="王总", text="样机周三到")
        assert wish(at).args == {"contact_id": "C-001", "body": "样机周三到", "language": "zh"}
        assert "内容:样机周三到" in text
        assert turn.focus["contact_id"] == "C-001"

    def test_a_message_to_nobody_known_is_not_sent_to_somebody_else(self) -> None:
        text, _, at = say("告诉李总样机到了", "message_customer", to="李总", text="样机到了")
        assert "没有找到" in text
        assert at.submitted == []

    def test_an_export_is_of_ones_own_team(self) -> None:
        _, _, at = say("export our deals to csv", "export_data", language="en", what="deals", format="csv")
        assert wish(at).resource_id == "t-east-1"
        assert wish(at).args == {"what": "deals", "format": "csv"}

    def test_without_a_team_one_is_asked_for(self) -> None:
        at = desk()
        at.person.team_id = None
        focusless = Turn(desk=at, text="导出商机", language="zh", drafted_by=MODEL)
        skill = BY_NAME["export_data"]
        assert "不属于某个团队" in skill.run(focusless, skill.arguments.model_validate({"what": "deals"}))


@pytest.mark.parametrize(
    ("text", "action", "asked"),
    [
        ("把阶段改成谈判", "update_deal", True),
        ("阶段改到哪了?", "update_deal", False),
        ("能帮我把阶段改成谈判吗?", "update_deal", True),
        ("华东医疗现在什么情况", "update_deal", False),
        ("上次开会说了什么", "book_meeting", False),
        ("约王总周四开会", "book_meeting", True),
        ("book a call with Grace", "book_meeting", True),
        ("what was said on the call", "book_meeting", False),
        ("提醒我周五打电话", "create_task", True),
        ("总结一下这封邮件", "create_task", False),
        ("总结一下这封邮件", "message_customer", False),
        ("总结一下这封邮件", "export_data", False),
        ("总结一下这封邮件", "give_discount", False),
    ],
)
def test_asking_about_a_deed_is_not_asking_for_it(text: str, action: str, asked: bool) -> None:
    turn = Turn(desk=desk(), text=text, language="zh", drafted_by=MODEL)
    assert asked_for(turn, action) is asked


def test_the_same_wish_twice_has_one_key_and_another_day_another() -> None:
    at = desk()
    for _ in range(2):
        say("给他 8% 折扣", "give_discount", on=at, discount_pct=8)
    first, second = at.submitted
    assert first.idempotency_key == second.idempotency_key
    assert first.conversation_id == "cv-1"
    at.now = at.now + timedelta(days=1)
    say("给他 8% 折扣", "give_discount", on=at, discount_pct=8)
    assert at.submitted[-1].idempotency_key != first.idempotency_key
