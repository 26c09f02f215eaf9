"""Minutes by rules: to-dos with owner and day, facts, objections, questions; every quote holds, and tampered ones do not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.minutes import resolve, strange
from agents.offline.spoken_times import read
from knowledge import blueprints
from knowledge.insight.minutes import UNRESOLVED, Minutes, Talk, by_rules, checked, faults
from knowledge.insight.summary import Spoken

PLAYBOOK = blueprints.default("playbook")
CLASSES = [one["id"] for one in PLAYBOOK["objections"]]
CASES = yaml.safe_load(Path(__file__).with_name("minutes_cases.yaml").read_text(encoding="utf-8"))
DAY = date(2026, 11, 18)
SIDES = {"R": ("李娜", "rep"), "C": ("王建国", "customer")}


def talk_of(*lines: str, names: tuple[tuple[str, str], ...] = (), language: str = "zh") -> Talk:
    made = []
    for at, line in enumerate(lines):
        who, side = SIDES[line[0]]
        made.append(Spoken(speaker=who, text=line[3:], side=side, start=10.0 * at, end=10.0 * at + 8))
    return Talk(id="I-1", lines=tuple(made), day=DAY, language=language, names=names)


def minutes(*lines: str, **kw: Any) -> Minutes:
    return by_rules(talk_of(*lines, **kw), PLAYBOOK, resolve, read)


def test_todos_of_thirty_talks() -> None:
    """Precision and recall over sentences with owner; of those found, the day must be right in nine of ten."""
    hits = found = wanted = days = 0
    for case in CASES:
        got = {(one.line, one.owner): one.due_iso for one in minutes(*case["lines"]).todos}
        want = {(line, owner): due for line, owner, due in case["todos"]}
        hits += len(got.keys() & want.keys())
        found, wanted = found + len(got), wanted + len(want)
        days += sum(got[key] == want[key] for key in got.keys() & want.keys())
    f1 = 2 * hits / (found + wanted)
    assert f1 >= 0.8, (hits, found, wanted)
    assert days / hits >= 0.9, (days, hits)


def test_facts_have_a_value_that_stands_in_the_quote() -> None:
    got = minutes(
        "C: 预算一百二十八万左右，超了要CFO同意。",
        "C: 锐影科技也报了价，上线要在明年三月之前。",
        "R: 我们的预算是三十万。",
        "C: 预算是多少合适？",
        names=(("competitor", "锐影科技"),),
    )
    facts = {(one.field, one.value) for one in got.customer_facts}
    assert {("budget", "一百二十八万左右"), ("authority", "CFO同意"), ("competitor", "锐影科技")} <= facts
    assert all(one.value in one.quote and one.speaker == "王建国" for one in got.customer_facts)
    assert not any(one.line in (2, 3) for one in got.customer_facts)


def test_objections_decisions_questions_and_the_next_meeting() -> None:
    got = minutes(
        "C: 太贵了，比别人贵十五万。",
        "R: 我们对一下范围。",
        "C: 老数据迁移要停机几个小时？",
        "R: 这个我回去确认一下。",
        "C: 那就定二期一起签，我同意。",
        "R: 好，下周二来现场开会。",
    )
    assert "price" in {one.class_id for one in got.objections}
    assert [one.line for one in got.open_questions] == [2]
    assert [one.line for one in got.decisions] == [4]
    assert got.next_meeting is not None
    assert got.next_meeting.when_iso == "2026-11-24"
    assert got.next_meeting.t == 50.0


def test_a_question_that_was_answered_is_not_open() -> None:
    assert not minutes("C: 迁移要停机几个小时？", "R: 不用停机，夜里两点切换，十分钟。").open_questions


def test_an_owner_whom_nobody_named_stays_open() -> None:
    talk = talk_of("C: 请提供等保证书，书面发过来。", "R: 好。")
    more = (*talk.lines, Spoken(speaker="陈浩", text="嗯。", side="rep"))
    got = by_rules(Talk(id="I", lines=more, day=DAY, language="zh"), PLAYBOOK, resolve, read)
    assert [one.owner for one in got.todos] == [UNRESOLVED]
    assert any(one.about == "owner" for one in got.uncertain)


@given(st.lists(st.sampled_from([line for case in CASES for line in case["lines"]]), max_size=30))
@settings(max_examples=40, deadline=None)
def test_every_quote_holds_and_two_runs_are_byte_equal(lines: list[str]) -> None:
    talk = talk_of(*lines)
    first, second = (by_rules(talk, PLAYBOOK, resolve, read).model_dump_json() for _ in range(2))
    assert first == second
    assert faults(talk, Minutes.model_validate_json(first)) == ()


class TestADraftIsHeldToTheTranscript:
    TALK = talk_of("C: 预算一百二十八万，九月底签。", "R: 我周五把方案发您。")

    def check(self, **lists: Any) -> dict[str, Any]:
        return checked(self.TALK, lists, strange, CLASSES)

    def test_what_holds_gets_its_speaker_and_second_from_the_line(self) -> None:
        found = self.check(
            todos=[{"owner": "李娜", "action": "发方案", "quote": "我周五把方案发您", "line": 1}]
        )
        assert [(one.speaker, one.t, one.owner) for one in found["todos"]] == [("李娜", 10.0, "李娜")]

    @pytest.mark.parametrize(
        "change",
        [
            {"quote": "我周四把方案发您"},
            {"quote": "我周五把方案发您", "line": 0},
            {"quote": "我周五把方案发您", "t": 300.0},
            {"quote": "我周五把方案发您", "speaker": "王建国"},
            {"quote": ""},
            {"line": -1},
            {"line": 99},
        ],
    )
    def test_tampered_quotes_are_dropped(self, change: dict[str, Any]) -> None:
        raw = {"owner": "李娜", "action": "发方案", "quote": "我周五把方案发您", "line": 1} | change
        assert self.check(todos=[raw])["todos"] == ()

    def test_a_number_nobody_said_is_flagged_and_the_item_put_into_its_quotes_words(self) -> None:
        raw = {"text": "预算定为 135 万", "quote": "预算一百二十八万", "line": 0}
        found = self.check(decisions=[raw])
        assert [one.text for one in found["decisions"]] == ["预算一百二十八万"]
        assert [one.about for one in found["uncertain"]] == ["number"]
        assert self.check(decisions=[raw | {"text": "预算 128 万"}])["decisions"][0].text == "预算 128 万"

    def test_values_owners_and_classes_must_be_there(self) -> None:
        fact = {"field": "budget", "value": "一百二十八万", "quote": "预算一百二十八万", "line": 0}
        assert len(self.check(customer_facts=[fact])["customer_facts"]) == 1
        assert self.check(customer_facts=[fact | {"value": "两百万"}])["customer_facts"] == ()
        todo = {"owner": "赵磊", "action": "发方案", "quote": "我周五把方案发您", "line": 1}
        assert self.check(todos=[todo])["todos"][0].owner == UNRESOLVED
        wrong = {"class_id": "weather", "quote": "九月底签", "line": 0}
        assert self.check(objections=[wrong])["objections"] == ()

    @pytest.mark.parametrize("junk", [None, "x", 3, [1], [{"quote": 1}], {"a": 1}])
    def test_junk_gives_nothing(self, junk: Any) -> None:
        assert self.check(todos=junk, topics=junk, next_meeting=junk)["todos"] == ()
