"""What a call's next meeting comes to: an invitation to whoever can be invited, a task where something is open, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from agents.after_call import proposed
from agents.minutes import minutes_of
from agents.skill import Turn
from agents.skills.summarise_call import told_of
from knowledge.model import Interaction
from tests.agents.test_minutes import turn_with
from tests.fakes.company import desk
from tests.fakes.company_history import NOW, talk
from tests.fakes.desk import FakeDesk
from tests.fakes.writing import ScriptedWriter

SAID = "我们下周三下午三点再碰一次吧。"  # of Monday 2026-11-23, 10:00 in Shanghai
WANG, LIU, GRACE = (f"{one}@huadongmed.example.com" for one in ("wang.jianguo", "liu.min", "grace.huang"))


def call(*lines: tuple[str, str, str], **values: Any) -> Interaction:
    base = desk().rows.interactions[0]
    made = {
        **base.model_dump(),
        **talk(*lines),
        "id": "I-new",
        "kind": "call",
        "at": NOW - timedelta(hours=1),
    }
    return Interaction(**(made | {"contact_id": None} | values))


def proposals(turn: Turn, row: Interaction) -> list[dict[str, Any]]:
    facts = turn.desk.deal(row.deal_id or "")
    return [one.payload for one in proposed(turn, row, facts, minutes_of(turn, row, facts))]


def of(row: Interaction, on: FakeDesk | None = None, language: str = "zh") -> dict[str, list[dict[str, Any]]]:
    """The proposals of a call by kind, to 李娜."""
    turn = turn_with(row, on=on)
    turn.language = language
    found: dict[str, list[dict[str, Any]]] = {}
    for one in proposals(turn, row):
        found.setdefault(one["kind"], []).append(one)
    return found


def without_mail(*ids: str) -> FakeDesk:
    here = desk()
    for one in here.rows.contacts:
        one.email = "" if one.id in ids else one.email
    return here


def test_whoever_spoke_is_invited_with_the_quote() -> None:
    found = of(call(("李娜", "rep", SAID), ("王建国", "customer", "好的。")))
    (one,) = found["meeting"]
    assert one["action"] == "book_meeting"
    assert one["args"]["starts_at"] == "2026-12-02T15:00:00+08:00"
    assert one["args"]["to"] == [{"name": "王建国", "address": WANG}]
    assert (one["quote"], one["speaker"], one["moment"]) == (SAID, "李娜", "第 1 句")
    for words in (
        "2026-12-02 15:00",
        f"王建国 <{WANG}>",
        "没说多久,按 60 分钟",
        "METHOD:REQUEST SEQUENCE:0",
        "诚邀您参加",
    ):
        assert words in one["text"], words
    assert "明确答应" not in one["text"]
    assert one["labels"]["starts_at"] == ["call_transcript"]
    assert one["labels"]["to"] == ["crm_record"]
    assert "task" not in found, "one sentence is proposed once"


@pytest.mark.parametrize("name", ["王总", "王建国"])
def test_they_are_known_by_how_they_are_called(name: str) -> None:
    found = of(call(("李娜", "rep", SAID), (name, "customer", "好的。")))
    assert found["meeting"][0]["args"]["to"] == [{"name": "王建国", "address": WANG}]


def test_where_nobody_is_known_the_only_one_or_the_main_one_is_invited_and_it_is_said() -> None:
    lines = (("李娜", "rep", SAID), ("客户", "customer", "好的。"))
    (main,) = of(call(*lines))["meeting"]
    assert len(main["args"]["to"]) == 1
    assert "认不出客户是谁" in main["text"]
    assert "主要联系人" in main["text"]
    (only,) = of(call(*lines), on=without_mail("C-001", "C-003"))["meeting"]
    assert only["args"]["to"] == [{"name": "刘敏", "address": LIU}]
    assert "唯一有邮箱的联系人刘敏" in only["text"]
    (other,) = of(
        call(("李娜", "rep", SAID), ("王建国", "customer", "好的。")), on=without_mail("C-001", "C-003")
    )["meeting"]
    assert "通话里的王建国没有邮箱" in other["text"]


def test_whom_the_call_was_with_is_invited_where_only_sides_are_known() -> None:
    row = call(("李娜", "rep", SAID), ("客户", "customer", "好的。"), contact_id="C-003")
    (one,) = of(row, language="en")["meeting"]
    assert one["args"]["to"] == [{"name": "Grace Huang", "address": GRACE}]
    assert one["args"]["language"] == "en"
    assert "You are invited" in one["text"]
    assert "Wed 15:00-16:00 (Beijing time)" in one["text"]


def test_a_task_only_where_nobody_can_be_invited_and_it_says_so() -> None:
    found = of(
        call(("李娜", "rep", SAID), ("王建国", "customer", "好的。")),
        on=without_mail("C-001", "C-002", "C-003"),
    )
    assert "meeting" not in found
    (one,) = found["task"]
    assert one["action"] == "create_task"
    assert "没有带邮箱的联系人" in one["args"]["title"]
    assert "2026-12-02 15:00" in one["args"]["title"]
    assert one["args"]["due_at"] == "2026-12-02T15:00:00+08:00"
    assert one["quote"] == SAID


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ((("李娜", "rep", "我们下周三再碰一次吧。"), ("王建国", "customer", "好。")), "几点"),
        ((("李娜", "rep", "我们下周三下午再碰一次吧。"), ("王建国", "customer", "好。")), "几点"),
        ((("李娜", "rep", "我们下周再碰一次吧。"), ("王建国", "customer", "好。")), "哪一天、几点"),
        (
            (("李娜", "rep", "下周三下午三点开个会吧?"), ("王建国", "customer", "我看一下日程再回复您。")),
            "对方是否答应",
        ),
        (
            (("李娜", "rep", "如果预算批了,下周三下午三点再碰一次。"), ("王建国", "customer", "好。")),
            "前提是否成立",
        ),
    ],
)
def test_what_was_left_open_is_a_task_to_settle_it_and_no_hour_is_made_up(
    lines: tuple[tuple[str, str, str], ...], what: str
) -> None:
    found = of(call(*lines))
    assert "meeting" not in found
    (one,) = [one for one in found["task"] if one["args"]["title"].startswith("和王建国确认下次会面")]
    assert what in one["args"]["title"]
    assert lines[0][2] in one["args"]["title"]
    assert one["args"]["due_at"] in ("2026-12-01T18:00:00+08:00", "2026-11-27T18:00:00+08:00")


@pytest.mark.parametrize(
    "lines",
    [
        (("李娜", "rep", SAID), ("王建国", "customer", "下周三不行。")),
        (("李娜", "rep", "上周三下午三点我们碰过一次。"), ("王建国", "customer", "对。")),
        (
            ("李娜", "rep", "Let's meet next Wednesday at 3."),
            ("王建国", "customer", "Wednesday doesn't work."),
        ),
    ],
)
def test_refused_or_past_is_nothing(lines: tuple[tuple[str, str, str], ...]) -> None:
    found = of(call(*lines))
    assert "meeting" not in found
    assert not [one for one in found.get("task", ()) if "会面" in one["args"]["title"]]


def test_a_meeting_of_an_old_call_that_is_over_is_not_proposed() -> None:
    row = call(("李娜", "rep", SAID), ("王建国", "customer", "好的。"), at=NOW - timedelta(days=21))
    assert "meeting" not in of(row)
    open_one = call(
        ("李娜", "rep", "我们下周三再碰一次吧。"), ("王建国", "customer", "好。"), at=NOW - timedelta(days=21)
    )
    assert "task" not in of(open_one)


def test_nobody_on_the_other_side_said_yes() -> None:
    (one,) = of(call(("李娜", "rep", SAID), ("王建国", "customer", "价格再降一点。")))["meeting"]
    assert "对方在通话里没有明确答应" in one["text"]
    (theirs,) = of(call(("李娜", "rep", "好。"), ("王建国", "customer", SAID)))["meeting"]
    assert "明确答应" not in theirs["text"]


def test_an_hour_without_its_half_of_the_day_is_said_to_be_understood_so() -> None:
    row = call(
        ("李娜", "rep", "Let's meet again next Wednesday at 3."),
        ("王建国", "customer", "Sure."),
        language="en",
    )
    (one,) = of(row, language="en")["meeting"]
    assert one["args"]["starts_at"] == "2026-12-02T15:00:00+08:00"
    assert "am or pm was not said; taken as 15:00" in one["text"]


def test_the_hour_is_the_customers_and_both_clocks_are_shown() -> None:
    here = desk()
    here.rows.accounts[0].city = "伦敦"
    (one,) = of(call(("李娜", "rep", SAID), ("王建国", "customer", "好的。")), on=here)["meeting"]
    assert one["args"]["starts_at"] == "2026-12-02T15:00:00+00:00"
    assert "2026-12-02 23:00 北京时间(2026-12-02 15:00 Europe/London)" in one["text"]


def test_the_words_before_are_shown_where_the_quote_is_not_all() -> None:
    (one,) = of(
        call(
            ("李娜", "rep", "我们下周三碰一下吧。"),
            ("王建国", "customer", "上午十点可以。"),
            ("李娜", "rep", "好。"),
        )
    )["meeting"]
    assert one["quote"] == "上午十点可以。"
    assert "前文 李娜:“我们下周三碰一下吧。”" in one["text"]


def test_a_deed_in_the_same_sentence_stays_a_task() -> None:
    found = of(
        call(
            ("李娜", "rep", "我周五前把报价发您,下周三下午三点我们再碰一次。"), ("王建国", "customer", "行。")
        )
    )
    assert len(found["meeting"]) == 1
    assert found["task"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "2026-12-02(待定:几点)"), ("en", "2026-12-02 (open: what time)")],
)
def test_the_minutes_tell_it_with_what_is_open(language: str, words: str) -> None:
    row = call(("李娜", "rep", "我们下周三再碰一次吧。"), ("王建国", "customer", "好。"))
    turn = turn_with(row)
    turn.language = language
    assert words in told_of(turn, row)


def drafted(line: int, quote: str) -> ScriptedWriter:
    import json

    answer = {"next_meeting": {"when_iso": "2027-01-01", "at": "08:00", "quote": quote, "line": line}}
    return ScriptedWriter(lambda _: json.dumps(answer, ensure_ascii=False))


def test_a_model_says_where_and_the_rules_say_when() -> None:
    lines: Sequence[tuple[str, str, str]] = (
        ("李娜", "rep", "下周三下午三点老地方。"),
        ("王建国", "customer", "好的。"),
    )
    row = call(*lines)
    turn = turn_with(row, drafted(0, "下周三下午三点老地方"))
    (one,) = [one for one in proposals(turn, row) if one["kind"] == "meeting"]
    assert one["args"]["starts_at"] == "2026-12-02T15:00:00+08:00", "not what the model made up"
    assert one["quote"] == lines[0][2]
    assert "llm_inferred" in one["labels"]["starts_at"]
    assert "meeting" not in of(row)
    other = call(*lines, id="I-other")
    turn = turn_with(other, drafted(1, "好的"))
    assert not [one for one in proposals(turn, other) if one["kind"] == "meeting"], "no day stands there"
