"""Reviews: answers with their moment, scores over what is not NA, ratings that need a quote, few points, the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.minutes import resolve
from agents.offline.spoken_times import read
from knowledge import blueprints
from knowledge.blueprints.playbook import Playbook
from knowledge.blueprints.qualification import QualificationBook
from knowledge.blueprints.scorecard import Scorecard
from knowledge.insight.minutes import Said, Talk, by_rules, holds
from knowledge.insight.reviews import (
    Answer,
    Heard,
    Measured,
    Qualification,
    Rating,
    bant_qualified,
    few_points,
    lowered,
    means,
    missing_for,
    qualify,
    review,
    score,
    with_marks,
)
from tests.knowledge.test_minutes import CASES, talk_of

PLAYBOOK = Playbook.model_validate(blueprints.default("playbook"))
CARD = Scorecard.model_validate(blueprints.default("scorecard"))
BOOK = QualificationBook.model_validate(blueprints.default("qualification"))
GOOD = (
    "R: 您现在调一份旧片子要多久？",
    "C: 我们老是等，太慢了，二十分钟。",
    "R: 预算这块谁来拍板？",
    "C: 预算一百二十八万，超了要CFO同意。你们太贵了。",
    "R: 理解，我把范围一行一行对给您看，差额往往就在这几行。",
    "R: 我周五前把书面方案发您，可以吗？",
)
BAD = (
    "R: 我们的产品功能很全，行业第一。",
    "C: 太贵了，领导不会批。",
    "R: 嗯。",
    "C: 老数据怎么迁移？",
    "R: 再说吧。",
    "R: 我们保证中标。",
    "R: 那先这样。",
)


def heard(*lines: str, id: str = "I-1", **metrics: Measured) -> Heard:
    made = talk_of(*lines)
    talk = Talk(id=id, lines=made.lines, day=made.day, language="zh", names=made.names)
    return Heard(talk=talk, minutes=by_rules(talk, PLAYBOOK.model_dump(), resolve, read), metrics=metrics)


def reviewed(*lines: str, **kw: Any) -> Any:
    return review(heard(*lines, **kw), CARD, "v1", PLAYBOOK)


def framework(name: str) -> Any:
    found = BOOK.framework(name)
    assert found is not None
    return found


def rated(name: str, *calls: Heard) -> Qualification:
    return qualify(framework(name), BOOK.levels, calls)


def test_a_good_call_scores_above_a_bad_one_and_names_its_moments() -> None:
    good, bad = reviewed(*GOOD), reviewed(*BAD)
    assert good.score is not None
    assert bad.score is not None
    assert good.score > 80 > 40 > bad.score
    step = next(one for one in good.answers if one.question_id == "next_step")
    assert step.value == 1.0
    assert step.evidence[0].quote.startswith("我周五前")
    assert step.evidence[0].t == 50.0


@given(st.lists(st.sampled_from([*GOOD, *BAD, *(x for c in CASES for x in c["lines"])]), max_size=20))
@settings(max_examples=30, deadline=None)
def test_evidence_holds_scores_are_bounded_and_two_runs_are_byte_equal(lines: list[str]) -> None:
    one = heard(*lines)
    first = review(one, CARD, "v1", PLAYBOOK)
    assert first.model_dump_json() == review(heard(*lines), CARD, "v1", PLAYBOOK).model_dump_json()
    assert first.score is None or 0 <= first.score <= 100
    quotes = [said for answer in first.answers for said in answer.evidence] + [p.moment for p in first.points]
    assert all(holds(one.talk, said) for said in quotes)
    scored = [
        a for a in first.answers if a.value and getattr(CARD.question(a.question_id), "evidence_required", 0)
    ]
    assert all(answer.evidence for answer in scored)


def test_metrics_are_plugged_in_and_refusals_are_told() -> None:
    ratio = Measured(name="talk_ratio", value=0.5, n=6)
    none = Measured(name="longest_monologue", value=None, reason="文字稿没有时间", reason_en="no times")
    found = {x.question_id: x for x in reviewed(*GOOD, talk_ratio=ratio, longest_monologue=none).answers}
    assert found["talk_ratio"].value == 1.0
    assert (found["monologue"].value, found["monologue"].reason) == (None, "文字稿没有时间")
    assert {x.question_id: x for x in reviewed(*GOOD).answers}["talk_ratio"].reason == "没有测量"


def test_the_score_is_a_weighted_mean_over_what_is_answered() -> None:
    card = Scorecard.model_validate(
        {
            "id": "c", "name": "c", "name_en": "c",
            "questions": [
                {"id": "a", "text": "a", "text_en": "a", "weight": 3},
                {"id": "b", "text": "b", "text_en": "b"},
                {"id": "m", "text": "m", "text_en": "m", "mandatory": True, "na_allowed": False},
            ],
        }
    )  # fmt: skip
    made = [
        Answer(question_id="a", value=1.0),
        Answer(question_id="b", value=None),
        Answer(question_id="m", value=0.0),
    ]
    assert score(card, made)[0] == 75.0
    assert score(card, made[:2])[0] is None
    assert "m" in score(card, made[:2])[1][1]
    marks = {"b": Answer(question_id="b", value=1.0, by="p-zhaolei")}
    assert with_marks(card, made, marks)[0] == 80.0
    assert made[1].value is None


def test_points_are_few_and_of_different_kinds() -> None:
    bad = reviewed(*BAD)
    kinds = [point.kind for point in bad.points]
    assert {"banned", "objection", "next_step", "unanswered"} <= set(kinds)
    shown = few_points([bad, bad], 3)
    assert shown[0][1].kind == "banned"
    assert len({(p.kind, p.class_id) for _, p in shown}) == 3
    assert len(few_points([bad], 1)) == 1
    assert few_points([reviewed(*GOOD)], 3) == ()


def test_below_enough_calls_there_is_no_mean() -> None:
    assert means([reviewed(*GOOD)] * 2, 3) == (None, 2)
    assert means([reviewed(*GOOD)] * 3, 3)[1] == 3


class TestQualification:
    def test_ratings_and_the_quote_they_rest_on(self) -> None:
        found = {one.field: one for one in rated("MEDDICC", heard(*GOOD)).ratings}
        assert found["identify_pain"].rating == 3
        assert found["economic_buyer"].rating >= 2
        assert found["economic_buyer"].quote is not None
        assert "CFO" in found["economic_buyer"].quote.quote
        assert found["competition"].rating == 0

    def test_what_only_we_said_is_an_assumption(self) -> None:
        found = {x.field: x for x in rated("BANT", heard("R: 你们领导拍板吧？", "C: 嗯。")).ratings}
        assert found["authority"].rating == 1

    @pytest.mark.parametrize("rating", [0, 1, 2, 3])
    def test_two_and_more_without_a_quote_are_lowered(self, rating: int) -> None:
        assert lowered(Rating(field="x", rating=rating)).rating == min(rating, 1)
        kept = Rating(field="x", rating=rating, quote=Said(quote="预算", line=0))
        assert lowered(kept).rating == rating

    def test_a_second_talk_verifies(self) -> None:
        one = heard("C: 采购要招标。", "R: 明白。", id="I-1")
        two = heard("C: 还是要走招标。", "R: 好的。", id="I-2")
        by = {x.field: x.rating for x in rated("MEDDICC", one).ratings}
        both = {x.field: x for x in rated("MEDDICC", one, two).ratings}
        assert (by["decision_process"], both["decision_process"].rating) == (2, 3)
        assert both["decision_process"].call_id == "I-2"

    def test_percent_level_gates_and_bant(self) -> None:
        nothing = rated("MEDDICC")
        assert (nothing.pct, nothing.level, nothing.n) == (0.0, "unqualified", 0)
        assert missing_for(framework("MEDDICC"), "evaluation", nothing) == ("identify_pain", "champion")
        full = heard("C: 预算一百万，老是出错，上线在三月。院长同意就行。", "R: 好。")
        assert bant_qualified(rated("BANT", full))
        assert not bant_qualified(rated("BANT", heard("C: 预算一百万。", "R: 好。")))


class TestBlueprints:
    def test_the_defaults_are_sound(self) -> None:
        assert blueprints.lint("scorecard", blueprints.default("scorecard")) == ()
        assert blueprints.lint("qualification", blueprints.default("qualification")) == ()

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"id": "b", "type": "metric"}, "metric_ref"),
            ({"id": "a"}, "多次"),
            ({"id": "b", "detect": {"how": "magic"}}, "detect"),
            ({"id": "b", "detect": {"how": "words"}}, "words"),
            ({"id": "b", "mandatory": True}, "mandatory"),
            ({"id": "b", "type": "single"}, "options"),
            ({"id": "b", "weight": 0}, "weight"),
        ],
    )
    def test_a_faulty_card_is_told_what_is_wrong(self, change: dict[str, Any], said: str) -> None:
        first = {"id": "a", "text": "a", "text_en": "a"}
        card = {"id": "c", "name": "c", "name_en": "c", "questions": [first, {**first, **change}]}
        found = blueprints.lint("scorecard", card)
        assert found
        assert any(said in one for one in found)

    def test_gates_name_known_fields_and_stages(self) -> None:
        book = blueprints.default("qualification")
        book["frameworks"][0]["gates"]["moon"] = {"metrics": 2}
        book["frameworks"][0]["gates"]["commit"] = {"luck": 9}
        book["levels"] = [[10, "x"]]
        assert len(blueprints.lint("qualification", book)) == 4
