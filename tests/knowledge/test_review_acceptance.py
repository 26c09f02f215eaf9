"""capabilities.md C1.3: twenty calls reviewed twice are the same bytes, every scored item has verbatim evidence, a changed quote
is rejected. And SPIN, which the reviews count."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import blueprints
from knowledge.blueprints.scorecard import Question, Scorecard
from knowledge.blueprints.trackers import in_force
from knowledge.insight.reviews import Heard, Review, review, spin, tampered
from knowledge.insight.reviews.spin import kind_of
from knowledge.insight.tracking import hits
from tests.knowledge.test_reviews import BAD, CARD, GOOD, PLAYBOOK, heard

OURS = (
    "R: 您现在怎么归档片子？",
    "R: 停机一次会造成多大损失？",
    "R: 如果能省一半时间，对科室有多大帮助？",
    "R: 用起来有什么困难吗？",
    "R: 我们公司成立于2010年，服务过三百家医院。",
    "R: 我周三把对比表发您。",
    "R: 嗯。",
    "R: 理解，我把三年总成本一行一行列给您，差额在维保这一项。",
    "R: 下周二上午十点我过来演示。",
    "R: 这个我再想想。",
)
THEIRS = (
    "C: 老系统太慢，二十分钟才出来。",
    "C: 预算八十万，要院长拍板。",
    "C: 你们太贵了。",
    "C: 数据怎么迁移？",
    "C: 质保几年？",
    "C: 我们担心停机。",
    "C: 可以，下周二见。",
    "C: 别家便宜不少。",
    "C: 好的。",
    "C: 我们有三个院区。",
)


def twenty() -> list[Heard]:
    """Twenty calls: two written by hand, eighteen drawn from lines of both sides."""
    calls = [heard(*GOOD, id="I-good"), heard(*BAD, id="I-bad")]
    for number in range(18):
        dice = random.Random(number)
        lines = [dice.choice(OURS if at % 2 == 0 else THEIRS) for at in range(dice.randint(6, 20))]
        calls.append(heard(*lines, id=f"I-{number}"))
    trackers = in_force({"default": blueprints.default("trackers")})
    return [
        Heard(talk=one.talk, minutes=one.minutes, metrics=one.metrics, hits=hits(one.talk.lines, trackers))
        for one in calls
    ]


def card() -> Scorecard:
    more = [
        {
            "id": "price",
            "text": "谈到价格",
            "text_en": "price",
            "detect": {"how": "tracker", "tracker": "pricing"},
        },
        {"id": "spin", "text": "会提问", "text_en": "asks well", "detect": {"how": "spin", "least": 2}},
    ]
    content = CARD.model_dump()
    return Scorecard.model_validate({**content, "questions": [*content["questions"], *more]})


def reviews() -> list[Review]:
    made = card()
    return [review(one, made, "v", PLAYBOOK, transcript="t", call_type="demo") for one in twenty()]


def test_two_runs_over_twenty_calls_are_the_same_bytes() -> None:
    first, second = (
        json.dumps([one.model_dump(mode="json") for one in reviews()], ensure_ascii=False) for _ in range(2)
    )
    assert first == second
    assert len(json.loads(first)) == 20


def test_every_scored_item_stands_on_words_of_the_transcript() -> None:
    made, scored = card(), 0
    for call, found in zip(twenty(), reviews(), strict=True):
        assert tampered(found, call.talk) == ()
        for answer in found.answers:
            question = made.question(answer.question_id)
            assert question is not None
            if answer.value and question.evidence_required:
                scored += 1
                assert answer.evidence
            for said in answer.evidence:
                assert said.quote in call.talk.lines[said.line].text
    assert scored >= 40


def test_a_changed_quote_a_moved_line_another_speaker_or_second_is_found_out() -> None:
    caught = total = 0
    for call, found in zip(twenty(), reviews(), strict=True):
        for at, answer in enumerate(found.answers):
            for said in answer.evidence[:1]:
                for change in (
                    {"quote": said.quote + "啊"},
                    {"line": said.line + 1},
                    {"speaker": "别人"},
                    {"t": 999.0},
                ):
                    worse = answer.model_copy(update={"evidence": (said.model_copy(update=change),)})
                    answers = (*found.answers[:at], worse, *found.answers[at + 1 :])
                    total += 1
                    caught += bool(tampered(found.model_copy(update={"answers": answers}), call.talk))
    assert total > 100
    assert caught == total


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("您这边一天多少例？", "situation"),
        ("用的过程中有什么困难？", "problem"),
        ("停机会造成多大损失？", "implication"),
        ("如果能省一半时间，对您有帮助吗？", "need"),
        ("How many users do you have?", "situation"),
        ("What problems do you have with it?", "problem"),
        ("How does that affect your team?", "implication"),
        ("Would it help if reports came in a minute?", "need"),
        ("这对其他科室有什么影响？", "implication"),
        ("您对现在的系统满意吗？", "problem"),
    ],
)
def test_questions_are_of_their_kind(question: str, kind: str) -> None:
    assert kind_of(question) == kind


def test_spin_counts_ours_alone_with_shares_and_examples() -> None:
    found = spin(heard("R: 您一天多少例？", "R: 有什么困难？", "C: 你们成立多久了？", "C: 会有影响吗？").talk)
    assert (found.situation, found.problem, found.n) == (1, 1, 2)
    assert found.share("problem") == 0.5
    assert [one for one, _ in found.examples] == ["situation", "problem"]
    assert spin(heard("C: 你好").talk).share("need") is None


def test_too_many_situation_questions_cost_half() -> None:
    asked = [
        "R: 您一天多少例？",
        "R: 几个院区？",
        "R: 谁负责？",
        "R: 用了几年？",
        "R: 有什么困难？",
        "R: 影响大吗？",
        "C: 还行。",
    ]
    many, few = (
        {one.question_id: one.value for one in review(heard(*lines), card(), "v", PLAYBOOK).answers}["spin"]
        for lines in (asked, asked[3:])
    )
    assert (many, few) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("fields", "said", "value"),
    [
        ({}, "yes", 1.0),
        ({}, "否", 0.0),
        ({}, "0.5", 0.5),
        ({}, "NA", None),
        ({"type": "single", "options": ["好", "中", "差"]}, "中", 0.5),
        ({"type": "multi", "options": ["a", "b"]}, "a, b", 1.0),
        ({"type": "multi", "options": ["a", "b"]}, "b", 0.5),
    ],
)
def test_what_a_mark_comes_to(fields: dict[str, object], said: str, value: float | None) -> None:
    assert Question.model_validate({"id": "q", "text": "x", "text_en": "x", **fields}).value_of(said) == value


@given(st.text(max_size=20))
def test_any_mark_is_a_value_or_a_sentence(said: str) -> None:
    question = Question(id="q", text="x", text_en="x", na_allowed=False)
    try:
        value = question.value_of(said)
    except ValueError as error:
        value, said = 0.0, str(error)
        bilingual = " / " in said
    else:
        bilingual = True
    assert bilingual
    assert value is not None
    assert 0 <= value <= 1
