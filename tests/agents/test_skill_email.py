"""Drafting and sending: what the mail says, where each word came from, and what the person is told."""

from __future__ import annotations

from typing import Any

import pytest

from actions.action import ActionRequest, Outcome, State, Status
from agents.discounts import says_discount
from agents.skill import Turn
from agents.skills import draft_email, send_email
from tests.fakes.company import desk
from tests.fakes.desk import FakeDesk


def draft(
    text: str, on: FakeDesk | None = None, language: str = "zh", **arguments: Any
) -> tuple[Turn, str, dict[str, Any]]:
    own = on or desk()
    focus = arguments.pop("focus", {"deal_id": "D-001"})
    turn = Turn(desk=own, text=text, language=language, focus=dict(focus))
    shown = draft_email.run(turn, draft_email.Arguments.model_validate(arguments))
    saved = own.drafts.get(str(turn.focus.get("draft_id")))
    return turn, shown, saved.payload if saved else {}


def test_a_contact_gets_the_template_with_the_points_and_the_discount() -> None:
    _, shown, mail = draft(
        "给王总写封跟进邮件,告诉他周三可以上门演示,给12%的折扣",
        to="王总",
        points=["周三可以上门演示"],
        discount_pct=12,
    )
    assert mail["to"] == [
        {"name": "王建国", "address": "wang.jianguo@huadongmed.example.com", "contact_id": "C-001"}
    ]
    assert mail["body"].startswith("王总,您好!")
    assert "周三可以上门演示。" in mail["body"]
    assert "12% 的优惠" in mail["body"]
    assert mail["discount_bp"] == 1200
    assert mail["body"] in shown
    assert "还没有发送" in shown
    assert "12%" not in mail["template_text"]
    assert mail["labels"]["recipient"] == ["crm_record"]
    assert mail["labels"]["body"] == ["approved_template", "crm_record", "rep_input"]
    assert mail["labels"]["discount_bp"] == ["rep_input"]


def test_an_address_the_person_typed_is_theirs_and_one_they_did_not_is_the_models() -> None:
    _, _, typed = draft("发给 new@other.example.com 跟进一下", to="new@other.example.com")
    _, _, invented = draft("给他写封跟进邮件", to="new@other.example.com")
    assert typed["labels"]["recipient"] == ["rep_input"]
    assert invented["labels"]["recipient"] == ["llm_inferred"]


def test_words_nobody_typed_are_the_models_and_quoted_ones_keep_their_label() -> None:
    _, _, made_up = draft("写封邮件", to="王建国", points=["我们下周一定降价"])
    _, _, quoted = draft("写封邮件,回答他的问题", to="王建国", points=["老数据迁移要停机几个小时?"])
    _, _, written = draft("写封邮件", to="王建国", subject="Hi", body="Anything")
    assert "llm_inferred" in made_up["labels"]["body"]
    assert "call_transcript" in quoted["labels"]["body"]
    assert written["labels"]["body"] == ["llm_inferred"]
    assert written["labels"]["subject"] == ["llm_inferred"]


def test_changes_make_a_new_draft_and_keep_what_was_said() -> None:
    own = desk()
    turn, _, first = draft("给刘主任写信,周三可以上门演示", on=own, to="刘敏", points=["周三可以上门演示"])
    kept = {"deal_id": "D-001", "draft_id": turn.focus["draft_id"]}
    _, _, english = draft("换成英文", on=own, focus=kept, change="english")
    _, _, shorter = draft("再短一点", on=own, focus=kept, change="shorter")
    _, _, cheaper = draft("加上九折", on=own, focus=kept, based_on=kept["draft_id"], discount_pct=10)
    _, _, formal = draft("正式点", on=own, focus=kept, change="formal")
    assert len(own.drafts) == 5
    assert english["body"].startswith("Dear ")
    assert english["to"] == first["to"]
    assert len(shorter["body"]) < len(first["body"])
    assert "周三可以上门演示" in shorter["body"]
    assert shorter["labels"]["body"] == first["labels"]["body"]
    assert "10% 的优惠" in cheaper["body"]
    assert cheaper["labels"]["discount_bp"] == ["rep_input"]
    assert formal["body"].startswith("尊敬的刘主任")


def test_a_mail_answers_in_the_thread_of_the_last_mail_and_the_language_of_the_contact() -> None:
    _, _, to_liu = draft("回一下刘敏", to="刘敏")
    _, _, to_grace = draft("给 Grace 写信", to="Grace Huang")
    assert to_liu["in_reply_to"] == "<m1@huadongmed.example.com>"
    assert to_grace["language"] == "en"
    assert to_grace["body"].startswith("Dear Grace,")


def test_the_offer_is_quoted_but_never_cost_or_floor() -> None:
    for language in ("zh", "en"):
        _, shown, mail = draft("报价邮件", to="王建国", purpose="quote_cover", language=language)
        assert "¥1,280,000" in mail["body"]
        assert not any(secret in shown + str(mail) for secret in ("999,999", "999999", "777,000", "777000"))


@pytest.mark.parametrize("said", ["仁心医院", "查无此人"])
def test_an_unknown_recipient_is_not_invented(said: str) -> None:
    _, shown, mail = draft("写信", to=said)
    assert shown.startswith(f"没有找到“{said}”")
    assert mail == {}


OUTCOMES = [
    (Status.DONE, State.SCHEDULED, (), "将在 10:02:00 发出;在此之前要撤回请发 /undo A7F3"),
    (Status.WAITING, State.PENDING, ("p-zhaolei",), "正在等待 赵磊 审批"),
    (Status.WAITING, State.PENDING, ("p-lina",), "/approve A7F3"),
    (Status.REFUSED, State.DENIED, (), "没有发送"),
    (Status.REFUSED, State.DRAFT_ONLY, (), "只保留为草稿"),
    (Status.UNKNOWN, State.UNKNOWN, (), "结果不明"),
]


@pytest.mark.parametrize(("status", "state", "approvers", "told"), OUTCOMES)
def test_sending_tells_exactly_what_the_gate_said(
    status: Status, state: State, approvers: tuple[str, ...], told: str
) -> None:
    own = desk()
    turn, _, mail = draft("给王总写封跟进邮件", on=own, to="王总")
    own.answers = [
        Outcome(
            action_id="act-9",
            action="send_email",
            status=status,
            state=state,
            reason="规则如此",
            because=("规则如此",),
            approvers=approvers,
            code="A7F3",
            undo_until="2026-11-23T02:02:00+00:00",
        )
    ]
    text = send_email.run(turn, send_email.Arguments())
    assert told in text
    assert "规则如此" in text
    assert [(note.action_id, note.status) for note in turn.outcomes] == [("act-9", status.value)]
    sent = own.submitted[0]
    assert {name: sent.args[name] for name in ("to", "subject", "body")} == {
        name: mail[name] for name in ("to", "subject", "body")
    }
    assert sent.labels["to"] == frozenset({"crm_record"})
    assert turn.focus["action_id"] == "act-9"


def test_sending_twice_is_one_wish_and_another_recipient_is_another() -> None:
    own = desk()
    turn, _, _ = draft("给王总写封跟进邮件", on=own, to="王总")
    send_email.run(turn, send_email.Arguments())
    send_email.run(turn, send_email.Arguments())
    turn.text = "发给 wang@newco.example.com"
    send_email.run(turn, send_email.Arguments(to="wang@newco.example.com"))
    keys: list[ActionRequest] = own.submitted
    assert keys[0].idempotency_key == keys[1].idempotency_key != keys[2].idempotency_key
    assert keys[2].args["to"][0]["address"] == "wang@newco.example.com"
    assert keys[2].labels["to"] == frozenset({"rep_input"})


def test_nothing_to_send_is_said() -> None:
    turn = Turn(desk=desk(), text="发出去", language="zh")
    assert "没有可以发送的草稿" in send_email.run(turn, send_email.Arguments())
    assert "没有找到草稿" in send_email.run(turn, send_email.Arguments(draft="dr-x"))


@pytest.mark.parametrize(
    ("text", "percent", "said"),
    [
        ("给他 12% 折扣", 12, True),
        ("八八折写进去", 12, True),
        ("九五折", 5, True),
        ("打九折", 10, True),
        ("让十二个点", 12, True),
        ("12 percent off", 12, True),
        ("写封信", 12, False),
        ("九折", 12, False),
        ("112%", 12, False),
    ],
)
def test_discounts_in_words(text: str, percent: float, said: bool) -> None:
    assert says_discount(text, percent) is said


def test_nobody_is_thanked_for_what_somebody_else_wrote() -> None:
    _, _, to_grace = draft("给 Grace 写信", to="Grace Huang")
    _, _, to_wang = draft("给王总写信", to="王总")
    assert "Thank you for" not in to_grace["body"]
    assert "11月3日与我们的电话沟通" in to_wang["body"]
