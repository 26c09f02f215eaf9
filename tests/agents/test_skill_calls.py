"""The three skills about calls on a small desk: verbatim, inside the rights, the rep first, the same bytes twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agents.skill import Turn
from agents.skills.ask_call import answer
from knowledge.model import HumanMark, Interaction, Person
from tests.agents.test_skills import assert_cited, run, turn_of
from tests.fakes.company import desk
from tests.fakes.company_history import NOW, talk
from tests.fakes.desk import FakeDesk
from tests.fakes.writing import ScriptedWriter
from tests.knowledge.test_minutes import talk_of

LINES = (
    ("李娜", "rep", "王总，您现在调一份旧片子要多久？"),
    ("王建国", "customer", "太慢了，二十分钟。预算一百二十八万，超了要CFO同意。"),
    ("李娜", "rep", "明白，那还有哪几位要一起看？"),
    ("王建国", "customer", "你们太贵了，再让一点吧。"),
    ("李娜", "rep", "嗯嗯。"),
    ("王建国", "customer", "那先这样。"),
)


def call_on(
    here: FakeDesk, id: str = "I-call", days: float = 2, lines: tuple[tuple[str, str, str], ...] = LINES
) -> Interaction:
    base = next(one for one in here.rows.interactions if one.deal_id == "D-001")
    made = talk(*lines)
    row = Interaction(
        **{
            **base.model_dump(),
            **made,
            "id": id,
            "kind": "call",
            "at": NOW - timedelta(days=days),
            "subject": "价格沟通",
        }
    )
    row.person_id, row.deal_id = here.person.id, "D-001"
    here.rows.interactions.append(row)
    return row


def as_person(here: FakeDesk, **changes: object) -> FakeDesk:
    """The same rows at another colleague's desk."""
    person = Person(**{**here.person.model_dump(), **changes})
    here.rows.people.append(person)
    return replace(here, person=person)


def test_minutes_say_how_they_were_made_and_quote_verbatim() -> None:
    turn = turn_of(on=desk())
    assert isinstance(turn.desk, FakeDesk)
    call_on(turn.desk)
    text = run(
        turn, "summarise_call", deal="D-001", kind="call", since=(NOW - timedelta(days=3)).date().isoformat()
    )
    assert_cited(turn, text)
    assert "没有用模型" in text
    assert "预算:一百二十八万" in text
    assert turn.focus["call_id"] == "I-call"
    assert any(one.startswith("给王建国写封跟进邮件") for one in turn.suggestions)
    assert turn.desk.submitted == []


def test_what_is_asked_of_a_call_is_answered_in_its_words_or_not_at_all() -> None:
    turn = turn_of("他对预算怎么说的", on=desk())
    assert isinstance(turn.desk, FakeDesk)
    call_on(turn.desk)
    text = run(turn, "ask_call", question="这段录音里他对预算怎么说的?", call="I-call")
    assert_cited(turn, text)
    assert "预算一百二十八万" in text
    assert "没有提到" in run(turn, "ask_call", question="录音里说过等保吗", call="I-call")


def test_only_the_person_asked_about_is_quoted() -> None:
    heard = talk_of("R: 您的预算是多少？", "C: 预算三十万。", "R: 三十万预算我记下了。")
    assert [one.line for one in answer(heard, {}, "他对预算怎么说", "customer")] == [1]
    assert [one.line for one in answer(heard, {}, "预算", "")] == [0, 1, 2]


def test_a_review_is_byte_equal_and_has_few_points() -> None:
    turn = turn_of(on=desk())
    assert isinstance(turn.desk, FakeDesk)
    call_on(turn.desk)
    first = run(turn, "review_call", call="I-call")
    again = run(turn_of(on=turn.desk), "review_call", call="I-call")
    assert first == again
    assert_cited(turn, first)
    points = [line for line in first.splitlines() if line[:2] in ("1.", "2.", "3.", "4.")]
    assert len(points) == 1  # few calls: somebody new, one point
    assert "价格异议" in points[0]
    stored = [
        one for one in turn.desk.judged.values() if one.kind == "review" and one.interaction_id == "I-call"
    ]
    assert len(stored) == 1
    before = [
        one for one in turn.desk.judged.values() if one.kind == "review" and one.interaction_id != "I-call"
    ]
    assert not any(one.seen_at for one in before), "what is only counted has not been seen"
    assert stored[0].seen_at == turn.desk.now


class TestTheRepFirst:
    def at_managers(self, here: FakeDesk, **changes: object) -> Turn:
        made = {"id": "p-boss", "name": "赵磊", "roles": ["manager"]} | changes
        return turn_of(on=as_person(here, **made))

    def test_hidden_until_seen_then_shown(self) -> None:
        here = desk()
        call_on(here)
        before = run(
            self.at_managers(here), "review_call", person="李娜", since=(NOW - timedelta(days=5)).date()
        )
        assert "本人还没看过" in before
        assert "太贵" not in before
        run(turn_of(on=here), "review_call", call="I-call")
        after = run(
            self.at_managers(here), "review_call", person="李娜", since=(NOW - timedelta(days=5)).date()
        )
        assert "太贵" in after

    def test_open_after_the_cards_days(self) -> None:
        here = desk()
        call_on(here, days=31)
        text = run(
            self.at_managers(here), "review_call", person="李娜", since=(NOW - timedelta(days=32)).date()
        )
        assert "n=" in text

    @pytest.mark.parametrize(
        "changes", [{"roles": ["rep"]}, {"roles": ["manager"], "team_id": "t-other"}, {"roles": ["auditor"]}]
    )
    def test_not_for_colleagues_and_other_teams(self, changes: dict[str, object]) -> None:
        here = desk()
        call_on(here, days=31)
        turn = self.at_managers(here, **changes)
        nobody = run(turn, "review_call", person="不存在")
        assert run(turn, "review_call", person="李娜").replace("李娜", "X") == nobody.replace("不存在", "X")


def test_people_score_beside_the_automatic_answer() -> None:
    here = desk()
    call_on(here)
    here.my_marks.append(
        HumanMark(id="m", interaction_id="I-call", card="sales-talk", card_version="v", question_id="next_step",
                  scorer_id="p-boss", value="1", note="口头约了周五", at=NOW)
    )  # fmt: skip
    text = run(turn_of(on=here), "review_call", call="I-call")
    assert "人工评分后" in text
    assert "✗ 约定了有日期的下一步 · 人工 1" in text


def test_qualification_names_its_n_and_quotes_the_customer() -> None:
    turn = turn_of(on=desk())
    assert isinstance(turn.desk, FakeDesk)
    call_on(turn.desk)
    text = run(turn, "summarise_call", call="I-call")
    assert_cited(turn, text)
    (line,) = [one for one in text.splitlines() if one.startswith("MEDDICC")]
    assert "n=" in line
    assert "痛点 3" in line
    assert any(one.startswith("BANT(n=") for one in text.splitlines())
    assert "阶段还缺:" in text


def test_old_calls_are_not_sent_to_a_model() -> None:
    model = ScriptedWriter(lambda _: "{}")
    turn = turn_of(on=desk())
    assert isinstance(turn.desk, FakeDesk)
    call_on(turn.desk)
    call_on(turn.desk, id="I-old", days=9)
    turn.written_by("m-1", model)
    run(turn, "summarise_call", call="I-call")
    assert len(model.asked) == 1
