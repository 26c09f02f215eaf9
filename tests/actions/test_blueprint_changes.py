"""Changing stages and interventions: two people and a trial on history, one to switch off, back again, and never by the assistant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.action import ActionRequest, Outcome, State, Status
from actions.blueprint_edits import EditError, edited, switched
from actions.ruling.blueprint_change import differences, only_off
from actions.stored import payload_of
from actions.tables import Action
from knowledge import blueprints, journeys
from tests.fakes.firm import Firm, founded
from tests.fakes.rule_books import with_admin


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    firm = with_admin(founded(tmp_path))
    yield firm
    firm.store.close()


def ask(firm: Firm, who: str, book: str, key: str = "k", **wish: Any) -> Outcome:
    return firm.gate.submit(
        ActionRequest(
            action="change_rule",
            args={"kind": "blueprint", "book": book, **wish},
            resource_id="rules",
            on_behalf_of=who,
            idempotency_key=key,
        )
    )


def days(firm: Firm) -> int:
    with firm.store.reading() as session:
        return journeys.journey_book(session).stages[1].within_days


def test_a_manager_proposes_a_director_agrees_and_it_is_in_force(firm: Firm) -> None:
    content = edited(blueprints.default("journey"), ["stages.考虑.within_days=20"])
    asked = ask(firm, "p-zhao", "journey", content=content)
    assert asked.state is State.PENDING
    assert "p-zhou" in asked.approvers
    with firm.store.reading() as session:
        payload = payload_of(session.get_one(Action, asked.action_id))
    assert payload["changes"] == ["stages.consideration.within_days: 45 → 20"]
    assert payload["trial"]
    assert days(firm) == 45
    firm.approve("p-zhou", asked.code)
    firm.performer.tick()
    assert days(firm) == 20
    back = ask(firm, "p-zhao", "journey", "k2", rollback="shipped")
    firm.approve("p-zhou", back.code)
    firm.performer.tick()
    assert days(firm) == 45


def test_one_manager_switches_off_at_once_and_on_again_takes_two(firm: Firm) -> None:
    shipped = blueprints.default("interventions")
    off = ask(firm, "p-zhao", "interventions", content=switched(shipped, "限时优惠", False))
    assert off.state is State.SCHEDULED
    firm.performer.tick()
    with firm.store.reading() as session:
        row = journeys.intervention_book(session).row("limited_coupon")
    assert row is not None
    assert not row.on
    assert ask(firm, "p-zhao", "interventions", "k2", content=shipped).state is State.PENDING


def test_a_rep_changes_nothing(firm: Firm) -> None:
    shipped = blueprints.default("interventions")
    assert (
        ask(firm, "p-lina", "interventions", content=switched(shipped, "story_video", False)).state
        is State.DENIED
    )


@pytest.mark.parametrize(
    ("book", "content"),
    [
        ("interventions", {"rows": [{**blueprints.default("interventions")["rows"][0], "stage": "nowhere"}]}),
        ("journey", {**blueprints.default("journey"), "stages": blueprints.default("journey")["stages"][1:]}),
        ("churn", {**blueprints.default("churn"), "cycles": 0}),
        ("company", {"name": "x"}),
        ("churn", blueprints.default("churn")),
    ],
)
def test_what_does_not_fit_together_or_changes_nothing_is_refused(
    firm: Firm, book: str, content: Any
) -> None:
    asked = ask(firm, "p-zhao", book, content=content)
    assert (asked.status, asked.action_id) == (Status.REFUSED, "")


def test_a_change_in_between_is_noticed(firm: Firm) -> None:
    first = ask(firm, "p-zhao", "churn", "a", content=edited(blueprints.default("churn"), ["cycles=3"]))
    second = ask(
        firm, "p-zhao", "churn", "b", content=edited(blueprints.default("churn"), ["silent_days=10"])
    )
    firm.approve("p-zhou", first.code)
    firm.performer.tick()
    firm.approve("p-zhou", second.code)
    firm.performer.tick()
    with firm.store.reading() as session:
        rules = journeys.churn_rules(session)
        state = session.get_one(Action, second.action_id).state
    assert (rules.cycles, rules.silent_days) == (3.0, 14)
    assert state == "failed"


def test_edits_name_what_is_there() -> None:
    shipped = blueprints.default("interventions")
    assert edited(shipped, ["rows.story_video.window_days=10"])["rows"][0]["window_days"] == 10
    assert shipped["rows"][0]["window_days"] == 30
    for wrong in ("rows.nothing.on=true", "rows", "most_a_day.x=1"):
        with pytest.raises(EditError):
            edited(shipped, [wrong])


def test_only_off_sees_every_other_change() -> None:
    shipped = blueprints.default("interventions")
    assert only_off(shipped, switched(shipped, "story_video", False))
    assert only_off(shipped, {**shipped, "rows": shipped["rows"][1:]})
    assert only_off(shipped, {**shipped, "most_a_day": 1})
    assert not only_off(shipped, {**shipped, "most_a_day": 99})
    assert not only_off(shipped, edited(shipped, ["rows.story_video.window_days=60"]))
    assert not only_off(switched(shipped, "story_video", False), shipped)
    assert list(differences(shipped, switched(shipped, "story_video", False))) == [
        "rows.story_video.on: – → False"
    ]
